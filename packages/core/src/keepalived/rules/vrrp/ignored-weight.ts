import type { Entry } from "../../reading.ts";
import { readInteger } from "../../words.ts";
import { inInstance } from "../examples.ts";
import { lastOf } from "../rule.ts";
import type { FileView, Rule } from "../rule.ts";
import { instancesOf, itemsOf, settle, vrrpGlobalsOf } from "./instance.ts";

const script = 'vrrp_script web {\n    script "/usr/bin/true"\n    weight -20\n}\n';
const follower = (priority: number): string =>
  script + inInstance(`priority ${priority}`, "track_script {", "web", "}");

export const ignoredWeight: Rule = {
  code: "ignored-weight",
  severity: "warning",
  title: "a tracker with a weight where weights do not count",
  reason:
    "The owner of the addresses (priority 255) and members of a sync group have one priority. keepalived drops the tracker or its weight: what should hand over does not.",
  mend: "Give the tracker weight 0, follow it in the sync group, or write sync_group_tracking_weight.",
  bad: follower(255),
  good: follower(150),
  ofFile: (file) => {
    const globals = vrrpGlobalsOf(file);
    const grouped = membersWithoutWeights(file);
    const defaults = weightsOf(file);
    for (const instance of instancesOf(file)) {
      const { priority } = settle(instance, globals);
      const why = grouped.has(instance.name) ? "a sync group" : priority === 255 ? "priority 255" : undefined;
      if (why === undefined) continue;
      for (const kind of Object.keys(defaults)) {
        for (const { words, spot } of itemsOf(instance.top.entry, kind)) {
          if (weightOf(words, defaults[kind]?.get(words[0] ?? "") ?? 0) === 0) continue;
          const message = `${instance.name} has ${why}: the weight of ${words[0] ?? ""} does not count`;
          file.report(instance.top.absolute(spot), message);
        }
      }
    }
  },
};

const weightOf = (words: readonly string[], byDefault: number): number => {
  if (words[1] !== "weight" || words[2] === undefined) return byDefault;
  const read = readInteger(words[2], { min: -254, max: 254 });
  return read.fault === undefined ? read.value : byDefault;
};

const membersWithoutWeights = (file: FileView): ReadonlySet<string> => {
  const members = new Set<string>();
  for (const { entry } of file.of("vrrp_sync_group")) {
    const allows = lastOf(entry, "sync_group_tracking_weight") ?? lastOf(entry, "global_tracking");
    if (allows !== undefined) continue;
    for (const { words } of itemsOf(entry, "group")) for (const name of words) members.add(name);
  }
  return members;
};

/** Weights the trackers themselves name, by list keyword and name. */
const weightsOf = (file: FileView): Record<string, ReadonlyMap<string, number>> => ({
  track_interface: new Map(),
  track_script: namedWeights(
    file.of("vrrp_script").map(({ entry }) => entry),
    0,
  ),
  track_file: namedWeights(
    [...file.of("track_file"), ...file.of("vrrp_track_file")].map(({ entry }) => entry),
    1,
  ),
  track_bfd: namedWeights(
    file.of("bfd_instance").map(({ entry }) => entry),
    0,
  ),
});

const namedWeights = (entries: readonly Entry[], byDefault: number): ReadonlyMap<string, number> =>
  new Map(
    entries.map((entry) => [
      entry.words[1] ?? "",
      weightOf(["", "weight", lastOf(entry, "weight")?.words[1] ?? ""], byDefault),
    ]),
  );
