import { inInstance } from "../examples.ts";
import { inBlock, linesOf } from "../rule.ts";
import type { Rule } from "../rule.ts";

export const stateWord: Rule = {
  code: "state-word",
  severity: "error",
  title: "a state that is neither MASTER nor BACKUP, or both",
  reason: "Any word but MASTER means BACKUP to keepalived; after MASTER a later BACKUP is not read.",
  mend: "Write state MASTER or state BACKUP, once, in capitals.",
  bad: inInstance("state master"),
  good: inInstance("state BACKUP"),
  ofEntry: {
    concerns: inBlock("root", "vrrp_instance"),
    check: (entry, report) => {
      let isMaster = false;
      for (const { words, spot } of linesOf(entry, "state")) {
        const [, word] = words;
        if (word === "MASTER") isMaster = true;
        else if (word === "BACKUP" && isMaster)
          report(spot, "state was MASTER before: this BACKUP is not read");
        else if (word !== undefined && word !== "BACKUP") {
          report(spot, `state is MASTER or BACKUP, not ${word}: keepalived takes BACKUP`);
          isMaster = false;
        }
      }
    },
  },
};
