import { inInstance } from "../examples.ts";
import type { Rule } from "../rule.ts";

const script = 'vrrp_script web {\n    script "/usr/bin/true"\n}\n';

export const unusedTracker: Rule = {
  code: "unused-tracker",
  severity: "warning",
  title: "a vrrp_script that nothing follows",
  reason: "keepalived never runs it: what it should watch may fail unseen.",
  mend: "Name it in track_script of an instance or sync group, or remove it.",
  bad: script + inInstance(),
  good: script + inInstance("track_script {", "web", "}"),
  ofFile: (file) => {
    const followed = new Set<string>();
    for (const kind of ["vrrp_instance", "vrrp_sync_group"]) {
      for (const { entry } of file.of(kind)) {
        for (const line of entry.inside?.entries ?? []) {
          if (line.keyword.name !== "track_script") continue;
          for (const { words } of line.items ?? []) followed.add(words[0] ?? "");
        }
      }
    }
    for (const { entry, absolute } of file.of("vrrp_script")) {
      const [, name] = entry.words;
      if (name !== undefined && !followed.has(name))
        file.report(absolute(entry.spot), `nothing follows vrrp_script ${name}: it is never run`);
    }
  },
};
