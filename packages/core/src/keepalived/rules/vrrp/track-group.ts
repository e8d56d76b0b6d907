import type { Keyword } from "../../keywords/keyword.ts";
import { inInstance } from "../examples.ts";
import { linesOf, named } from "../rule.ts";
import type { Rule } from "../rule.ts";

const isStatic = ({ list }: Keyword): boolean => list?.startsWith("static-") === true;
const routes = "static_routes {\n    10.0.0.0/8 via 192.0.2.1 dev eth0 track_group wan\n}\n";
const group = "track_group wan {\n    group {\n        VI_1\n    }\n}\n";

export const trackGroup: Rule = {
  code: "track-group",
  severity: "error",
  title: "a track_group that is not there, or stands further down",
  reason:
    "keepalived reads from top to bottom: the group must stand before the address, route or rule that names it.",
  mend: "Correct the name, or move the track_group up.",
  bad: inInstance() + routes + group,
  good: inInstance() + group + routes,
  ofEntry: {
    concerns: named("track_group"),
    check: (entry, report) => {
      for (const { spot } of linesOf(entry, "group").slice(1))
        report(spot, `${entry.words[1] ?? ""} has a list of members already: this one is not read`);
    },
  },
  ofFile: (file) => {
    const known = new Set<string>();
    for (const { entry, absolute } of file.top) {
      if (entry.keyword.name === "track_group" && entry.inside !== undefined) known.add(entry.words[1] ?? "");
      if (!isStatic(entry.keyword)) continue;
      for (const { words, spot } of entry.items ?? []) {
        const name = words[words.indexOf("track_group") + 1];
        if (!words.includes("track_group") || name === undefined || known.has(name)) continue;
        file.report(absolute(spot), `there is no track_group ${name} before this`);
      }
    }
  },
};
