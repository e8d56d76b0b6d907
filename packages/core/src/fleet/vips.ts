import { knownValue } from "../director/fact.ts";
import type { DirectorState, VrrpInstance } from "../director/state.ts";
import { directorAge, isUsable, onConsoleClock } from "./freshness.ts";
import type { Fleet, FleetDirector } from "./model.ts";

/** Who holds which virtual address, as the kernels say: the question behind split brain and "nobody serves". */

export interface VipHolding {
  readonly clusterId: string;
  readonly vip: string;
  readonly instance: string;
  readonly holders: readonly { readonly director: FleetDirector; readonly isOrphaned: boolean }[];
  /** Directors whose word is too old or missing: with one of these, "nobody holds it" cannot be said. */
  readonly silent: readonly FleetDirector[];
  /** When the last address event on this address was seen, console's clock; undefined where none was. */
  readonly changedAtMs: number | undefined;
}

/**
 * A hand-over shows both or neither for a moment: the old MASTER gives up after the new one has spoken, and the two directors' words
 * come over two connections. Shorter than this is a hand-over; longer is a state. A real gap or split brain is said one second late.
 */
export const settledAfterMs = 1_000;

/** Every advertised or excluded address of every instance of every cluster, once per cluster. */
export const readVips = (fleet: Fleet, nowMs: number): VipHolding[] => {
  const holdings: VipHolding[] = [];
  for (const cluster of fleet.clusters) {
    const directors = fleet.directors.filter((director) => director.clusterId === cluster.id);
    for (const [vip, instance] of vipsOf(directors))
      holdings.push(readHolding({ clusterId: cluster.id, vip, instance, directors, nowMs }));
  }
  return holdings;
};

const instancesOf = (state: DirectorState | undefined): readonly VrrpInstance[] =>
  state === undefined ? [] : (knownValue(state.vrrp) ?? []);

const vipsOf = (directors: readonly FleetDirector[]): Map<string, string> => {
  const vips = new Map<string, string>();
  for (const director of directors)
    for (const instance of instancesOf(director.state))
      for (const { address } of instance.addresses) if (!vips.has(address)) vips.set(address, instance.name);
  return vips;
};

const readHolding = (input: {
  readonly clusterId: string;
  readonly vip: string;
  readonly instance: string;
  readonly directors: readonly FleetDirector[];
  readonly nowMs: number;
}): VipHolding => {
  const usable = input.directors.filter((director) => isUsable(directorAge(director, input.nowMs)));
  const words = usable.map((director) => ({ director, word: wordOn(director, input.vip) }));
  const changes = words.flatMap(({ word }) => word.changedAtMs ?? []);
  return {
    clusterId: input.clusterId,
    vip: input.vip,
    instance: input.instance,
    holders: words.flatMap(({ director, word }) =>
      word.isHeld === true ? [{ director, isOrphaned: word.isOrphaned }] : [],
    ),
    silent: [
      ...input.directors.filter((director) => !usable.includes(director)),
      ...words.flatMap(({ director, word }) => (word.isHeld === undefined ? [director] : [])),
    ],
    changedAtMs: changes.length === 0 ? undefined : Math.max(...changes),
  };
};

interface Word {
  readonly isHeld: boolean | undefined;
  readonly isOrphaned: boolean;
  readonly changedAtMs: number | undefined;
}

/** The instance that lists the address answers at once (address events); for one that no instance lists, the interfaces do. */
const wordOn = (director: FleetDirector, vip: string): Word => {
  for (const instance of instancesOf(director.state)) {
    const held = instance.addresses.find((each) => each.address === vip);
    if (held !== undefined)
      return {
        isHeld: held.isHeld,
        isOrphaned: held.isHeld && instance.isOrphaned,
        changedAtMs: held.changedAtMs === undefined ? undefined : onConsoleClock(director, held.changedAtMs),
      };
  }
  const host = director.state === undefined ? undefined : knownValue(director.state.host);
  return {
    isHeld: host?.interfaces.some(
      (each) => each.name !== "lo" && each.addresses.some((address) => address.split("/")[0] === vip),
    ),
    isOrphaned: false,
    changedAtMs: undefined,
  };
};

export const isSettled = (holding: VipHolding, nowMs: number): boolean =>
  holding.changedAtMs === undefined || nowMs - holding.changedAtMs >= settledAfterMs;

/** More than one director holds it, for longer than a hand-over takes. */
export const isSplitBrain = (holding: VipHolding, nowMs: number): boolean =>
  holding.holders.length > 1 && isSettled(holding, nowMs);

/** Every director of the cluster was asked and none holds it. */
export const hasNoHolder = (holding: VipHolding, nowMs: number): boolean =>
  holding.holders.length === 0 && holding.silent.length === 0 && isSettled(holding, nowMs);
