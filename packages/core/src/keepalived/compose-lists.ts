import { append } from "./append.ts";
import { notUsed, optionOf, scriptOf, sourceOf } from "./compose-fields.ts";
import type { Composition } from "./compose-fields.ts";
import type { ListItem, Notify, Track, Tracks, VirtualAddress } from "./model.ts";
import type { Entry, Item } from "./reading.ts";
import { readAddressItem } from "./rules/address-item.ts";
import { readInteger } from "./words.ts";

/** The elements of a list, those that keepalived drops left out with a diagnostic. */
export const itemsOf = <T>(
  entry: Entry,
  composition: Composition,
  read: (item: Item, composition: Composition) => T | undefined,
): T[] => {
  const values: T[] = [];
  for (const item of entry.items ?? []) {
    const value = read(item, composition);
    if (value === undefined) notUsed(item, composition);
    else values.push(value);
  }
  return values;
};

/** `10.0.0.5/24 dev eth0 label eth0:1 …` */
const addressOf = (
  item: Item,
  at: { composition: Composition; isStatic: boolean },
): VirtualAddress | undefined => {
  const { address, prefixLength } = readAddressItem(item.words, at);
  if (address === undefined) return undefined;
  const device = optionOf(item, "dev");
  const label = optionOf(item, "label");
  return {
    address,
    family: address.includes(":") ? "inet6" : "inet",
    prefixLength,
    ...(device === undefined ? {} : { device }),
    ...(label === undefined ? {} : { label }),
    options: item.words.slice(1),
    source: sourceOf(item.spot, at.composition),
  };
};

export const composeAddresses = (entry: Entry, composition: Composition): VirtualAddress[] =>
  itemsOf(entry, composition, (item) =>
    addressOf(item, { composition, isStatic: entry.keyword.list === "static-addresses" }),
  );

export const composeItems = (entry: Entry, composition: Composition): ListItem[] =>
  itemsOf(entry, composition, ({ words, spot }) => ({
    words: [...words],
    source: sourceOf(spot, composition),
  }));

const trackOf = (item: Item, composition: Composition): Track => {
  const weight = optionOf(item, "weight");
  const reading =
    weight === undefined ? undefined : readInteger(weight, { min: -2147483647, max: 2147483647 });
  return {
    name: item.words[0] ?? "",
    ...(reading === undefined || reading.fault !== undefined ? {} : { weight: reading.value }),
    isReversed: item.words.includes("reverse"),
    source: sourceOf(item.spot, composition),
  };
};

export const noTracks = (): Tracks => ({ interfaces: [], scripts: [], files: [], processes: [], bfds: [] });

type Readers<T> = Readonly<Record<string, (draft: T, entry: Entry, composition: Composition) => void>>;

const trackReader =
  (kind: keyof Tracks) =>
  (draft: { tracks: Tracks }, entry: Entry, composition: Composition): void => {
    append(draft.tracks[kind], itemsOf(entry, composition, trackOf));
  };

const notifyReader = (draft: { notify: Notify }, entry: Entry, composition: Composition): void => {
  const event = entry.keyword.name.replace(/^notify_?/u, "");
  if (entry.words.length > 1) draft.notify[event === "" ? "any" : event] = scriptOf(entry, composition);
};

/** Trackers and notify scripts, the same in instances and sync groups. */
export const commonReaders: Readers<{ tracks: Tracks; notify: Notify }> = {
  track_interface: trackReader("interfaces"),
  track_script: trackReader("scripts"),
  track_file: trackReader("files"),
  track_process: trackReader("processes"),
  track_bfd: trackReader("bfds"),
  notify: notifyReader,
  notify_master: notifyReader,
  notify_backup: notifyReader,
  notify_fault: notifyReader,
  notify_stop: notifyReader,
  notify_deleted: notifyReader,
  notify_master_rx_lower_pri: notifyReader,
};
