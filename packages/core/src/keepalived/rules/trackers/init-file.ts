import { readInteger } from "../../words.ts";
import { named } from "../rule.ts";
import type { Rule } from "../rule.ts";

const example = (line: string): string => `track_file switch {\n    file "/run/switch"\n    ${line}\n}\n`;

export const initFile: Rule = {
  code: "init-file",
  severity: "warning",
  title: "init_file with a word that is neither a number nor overwrite",
  reason: "keepalived passes over the word, or writes 0. Values beyond ±254 put every follower into FAULT.",
  mend: "Write init_file [NUMBER] [overwrite].",
  bad: example("init_file 1 force"),
  good: example("init_file 1 overwrite"),
  ofEntry: {
    concerns: named("init_file"),
    check: ({ words, spot }, report) => {
      for (const word of words.slice(1)) {
        if (word === "overwrite") continue;
        if (!/^[0-9-]/u.test(word)) report(spot, `${word} is no option of init_file`);
        else if (readInteger(word, { min: -254, max: 254 }).fault !== undefined) {
          report(spot, `init_file must be -254 to 254, not ${word}`);
        }
      }
    },
  },
};
