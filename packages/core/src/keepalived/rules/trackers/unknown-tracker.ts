import { inInstance } from "../examples.ts";
import type { Rule } from "../rule.ts";
import { trackedIn } from "./tracked.ts";

const script = 'vrrp_script web {\n    script "/usr/bin/true"\n}\n';

export const unknownTracker: Rule = {
  code: "unknown-tracker",
  severity: "warning",
  title: "a tracker that is not there, or stands further down",
  reason:
    "keepalived reads from top to bottom: a vrrp_script, track_file, vrrp_track_process or bfd_instance must stand before the instance that follows it. Otherwise the instance does not follow it. On an unknown file 2.2.7 hangs if it knows another one.",
  mend: "Correct the name, or move its block up.",
  bad: inInstance("track_script {", "web", "}") + script,
  good: script + inInstance("track_script {", "web", "}"),
  ofFile: (file) => {
    for (const { top, kind, item, known } of trackedIn(file)) {
      const [name = ""] = item.words;
      if (known.has(name)) continue;
      const isLater = kind.openers.some((opener) =>
        file.of(opener).some(({ entry }) => entry.words[1] === name),
      );
      const where = isLater ? "stands further down, or has been dropped" : "is not there";
      if (kind.list === "track_file" && known.size > 0) {
        file.report(top.absolute(item.spot), `track_file ${name} ${where}: keepalived 2.2.7 hangs on it`, {
          severity: "error",
        });
      } else {
        const message = `${kind.called} ${name} ${where}: ${top.entry.words[1] ?? ""} does not follow it`;
        file.report(top.absolute(item.spot), message);
      }
    }
  },
};
