import { knownValue } from "../director/fact.ts";
import type { VrrpInstance, VrrpState } from "../director/state.ts";
import type { Run } from "../workflow/run.ts";
import { directorAge, isUsable, type Age } from "./freshness.ts";
import type { Cluster, Fleet, FleetDirector } from "./model.ts";
import { joinRows, type ServiceRows } from "./rows.ts";
import type { Truth, TruthItem } from "./truth.ts";

/** The fleet as a list: one row per VRRP instance, and one per cluster of which no instance is known, so that none is hidden. */

export interface Seat {
  readonly director: FleetDirector;
  /** Undefined: the director does not say (never heard, keepalived's state not known). */
  readonly state: VrrpState | undefined;
  readonly priority: number | undefined;
  readonly age: Age;
}

export interface Serving {
  readonly director: FleetDirector;
  readonly serviceKeys: readonly string[];
  readonly inTable: number;
  readonly total: number;
  readonly draining: number;
  readonly activeConnections: number;
  readonly connectionsPerSecond: number;
}

export interface InstanceRow {
  readonly key: string;
  readonly cluster: Cluster;
  /** Empty where no instance is known. */
  readonly instance: string;
  readonly virtualRouterId: number | undefined;
  readonly version: 2 | 3 | undefined;
  readonly vips: readonly string[];
  readonly seats: readonly Seat[];
  /** Who speaks for the instance on the wire and is no director of the cluster. */
  readonly outsiders: readonly { readonly address: string; readonly priority: number }[];
  /** Names of the directors whose kernel has every, or any, of the addresses now. */
  readonly holders: readonly FleetDirector[];
  /** Undefined: no virtual services on these addresses (VRRP alone), or no table is known. */
  readonly serving: Serving | undefined;
  readonly hasTable: boolean;
  /** The oldest word among the cluster's directors. */
  readonly age: Age;
  readonly troubles: readonly TruthItem[];
}

/** Rows with something wrong first, in the order of loudness; the rest by cluster and instance. */
export const listInstances = (fleet: Fleet, truth: Truth, nowMs: number): InstanceRow[] =>
  fleet.clusters
    .flatMap((cluster) => clusterRows({ fleet, cluster, truth, nowMs }))
    .toSorted((a, b) => rank(a, truth) - rank(b, truth) || a.key.localeCompare(b.key));

const rank = (row: InstanceRow, truth: Truth): number => {
  const loudest = row.troubles.find((item) => item.kind !== "run");
  return loudest === undefined ? truth.items.length : truth.items.indexOf(loudest);
};

const clusterRows = (input: {
  readonly fleet: Fleet;
  readonly cluster: Cluster;
  readonly truth: Truth;
  readonly nowMs: number;
}): InstanceRow[] => {
  const { cluster, fleet, nowMs, truth } = input;
  const directors = fleet.directors.filter((director) => director.clusterId === cluster.id);
  const found = instancesByName(directors);
  const names = found.size === 0 ? [""] : [...found.keys()];
  return names.map((name, index) => {
    const instances = found.get(name) ?? [];
    const vips = [...new Set(instances.flatMap((each) => each.addresses.map(({ address }) => address)))];
    const seats = directors.map((director) => seatOf(director, name, nowMs));
    const isFirst = index === 0;
    const troubles = truth.items.filter((item) => concerns(item, { cluster, name, vips, isFirst }));
    const services = servicesFor({ directors, seats, vips, isFirst, runs: fleet.runs, nowMs });
    return {
      key: `${cluster.name} ${name}`,
      cluster,
      instance: name,
      virtualRouterId: instances[0]?.virtualRouterId,
      version: instances[0]?.version,
      vips,
      seats,
      holders: directors.filter((director) => holdsAny(director, vips, nowMs)),
      serving: services.serving,
      hasTable: services.hasTable,
      age: oldest(seats),
      outsiders: troubles.flatMap((item) =>
        item.kind === "stranger" ? [{ address: item.source.address, priority: item.priority }] : [],
      ),
      troubles,
    };
  });
};

const instancesOf = (director: FleetDirector): readonly VrrpInstance[] =>
  director.state === undefined ? [] : (knownValue(director.state.vrrp) ?? []);

const instancesByName = (directors: readonly FleetDirector[]): Map<string, VrrpInstance[]> => {
  const found = new Map<string, VrrpInstance[]>();
  for (const director of directors)
    for (const instance of instancesOf(director))
      found.set(instance.name, [...(found.get(instance.name) ?? []), instance]);
  return found;
};

const seatOf = (director: FleetDirector, name: string, nowMs: number): Seat => {
  const instance = instancesOf(director).find((each) => each.name === name);
  return {
    director,
    state: instance?.state,
    priority: instance?.effectivePriority,
    age: directorAge(director, nowMs),
  };
};

const holdsAny = (director: FleetDirector, vips: readonly string[], nowMs: number): boolean =>
  isUsable(directorAge(director, nowMs)) &&
  instancesOf(director).some((instance) =>
    instance.addresses.some((each) => each.isHeld && vips.includes(each.address)),
  );

const oldest = (seats: readonly Seat[]): Age => {
  let worst: Age = { freshness: "never" };
  for (const { age } of seats) {
    if (age.freshness === "never") return age;
    if (worst.freshness === "never" || age.ageMs > worst.ageMs) worst = age;
  }
  return worst;
};

/** The table that counts is the one of the director that forwards: the MASTER as heard last, else any that is known. */
const servicesFor = (input: {
  readonly directors: readonly FleetDirector[];
  readonly seats: readonly Seat[];
  readonly vips: readonly string[];
  readonly isFirst: boolean;
  readonly runs: readonly Run[];
  readonly nowMs: number;
}): { serving: Serving | undefined; hasTable: boolean } => {
  const freshMaster = input.seats.find((seat) => seat.state === "MASTER" && isUsable(seat.age));
  const master = freshMaster ?? input.seats.find((seat) => seat.state === "MASTER") ?? input.seats[0];
  const director = master?.director;
  if (director?.state === undefined) return { serving: undefined, hasTable: false };
  const joined = joinRows({ directorId: director.id, state: director.state, runs: input.runs });
  if (joined === undefined) return { serving: undefined, hasTable: false };
  const services = joined.services.filter((service) => belongs(service, input.vips, input.isFirst));
  return { serving: services.length === 0 ? undefined : sumUp(director, services), hasTable: true };
};

/** A firewall mark has no address of its own: it is counted with the cluster's first instance, once. */
const belongs = (service: ServiceRows, vips: readonly string[], isFirst: boolean): boolean =>
  service.id.kind === "address"
    ? vips.includes(service.id.address) || (isFirst && vips.length === 0)
    : isFirst;

const sumUp = (director: FleetDirector, services: readonly ServiceRows[]): Serving => {
  const sum = (count: (service: ServiceRows) => number): number =>
    services.reduce((total, service) => total + count(service), 0);
  return {
    director,
    serviceKeys: services.map((service) => service.key),
    inTable: sum((service) => service.inTable),
    total: sum((service) => service.total),
    draining: sum((service) => service.draining),
    activeConnections: sum((service) => service.activeConnections),
    connectionsPerSecond: sum((service) => service.service?.rates.connectionsPerSecond ?? 0),
  };
};

const concerns = (
  item: TruthItem,
  row: {
    readonly cluster: Cluster;
    readonly name: string;
    readonly vips: readonly string[];
    readonly isFirst: boolean;
  },
): boolean => {
  const { cluster, isFirst, name, vips } = row;
  switch (item.kind) {
    case "splitBrain":
    case "noHolder":
      return item.holding.clusterId === cluster.id && vips.includes(item.holding.vip);
    case "orphaned":
      return item.director.clusterId === cluster.id && vips.includes(item.vip);
    case "fault":
    case "secondMaster":
    case "stranger":
    case "notBelieved":
    case "otherInterval":
      return item.director.clusterId === cluster.id && item.instance === name;
    case "removed":
      return item.clusterId === cluster.id && (item.vip === undefined ? isFirst : vips.includes(item.vip));
    case "stale":
    case "coming":
      return item.director.clusterId === cluster.id;
    case "noTable":
    case "daemonDown":
    case "refusedPackets":
    case "deaf":
    case "drift":
    case "unconfirmed":
    case "certificateEnds":
      return item.director.clusterId === cluster.id && isFirst;
    case "pairDiffers":
      return item.clusterId === cluster.id && isFirst;
    case "run":
      return item.run.clusterId === cluster.id && isFirst;
  }
};
