import type { Counters, Destination, IpvsTable, Rates, VirtualService } from "./model.ts";
import { destinationKey, serviceKey } from "./table.ts";

/**
 * Rates between two readings of the same counters. The kernel's own estimators (`--rate`) are smoothed over some ten seconds and
 * stand still with net.ipv4.vs.run_estimation=0; these are exact for the time between the readings. The kernel gives entries no
 * identity beyond their key: an entry removed, added again and already past its old counts looks like growth.
 */

/**
 * How often the kernel brings its totals up to date: all together on a timer (ip_vs_est.c), never when they are read, and not at
 * all while net.ipv4.vs.run_estimation is 0. Readings one second apart see nothing, then two seconds' worth.
 */
export const totalsMoveEveryMs = 2000;

/** Two moves: short enough for a live graph, long enough that one move more or less is not a doubling. */
const baselineAgeMs = 2 * totalsMoveEveryMs;
/** A reading this little too young counts as old enough: sweeps jitter. */
const jitterMs = 100;

/** The earlier reading to compare one at `nowMs` with: the youngest that is old enough for the kernel's timer. Undefined when there is none yet. */
export const chooseBaseline = <Reading extends { readonly atMs: number }>(
  readings: readonly Reading[],
  nowMs: number,
): Reading | undefined =>
  readings
    .filter(({ atMs }) => nowMs - atMs >= baselineAgeMs - jitterMs)
    .reduce<Reading | undefined>(
      (best, reading) => (best === undefined || reading.atMs > best.atMs ? reading : best),
      undefined,
    );

/** A counter or a whole entry began anew: zeroed (`ipvsadm -Z`), removed and added again. No rate can be told for that time. */
export type RateReading =
  | { readonly kind: "rates"; readonly rates: Rates }
  /** There is no earlier reading of this entry. */
  | { readonly kind: "new" }
  /** Counters went back: what was counted before the reset is lost; at least what stands in `after` was counted since. */
  | { readonly kind: "reset" }
  /** The readings are not in order of time, or are of the same moment. */
  | { readonly kind: "no-time" };

const counterFields = ["connections", "inPackets", "outPackets", "inBytes", "outBytes"] as const;

/** Per second between two readings `elapsedMs` apart. */
export const rateBetween = (
  before: Counters | undefined,
  after: Counters,
  elapsedMs: number,
): RateReading => {
  if (before === undefined) return { kind: "new" };
  if (!(elapsedMs > 0)) return { kind: "no-time" };
  if (counterFields.some((field) => after[field] < before[field])) return { kind: "reset" };
  const perSecond = (field: keyof Counters): number => ((after[field] - before[field]) * 1000) / elapsedMs;
  return {
    kind: "rates",
    rates: {
      connectionsPerSecond: perSecond("connections"),
      inPacketsPerSecond: perSecond("inPackets"),
      outPacketsPerSecond: perSecond("outPackets"),
      inBytesPerSecond: perSecond("inBytes"),
      outBytesPerSecond: perSecond("outBytes"),
    },
  };
};

export type ServiceRates = {
  readonly service: RateReading;
  /** By `destinationKey`. */
  readonly destinations: ReadonlyMap<string, RateReading>;
};

const destinationRates = (
  before: VirtualService | undefined,
  after: VirtualService,
  elapsedMs: number,
): Map<string, RateReading> => {
  const old = new Map<string, Destination>(
    (before?.destinations ?? []).map((destination) => [destinationKey(destination), destination]),
  );
  return new Map(
    after.destinations.map((destination) => {
      const key = destinationKey(destination);
      return [key, rateBetween(old.get(key)?.counters, destination.counters, elapsedMs)];
    }),
  );
};

/** Rates of every service and real server in `after`, by `serviceKey`; each entry is judged by its own counters alone. Entries that are only in `before` are gone and have none. */
export const ratesBetween = (
  before: Pick<IpvsTable, "services">,
  after: Pick<IpvsTable, "services">,
  elapsedMs: number,
): Map<string, ServiceRates> => {
  const old = new Map<string, VirtualService>(
    before.services.map((service) => [serviceKey(service.id), service]),
  );
  return new Map(
    after.services.map((service) => {
      const key = serviceKey(service.id);
      const known = old.get(key);
      const rates = {
        service: rateBetween(known?.counters, service.counters, elapsedMs),
        destinations: destinationRates(known, service, elapsedMs),
      };
      return [key, rates];
    }),
  );
};
