import type { Address } from "../net/address.ts";
import type { KeepalivedModel, SyncGroup, Track, Tracks, VrrpInstance } from "../keepalived/model.ts";
import type { InstanceConfig, RouterConfig, TrackerUse } from "./machine-model.ts";
import { linkTracker } from "./simulation.ts";
import { downTimerAdverts, type VrrpVersion } from "./timing.ts";

/** What the file alone does not say about a director. */
export type Surroundings = {
  /** The primary address of an interface, from which adverts go out; undefined where it has none or is not known. */
  readonly addressOf: (networkInterface: string) => Address | undefined;
  /** A name that both directors' interfaces on one wire share; the interface's own where they are named alike. */
  readonly linkOf?: (networkInterface: string) => string;
};

/** An instance that cannot be foretold, and what is missing for it. */
export type Unforetold = {
  readonly instance: string;
  readonly missing: "interface" | "virtual_router_id" | "address";
};

type Owned = { readonly name: string; readonly weight: number; readonly isReversed: boolean };

/** The weight where it is used, else the tracked thing's own. */
const useOf = (track: Track, kind: TrackerUse["kind"], owned: readonly Owned[]): TrackerUse => {
  const own = owned.find(({ name }) => name === track.name);
  const isGivenHere = track.weight !== undefined || own === undefined;
  return {
    kind,
    tracker: `${kind} ${track.name}`,
    weight: track.weight ?? own?.weight ?? 0,
    isReversed: isGivenHere ? track.isReversed : own.isReversed,
  };
};

const usesOf = (tracks: Tracks, model: KeepalivedModel): TrackerUse[] => [
  ...tracks.interfaces.map((track) => useOf(track, "interface", [])),
  ...tracks.scripts.map((track) => useOf(track, "script", model.trackScripts)),
  ...tracks.files.map((track) => useOf(track, "file", model.trackFiles)),
  ...tracks.processes.map((track) => useOf(track, "process", model.trackProcesses)),
  ...tracks.bfds.map((track) => useOf(track, "bfd", [])),
];

const numberSetting = (instance: VrrpInstance, keyword: string): number | undefined => {
  const value = Number(instance.settings.findLast((each) => each.keyword === keyword)?.values[0]);
  return Number.isFinite(value) && value > 0 ? value : undefined;
};

/** The version that an instance speaks: its own, else 3 with IPv6 addresses, else vrrp_version of global_defs. */
export const versionOf = (instance: VrrpInstance, model: KeepalivedModel): VrrpVersion => {
  if (instance.version !== undefined) return instance.version;
  return instance.virtualAddresses[0]?.family === "inet6" ? 3 : model.global.vrrpVersion;
};

/** Milliseconds between two adverts. Version 2 counts whole seconds, at least one; version 3 hundredths (keepalived rounds). */
export const intervalMsOf = (instance: VrrpInstance, version: VrrpVersion): number =>
  version === 2
    ? Math.max(1, Math.round(instance.advertIntervalS)) * 1000
    : Math.max(1, Math.round(instance.advertIntervalS * 100)) * 10;

const groupOf = (instance: VrrpInstance, model: KeepalivedModel): SyncGroup | undefined =>
  model.syncGroups.find(({ instances }) => instances.some(({ name }) => name === instance.name));

const trackersOf = (instance: VrrpInstance, model: KeepalivedModel, link: string): TrackerUse[] => {
  const own = usesOf(instance.tracks, model);
  const group = groupOf(instance, model);
  const shared = group === undefined ? [] : usesOf(group.tracks, model);
  const isTracked = !instance.settings.some(({ keyword }) => keyword === "dont_track_primary");
  const primary: TrackerUse = { kind: "interface", tracker: linkTracker(link), weight: 0, isReversed: false };
  return [...(isTracked ? [primary] : []), ...own, ...shared];
};

const instanceOf = (
  instance: VrrpInstance,
  model: KeepalivedModel,
  surroundings: Surroundings,
): InstanceConfig | Unforetold => {
  const { name, interface: networkInterface, virtualRouterId } = instance;
  if (networkInterface === undefined) return { instance: name, missing: "interface" };
  if (virtualRouterId === undefined) return { instance: name, missing: "virtual_router_id" };
  const { unicastSourceAddress, multicastSourceAddress } = instance;
  const given = unicastSourceAddress ?? multicastSourceAddress;
  const address = given ?? surroundings.addressOf(networkInterface);
  if (address === undefined) return { instance: name, missing: "address" };
  const version = versionOf(instance, model);
  const link = surroundings.linkOf?.(networkInterface) ?? networkInterface;
  return {
    name,
    virtualRouterId,
    link,
    address,
    addresses: instance.virtualAddresses.map((each) => each.address),
    version,
    priority: instance.priority,
    startsAsMaster: instance.state === "MASTER",
    advertIntervalMs: intervalMsOf(instance, version),
    downTimerAdverts: numberSetting(instance, "down_timer_adverts") ?? downTimerAdverts,
    canPreempt: instance.canPreempt,
    preemptDelayMs: instance.preemptDelayS * 1000,
    trackers: trackersOf(instance, model, link),
  };
};

/** keepalived's own names for it, the second one deprecated. */
const weightKeywords = ["sync_group_tracking_weight", "global_tracking"];

/** A director's configuration as the machine takes it, and the instances that had to be left out. */
export const routerConfigOf = (
  model: KeepalivedModel,
  surroundings: Surroundings,
): { readonly config: RouterConfig; readonly unforetold: readonly Unforetold[] } => {
  const all = model.instances.map((instance) => instanceOf(instance, model, surroundings));
  const instances = all.filter((each) => "name" in each);
  const groups = model.syncGroups.map((group) => ({
    name: group.name,
    instances: group.instances.map(({ name }) => name),
    usesTrackerWeights: group.settings.some(({ keyword }) => weightKeywords.includes(keyword)),
  }));
  return { config: { instances, groups }, unforetold: all.filter((each) => "missing" in each) };
};
