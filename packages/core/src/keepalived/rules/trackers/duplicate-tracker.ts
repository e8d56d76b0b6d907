import type { Item } from "../../reading.ts";
import { inInstance } from "../examples.ts";
import { linesOf, named } from "../rule.ts";
import type { Rule } from "../rule.ts";

const lists = ["track_interface", "track_script", "track_file", "track_process", "track_bfd"] as const;

export const duplicateTracker: Rule = {
  code: "duplicate-tracker",
  severity: "warning",
  title: "the same tracker twice",
  reason: "keepalived reads the first and passes over the second, even if its weight differs.",
  mend: "Remove one.",
  bad: inInstance("track_interface {", "eth1", "eth1 weight 10", "}"),
  good: inInstance("track_interface {", "eth1 weight 10", "}"),
  ofEntry: {
    concerns: named("vrrp_instance", "vrrp_sync_group"),
    check: (entry, report) => {
      for (const list of lists) {
        const items = linesOf(entry, list).flatMap((line) => line.items ?? []);
        if (items.length < 2) continue;
        const firsts = new Map<string, Item>();
        for (const item of items) {
          const [name = ""] = item.words;
          const first = firsts.get(name);
          if (first === undefined) firsts.set(name, item);
          else
            report(item.spot, `${name} is followed already`, {
              related: [{ spot: first.spot, message: "the first" }],
            });
        }
      }
    },
  },
};
