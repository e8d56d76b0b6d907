import type { Entry } from "../../reading.ts";
import { inInstance } from "../examples.ts";
import type { FileView, Rule, TopEntry } from "../rule.ts";
import { lastOf, linesOf } from "../rule.ts";
import { commandOf } from "./script-command.ts";

const script = 'vrrp_script web {\n    script "/usr/bin/true"\n}\n';

interface Trackers {
  readonly list: string;
  readonly openers: readonly string[];
  readonly called: string;
  /** Whether keepalived keeps the tracker once its block is read. */
  readonly isKept: (entry: Entry) => boolean;
}

const kinds: readonly Trackers[] = [
  {
    list: "track_script",
    openers: ["vrrp_script"],
    called: "vrrp_script",
    isKept: (entry) => commandOf(entry) !== undefined,
  },
  {
    list: "track_file",
    openers: ["track_file", "vrrp_track_file"],
    called: "track_file",
    isKept: (entry) => lastOf(entry, "file") !== undefined,
  },
  {
    list: "track_process",
    openers: ["vrrp_track_process"],
    called: "vrrp_track_process",
    isKept: (entry) => lastOf(entry, "process") !== undefined,
  },
  {
    list: "track_bfd",
    openers: ["bfd_instance"],
    called: "bfd_instance",
    isKept: (entry) => isForVrrp(entry),
  },
];

const isForVrrp = (entry: Entry): boolean =>
  lastOf(entry, "checker") === undefined || lastOf(entry, "vrrp") !== undefined;

export const unknownTracker: Rule = {
  code: "unknown-tracker",
  severity: "warning",
  title: "a tracker that is not there, or stands further down",
  reason:
    "keepalived reads from top to bottom: a vrrp_script, track_file, vrrp_track_process or bfd_instance must stand before the instance that follows it. Otherwise the instance does not follow it.",
  mend: "Correct the name, or move its block up.",
  bad: inInstance("track_script {", "web", "}") + script,
  good: script + inInstance("track_script {", "web", "}"),
  ofFile: (file) => {
    const known = new Map(kinds.map(({ list }) => [list, new Set<string>()]));
    for (const top of file.top) {
      for (const { list, openers, isKept } of kinds) {
        const [, name] = top.entry.words;
        const isOne =
          openers.includes(top.entry.keyword.name) && name !== undefined && top.entry.inside !== undefined;
        if (isOne && isKept(top.entry)) known.get(list)?.add(name);
      }
      if (top.entry.inside !== undefined) checkLists(file, top, known);
    }
  },
};

const checkLists = (file: FileView, top: TopEntry, known: ReadonlyMap<string, ReadonlySet<string>>): void => {
  if (top.entry.keyword.name !== "vrrp_instance" && top.entry.keyword.name !== "vrrp_sync_group") return;
  for (const { list, openers, called } of kinds) {
    for (const item of linesOf(top.entry, list).flatMap(({ items }) => items ?? [])) {
      const [name = ""] = item.words;
      if (known.get(list)?.has(name) === true) continue;
      const isLater = openers.some((opener) => file.of(opener).some(({ entry }) => entry.words[1] === name));
      const where = isLater ? "stands further down, or has been dropped" : "is not there";
      file.report(
        top.absolute(item.spot),
        `${called} ${name} ${where}: ${top.entry.words[1] ?? ""} does not follow it`,
      );
    }
  }
};
