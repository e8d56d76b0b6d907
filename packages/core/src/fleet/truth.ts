import type { Configured } from "../director/configured.ts";
import { knownValue } from "../director/fact.ts";
import type { Run } from "../workflow/run.ts";
import { compareFiles } from "./compare-files.ts";
import { directorAge, isUsable, onConsoleClock } from "./freshness.ts";
import type { Fleet, FleetDirector } from "./model.ts";
import { joinRows } from "./rows.ts";
import { hasNoHolder, isSplitBrain, readVips, type VipHolding } from "./vips.ts";
import { readWire, type WireItem } from "./wire.ts";

/** What is wrong and what runs, in the order in which it is said: the loudest first. Empty: nothing is wrong and nothing runs. */

export type TruthItem =
  | { readonly kind: "splitBrain"; readonly holding: VipHolding }
  | { readonly kind: "noHolder"; readonly holding: VipHolding }
  | { readonly kind: "orphaned"; readonly vip: string; readonly director: FleetDirector }
  | { readonly kind: "fault"; readonly director: FleetDirector; readonly instance: string }
  | { readonly kind: "noTable"; readonly director: FleetDirector; readonly reason: string }
  | { readonly kind: "daemonDown"; readonly director: FleetDirector }
  | {
      readonly kind: "removed";
      readonly clusterId: string;
      readonly director: FleetDirector;
      readonly service: string;
      /** The service's address; undefined for a firewall mark. */
      readonly vip: string | undefined;
      readonly realServer: string;
      readonly sinceMs: number | undefined;
      readonly cause: string | undefined;
    }
  | { readonly kind: "stale"; readonly director: FleetDirector; readonly ageMs: number | undefined }
  /** There is a picture of it, on its way to this tab: what it says is not known here yet. */
  | { readonly kind: "coming"; readonly director: FleetDirector }
  | {
      readonly kind: "pairDiffers";
      readonly clusterId: string;
      readonly directors: readonly [FleetDirector, FleetDirector];
      readonly differences: number;
    }
  /** Its table is not what its loaded file asks for, by `count` things that neither keepalived nor this console did. */
  | { readonly kind: "drift"; readonly director: FleetDirector; readonly count: number }
  | { readonly kind: "unconfirmed"; readonly director: FleetDirector; readonly revertsAtMs: number }
  | { readonly kind: "certificateEnds"; readonly director: FleetDirector; readonly atMs: number }
  | WireItem
  | { readonly kind: "run"; readonly run: Run };

export interface Truth {
  readonly items: readonly TruthItem[];
  readonly liveDirectors: number;
  readonly directors: number;
  /** Age of the oldest word among live directors, ms; undefined where none is live. */
  readonly oldestMs: number | undefined;
}

const loudness: readonly TruthItem["kind"][] = [
  "splitBrain",
  "noHolder",
  "stranger",
  "secondMaster",
  "orphaned",
  "fault",
  "noTable",
  "daemonDown",
  "notBelieved",
  "removed",
  "stale",
  "coming",
  "deaf",
  "pairDiffers",
  "otherInterval",
  "refusedPackets",
  "drift",
  "unconfirmed",
  "certificateEnds",
  "run",
];

/** A certificate that ends within this time is told, so that there are office hours in it. */
const certificateWarningMs = 30 * 24 * 60 * 60_000;

/** Pure; `nowMs` on the console's clock. What a silent director said last is not repeated as true: it is stale, once. */
export const readTruth = (fleet: Fleet, nowMs: number): Truth => {
  const ages = fleet.directors.map((director) => directorAge(director, nowMs));
  const live = fleet.directors.filter((_, index) => {
    const age = ages[index];
    return age !== undefined && isUsable(age);
  });
  const heard = ages.flatMap((age) =>
    age.freshness === "never" || age.freshness === "stale" ? [] : [age.ageMs],
  );
  const wire = readWire(fleet, nowMs);
  const items: TruthItem[] = [
    ...readVips(fleet, nowMs).flatMap((holding) => vipItems(holding, { wire, nowMs })),
    ...wire,
    ...live.flatMap((director) => directorItems(director)),
    ...removedItems(live, fleet.runs),
    ...staleItems(fleet, nowMs),
    ...pairItems(fleet, live),
    ...certificateItems(fleet, nowMs),
    ...fleet.runs.filter((run) => run.endedAtMs === undefined).map((run) => ({ kind: "run" as const, run })),
  ];
  return {
    items: items.toSorted((a, b) => loudness.indexOf(a.kind) - loudness.indexOf(b.kind)),
    liveDirectors: live.length,
    directors: fleet.directors.length,
    oldestMs: heard.length === 0 ? undefined : Math.max(...heard),
  };
};

const vipItems = (
  holding: VipHolding,
  { wire, nowMs }: { readonly wire: readonly WireItem[]; readonly nowMs: number },
): TruthItem[] => {
  const orphaned = holding.holders
    .filter((holder) => holder.isOrphaned)
    .map(({ director }) => ({ kind: "orphaned" as const, vip: holding.vip, director }));
  if (isSplitBrain(holding, nowMs)) return [{ kind: "splitBrain", holding }, ...orphaned];
  // Whoever says on the wire that it has the address answers for it, director or not.
  const isTaken = wire.some(
    (item) =>
      item.kind === "stranger" &&
      item.director.clusterId === holding.clusterId &&
      item.addresses.includes(holding.vip),
  );
  return hasNoHolder(holding, nowMs) && !isTaken ? [{ kind: "noHolder", holding }] : orphaned;
};

const directorItems = (director: FleetDirector): TruthItem[] => {
  const { state } = director;
  if (state === undefined) return [];
  const items: TruthItem[] = (knownValue(state.vrrp) ?? [])
    .filter((instance) => instance.state === "FAULT")
    .map((instance) => ({ kind: "fault", director, instance: instance.name }));
  const isServing = (knownValue(state.config)?.configured.services.length ?? 0) > 0;
  if (state.table.status !== "known" && isServing)
    items.push({ kind: "noTable", director, reason: state.table.reason });
  if (knownValue(state.daemon)?.isRunning === false) items.push({ kind: "daemonDown", director });
  const unconfirmed = knownValue(state.config)?.unconfirmed;
  if (unconfirmed !== undefined)
    items.push({
      kind: "unconfirmed",
      director,
      revertsAtMs: onConsoleClock(director, unconfirmed.revertsAtMs),
    });
  const count = knownValue(state.drift)?.count ?? 0;
  if (count > 0) items.push({ kind: "drift", director, count });
  return items;
};

/** Checkers run on every director: the same real server out on both is one fact, and the first director to say it is named. */
const removedItems = (live: readonly FleetDirector[], runs: readonly Run[]): TruthItem[] => {
  const items = new Map<string, TruthItem>();
  for (const director of live) {
    if (director.state === undefined) continue;
    for (const service of joinRows({ directorId: director.id, state: director.state, runs })?.services ?? [])
      for (const row of service.out) {
        const key = `${director.clusterId} ${service.key} ${row.key}`;
        if ((row.state.kind !== "removed" && row.state.kind !== "inhibited") || items.has(key)) continue;
        const { cause } = row.state;
        items.set(key, {
          kind: "removed",
          clusterId: director.clusterId,
          director,
          service: service.key,
          vip: service.id.kind === "address" ? service.id.address : undefined,
          realServer: row.key,
          sinceMs: row.since === undefined ? undefined : onConsoleClock(director, row.since.atMs),
          cause,
        });
      }
  }
  return [...items.values()];
};

const certificateItems = (fleet: Fleet, nowMs: number): TruthItem[] =>
  fleet.directors.flatMap((director): TruthItem[] => {
    const atMs = director.certificateEndsAtMs;
    if (atMs === undefined || atMs - nowMs > certificateWarningMs) return [];
    return director.connection.status === "revoked" ? [] : [{ kind: "certificateEnds", director, atMs }];
  });

const staleItems = (fleet: Fleet, nowMs: number): TruthItem[] =>
  fleet.directors.flatMap((director): TruthItem[] => {
    const age = directorAge(director, nowMs);
    if (isUsable(age)) return [];
    if (director.isComing === true && director.state === undefined) return [{ kind: "coming", director }];
    return [{ kind: "stale", director, ageMs: age.freshness === "never" ? undefined : age.ageMs }];
  });

const pairItems = (fleet: Fleet, live: readonly FleetDirector[]): TruthItem[] =>
  fleet.clusters.flatMap((cluster) => {
    const [first, second] = live.filter((director) => director.clusterId === cluster.id);
    if (first?.state === undefined || second?.state === undefined) return [];
    const a = knownValue(first.state.config)?.configured;
    const b = knownValue(second.state.config)?.configured;
    if (a === undefined || b === undefined) return [];
    const differences = countDifferences(a, b);
    if (differences === 0) return [];
    return [
      {
        kind: "pairDiffers" as const,
        clusterId: cluster.id,
        directors: [first, second] as const,
        differences,
      },
    ];
  });

/** Of the two files that were compared last with each first one: a file is the same object until it is written anew. */
const counted = new WeakMap<Configured, { readonly second: Configured; readonly differences: number }>();

const countDifferences = (first: Configured, second: Configured): number => {
  const known = counted.get(first);
  if (known?.second === second) return known.differences;
  const differences = compareFiles(first, second).filter((line) => !line.isMet).length;
  counted.set(first, { second, differences });
  return differences;
};
