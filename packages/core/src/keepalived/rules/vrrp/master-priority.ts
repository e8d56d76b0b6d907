import { inInstance } from "../examples.ts";
import type { Rule } from "../rule.ts";
import { lastOf } from "../rule.ts";
import { instancesOf } from "./instance.ts";

export const masterPriority: Rule = {
  code: "master-without-priority",
  severity: "warning",
  title: "state MASTER without a priority",
  reason:
    "keepalived takes 255, the owner of the addresses: it never gives way, and trackers with a weight are dropped.",
  mend: "Write a priority below 255, higher than the other director's.",
  bad: inInstance("state MASTER"),
  good: inInstance("state MASTER", "priority 150"),
  ofFile: (file) => {
    for (const { name, state, priority, top } of instancesOf(file)) {
      if (state !== "MASTER" || priority !== undefined) continue;
      const line = lastOf(top.entry, "state") ?? top.entry;
      file.report(
        top.absolute(line.spot),
        `${name} starts as MASTER without a priority: keepalived takes 255`,
      );
    }
  },
};
