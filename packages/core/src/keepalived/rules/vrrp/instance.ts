import type { Entry, Item } from "../../reading.ts";
import { readAddressOf, readDecimal, readInteger } from "../../words.ts";
import { readAddressItem } from "../address-item.ts";
import { familyOfAddress } from "../families.ts";
import type { Family } from "../families.ts";
import { lastOf, linesOf } from "../rule.ts";
import type { FileView, TopEntry } from "../rule.ts";
import { familyOfInstance, peersOf } from "./instance-family.ts";

/** A VRRP instance as keepalived has it once its block is read (vrrp_parser.c), before defaults are filled in. */
export interface Instance {
  readonly top: TopEntry;
  readonly name: string;
  readonly interface: string | undefined;
  readonly virtualRouterId: number | undefined;
  /** As written, if it is good; 100 if it is not; undefined if absent. */
  readonly priority: number | undefined;
  readonly state: "MASTER" | "BACKUP" | undefined;
  readonly version: number | undefined;
  readonly family: Family | undefined;
  readonly isStrict: boolean | undefined;
  readonly advertSeconds: number | undefined;
  readonly authType: "PASS" | "AH" | undefined;
  readonly hasPassword: boolean;
  readonly isNopreempt: boolean;
  readonly preemptDelay: number;
  /** A unicast keyword stands in the block. */
  readonly isUnicastConfigured: boolean;
  readonly peers: readonly string[];
  readonly sourceAddress: string | undefined;
  readonly multicastGroup: string | undefined;
  /** Addresses of virtual_ipaddress that are read and of the instance's family. */
  readonly vips: readonly InstanceAddress[];
  readonly excludedVips: readonly InstanceAddress[];
}

export interface InstanceAddress {
  readonly address: string;
  readonly item: Item;
}

/** Sixteen rules ask the same of one file. */
const instancesKnown = new WeakMap<FileView["top"], readonly Instance[]>();
const globalsKnown = new WeakMap<FileView["top"], VrrpGlobals>();

/** The instances of a file. Of two with one name the first counts. */
export const instancesOf = (file: FileView): readonly Instance[] => {
  const known = instancesKnown.get(file.top);
  if (known !== undefined) return known;
  const instances: Instance[] = [];
  const names = new Set<string>();
  for (const top of file.of("vrrp_instance")) {
    const [, name] = top.entry.words;
    if (name === undefined || top.entry.inside === undefined || names.has(name)) continue;
    names.add(name);
    instances.push(readInstance(top, name));
  }
  instancesKnown.set(file.top, instances);
  return instances;
};

const remembered = new WeakMap<Entry, Omit<Instance, "top">>();

const readInstance = (top: TopEntry, name: string): Instance => {
  const known = remembered.get(top.entry);
  if (known !== undefined) return { ...known, top };
  const read = readBlock(top.entry, name);
  remembered.set(top.entry, read);
  return { ...read, top };
};

const readBlock = (entry: Entry, name: string): Omit<Instance, "top"> => {
  const family = familyOfInstance(entry);
  const authentication = lastOf(entry, "authentication");
  return {
    name,
    interface: wordOf(lastOf(entry, "interface")),
    virtualRouterId: goodInteger(entry, "virtual_router_id", { min: 1, max: 255 }),
    priority: priorityOf(entry),
    state: stateOf(entry),
    version: goodInteger(entry, "version", { min: 2, max: 3 }),
    family,
    isStrict: strictnessOf(entry),
    advertSeconds: decimalOf(entry, "advert_int", { min: 0.01, max: 255 }),
    authType: authTypeOf(authentication),
    hasPassword:
      (authentication === undefined ? "" : (wordOf(lastOf(authentication, "auth_pass")) ?? "")) !== "",
    isNopreempt: lastFlag(entry, { on: "nopreempt", off: "preempt" }),
    preemptDelay: decimalOf(entry, "preempt_delay", { min: 0, max: 1000 }) ?? 0,
    isUnicastConfigured:
      entry.inside?.entries.some(({ keyword }) => unicastKeywords.has(keyword.name)) === true,
    peers: peersOf(entry),
    sourceAddress: sourceOf(entry),
    multicastGroup: readAddressOf(wordOf(lastOf(entry, "mcast_dst_ip")) ?? ""),
    vips: addressesOf(entry, "virtual_ipaddress").filter(
      ({ address }) => family === undefined || familyOfAddress(address) === family,
    ),
    excludedVips: addressesOf(entry, "virtual_ipaddress_excluded"),
  };
};

const unicastKeywords: ReadonlySet<string> = new Set([
  "unicast_peer",
  "unicast_fault_no_peer",
  "check_unicast_src",
  "old_unicast_checksum",
  "unicast_src_ip",
]);

/** The first value of a line. */
export const wordOf = (entry: Entry | undefined): string | undefined => entry?.words[1];

/** All elements of all lists with a keyword in a block. */
export const itemsOf = (entry: Entry, name: string): readonly Item[] =>
  linesOf(entry, name).flatMap(({ items }) => items ?? []);

const goodInteger = (entry: Entry, name: string, range: { min: number; max: number }): number | undefined => {
  let value: number | undefined;
  for (const line of linesOf(entry, name)) {
    const read = readInteger(line.words[1] ?? "", range);
    if (read.fault === undefined && line.words.length > 1) value = read.value;
  }
  return value;
};

const decimalOf = (entry: Entry, name: string, range: { min: number; max: number }): number | undefined => {
  let value: number | undefined;
  for (const line of linesOf(entry, name)) {
    const read = readDecimal(line.words[1] ?? "", { ...range, places: 6 });
    if (read.fault === undefined && line.words.length > 1) value = read.value;
  }
  return value;
};

const priorityOf = (entry: Entry): number | undefined => {
  const word = wordOf(lastOf(entry, "priority"));
  if (word === undefined) return undefined;
  const read = readInteger(word, { min: 1, max: 255 });
  return read.fault === undefined ? read.value : 100;
};

/** MASTER stays MASTER; any word but MASTER means BACKUP. */
const stateOf = (entry: Entry): Instance["state"] => {
  let state: Instance["state"];
  for (const line of linesOf(entry, "state")) {
    const word = line.words[1];
    if (word === "MASTER") state = "MASTER";
    else if (word !== "BACKUP" || state !== "MASTER") state = "BACKUP";
  }
  return state;
};

const strictnessOf = (entry: Entry): boolean | undefined => {
  const line = lastOf(entry, "strict_mode");
  if (line === undefined) return undefined;
  const word = line.words[1];
  return word === undefined || word === "on" || word === "true" || word === "yes";
};

const authTypeOf = (authentication: Entry | undefined): Instance["authType"] => {
  let type: Instance["authType"];
  if (authentication === undefined) return undefined;
  for (const line of linesOf(authentication, "auth_type")) {
    if (line.words[1] === "AH" || line.words[1] === "PASS") type = line.words[1];
  }
  return type;
};

const lastFlag = (entry: Entry, flags: { on: string; off: string }): boolean => {
  const line = entry.inside?.entries.findLast(
    ({ keyword }) => keyword.name === flags.on || keyword.name === flags.off,
  );
  return line?.keyword.name === flags.on;
};

const sourceOf = (entry: Entry): string | undefined => {
  const line = entry.inside?.entries.findLast(
    ({ keyword }) => keyword.name === "unicast_src_ip" || keyword.name === "mcast_src_ip",
  );
  return readAddressOf(wordOf(line) ?? "");
};

const addressesOf = (entry: Entry, name: string): readonly InstanceAddress[] =>
  itemsOf(entry, name).flatMap((item) => {
    const { address } = readAddressItem(item.words, { isStatic: false });
    return address === undefined ? [] : [{ address, item }];
  });

/** What an instance does once global settings and defaults are in (vrrp_complete_instance). */
export interface Settled {
  readonly version: number;
  readonly isStrict: boolean;
  readonly priority: number;
  readonly state: "MASTER" | "BACKUP";
  readonly isUnicast: boolean;
}

export const settle = (instance: Instance, globals: VrrpGlobals): Settled => {
  const isIpv6 = instance.family === "inet6";
  const isStrict = instance.isStrict ?? globals.isStrict;
  const version = isIpv6
    ? instance.version === 2 && !isStrict
      ? 2
      : 3
    : (instance.version ?? globals.version);
  const priority = instance.priority ?? (instance.state === "MASTER" ? 255 : 100);
  const wanted = instance.state ?? (priority === 255 ? "MASTER" : "BACKUP");
  const state = isStrict ? (priority === 255 ? "MASTER" : "BACKUP") : wanted;
  return { version, isStrict, priority, state, isUnicast: instance.peers.length > 0 };
};

export interface VrrpGlobals {
  readonly version: number;
  readonly isStrict: boolean;
  /** Where adverts go that no instance sends elsewhere. */
  readonly multicastGroups: Record<Family, string>;
  /** dynamic_interfaces allow_if_changes: two instances on one interface may be on two at another time. */
  readonly canInterfacesChange: boolean;
}

/** Settings of global_defs that instances inherit. */
export const vrrpGlobalsOf = (file: FileView): VrrpGlobals => {
  const known = globalsKnown.get(file.top);
  if (known !== undefined) return known;
  const globals = readGlobals(file);
  globalsKnown.set(file.top, globals);
  return globals;
};

const readGlobals = (file: FileView): VrrpGlobals => {
  const blocks = file.of("global_defs").map(({ entry }) => entry);
  const linesWith = (name: string): readonly Entry[] => blocks.flatMap((entry) => linesOf(entry, name));
  const groupOf = (name: string, byDefault: string): string =>
    readAddressOf(wordOf(linesWith(name).at(-1)) ?? "") ?? byDefault;
  return {
    version: blocks.reduce(
      (known, entry) => goodInteger(entry, "vrrp_version", { min: 2, max: 3 }) ?? known,
      2,
    ),
    isStrict: linesWith("vrrp_strict").length > 0,
    multicastGroups: {
      inet: groupOf("vrrp_mcast_group4", "224.0.0.18"),
      inet6: groupOf("vrrp_mcast_group6", "ff02::12"),
    },
    canInterfacesChange: linesWith("dynamic_interfaces").some((line) => wordOf(line) === "allow_if_changes"),
  };
};
