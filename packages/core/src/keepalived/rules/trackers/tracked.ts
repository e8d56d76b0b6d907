import type { Entry, Item } from "../../reading.ts";
import type { FileView, TopEntry } from "../rule.ts";
import { lastOf, linesOf } from "../rule.ts";
import { commandOf } from "./script-command.ts";

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
    isKept: (entry) => linesOf(entry, "file").some(({ words }) => words.length > 1),
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

/** An element of track_script, track_file, track_process or track_bfd. */
export interface Tracked {
  readonly top: TopEntry;
  readonly kind: Trackers;
  readonly item: Item;
  /** The keyword of the list's kind (keywords.ts). */
  readonly listKind: string;
  /** Names of its kind that stand above it: keepalived knows no others yet. */
  readonly known: ReadonlySet<string>;
}

/** What instances and sync groups follow, from top to bottom. */
export function* trackedIn(file: FileView): IterableIterator<Tracked> {
  const known = new Map(kinds.map(({ list }) => [list, new Set<string>()]));
  for (const top of file.top) {
    const { keyword, words, inside } = top.entry;
    if (inside === undefined) continue;
    for (const { list, openers, isKept } of kinds) {
      const [, name] = words;
      if (openers.includes(keyword.name) && name !== undefined && isKept(top.entry))
        known.get(list)?.add(name);
    }
    if (keyword.name !== "vrrp_instance" && keyword.name !== "vrrp_sync_group") continue;
    for (const kind of kinds) {
      for (const line of linesOf(top.entry, kind.list)) {
        for (const item of line.items ?? [])
          yield {
            top,
            kind,
            item,
            listKind: line.keyword.list ?? "",
            known: known.get(kind.list) ?? new Set(),
          };
      }
    }
  }
}
