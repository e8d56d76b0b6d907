import { inInstance } from "../examples.ts";
import type { Rule } from "../rule.ts";
import { instancesOf, itemsOf } from "./instance.ts";

export const ownInterface: Rule = {
  code: "own-interface",
  severity: "warning",
  title: "track_interface names the instance's own interface",
  reason: "An instance follows its own interface anyway. keepalived passes over the line.",
  mend: "Remove it; use dont_track_primary to stop following the own interface.",
  bad: inInstance("track_interface {", "eth0", "}"),
  good: inInstance("track_interface {", "eth1", "}"),
  ofFile: (file) => {
    for (const instance of instancesOf(file)) {
      for (const { words, spot } of itemsOf(instance.top.entry, "track_interface")) {
        const [tracked = ""] = words;
        if (tracked !== instance.interface) continue;
        file.report(
          instance.top.absolute(spot),
          `${instance.name} follows ${tracked} anyway, its own interface`,
        );
      }
    }
  },
};
