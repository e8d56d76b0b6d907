import { inInstance } from "../examples.ts";
import type { Rule, TopEntry } from "../rule.ts";

const kinds = ["vrrp_instance", "vrrp_sync_group", "track_group", "bfd_instance"] as const;

export const duplicateName: Rule = {
  code: "duplicate-name",
  severity: "error",
  title: "two blocks with the same name",
  reason: "keepalived passes over the second.",
  mend: "Give it another name, or remove it.",
  bad: inInstance() + inInstance("priority 150"),
  good: inInstance() + inInstance("priority 150").replace("VI_1", "VI_2").replace("51", "52"),
  ofFile: (file) => {
    for (const kind of kinds) {
      const firsts = new Map<string, TopEntry>();
      for (const top of file.of(kind)) {
        const [, name] = top.entry.words;
        if (name === undefined) continue;
        const first = firsts.get(name);
        if (first === undefined) firsts.set(name, top);
        else {
          const related = [{ spot: first.absolute(first.entry.spot), message: "the first" }];
          file.report(
            top.absolute(top.entry.spot),
            `${kind} ${name} stands before: this one is passed over`,
            { related },
          );
        }
      }
    }
  },
};
