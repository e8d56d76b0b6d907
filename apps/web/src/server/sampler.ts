import type { FleetDirector } from "@lvs/core/fleet/model";
import type { IpvsTable, Rates } from "@lvs/core/ipvs/model";
import { chooseBaseline, ratesBetween, type RateReading } from "@lvs/core/ipvs/rates";
import { destinationKey, serviceKey } from "@lvs/core/ipvs/table";

/**
 * Rows for the graphs, from the directors' tables as they are in memory: what was counted, per second, over a time in which the kernel
 * brought its totals up to date as often as that time is long. Over five seconds it does so twice or three times, and a steady
 * stream of 1,000 would be drawn as 800 and 1,200 in turn.
 */

export interface SampleRow {
  readonly directorId: string;
  readonly service: string;
  /** Empty for the virtual service itself. */
  readonly destination: string;
  readonly rates: Rates;
  readonly active: number;
  readonly inactive: number;
}

export interface Sampler {
  /** Remembers the tables as they are: called `totalsMoveEveryMs` twice before `take`, so that it has something to compare with. */
  look(directors: readonly FleetDirector[]): void;
  /** An entry without an earlier reading, zeroed or made anew has no row: a gap, never a guess. */
  take(directors: readonly FleetDirector[]): SampleRow[];
}

/** `atMs` on the director's clock. */
interface Reading {
  readonly atMs: number;
  readonly table: IpvsTable;
}

/** Two to compare with and the one of now; a table that does not move costs nothing, since its services are the same objects. */
const readingsKept = 3;

export function makeSampler(): Sampler {
  let readings = new Map<string, readonly Reading[]>();
  const look = (directors: readonly FleetDirector[]): void => {
    const next = new Map<string, readonly Reading[]>();
    for (const director of directors) {
      const kept = readings.get(director.id) ?? [];
      const reading = readingOf(director);
      // A director that was not heard begins anew: the time between is a gap.
      if (reading === undefined) continue;
      next.set(director.id, withReading(kept, reading));
    }
    readings = next;
  };
  return {
    look,
    take: (directors) => {
      const before = readings;
      look(directors);
      return directors.flatMap((director) => {
        const reading = readingOf(director);
        const earlier = before.get(director.id) ?? [];
        // A picture that has not been read again since makes no row.
        if (reading === undefined || earlier.some(({ atMs }) => atMs >= reading.atMs)) return [];
        const baseline = chooseBaseline(earlier, reading.atMs);
        return baseline === undefined ? [] : rowsBetween(director.id, baseline, reading);
      });
    },
  };
}

/** A director whose clock was set back begins anew. */
function withReading(kept: readonly Reading[], reading: Reading): readonly Reading[] {
  const last = kept.at(-1);
  if (last === undefined || last.atMs > reading.atMs) return [reading];
  return last.atMs === reading.atMs ? kept : [...kept, reading].slice(-readingsKept);
}

function readingOf({ connection, state }: FleetDirector): Reading | undefined {
  if (connection.status !== "connected" || state?.table.status !== "known") return undefined;
  return { atMs: state.table.atMs, table: state.table.value };
}

function rowsBetween(directorId: string, before: Reading, after: Reading): SampleRow[] {
  const rates = ratesBetween(before.table, after.table, after.atMs - before.atMs);
  return after.table.services.flatMap((service) => {
    const key = serviceKey(service.id);
    const found = rates.get(key);
    const held = service.destinations.reduce(
      (sum, { activeConnections, inactiveConnections }) => ({
        active: sum.active + activeConnections,
        inactive: sum.inactive + inactiveConnections,
      }),
      { active: 0, inactive: 0 },
    );
    const row = (
      destination: string,
      reading: RateReading | undefined,
      connections: typeof held,
    ): SampleRow[] =>
      reading?.kind === "rates"
        ? [{ directorId, service: key, destination, rates: reading.rates, ...connections }]
        : [];
    return [
      ...row("", found?.service, held),
      ...service.destinations.flatMap((destination) => {
        const name = destinationKey(destination);
        return row(name, found?.destinations.get(name), {
          active: destination.activeConnections,
          inactive: destination.inactiveConnections,
        });
      }),
    ];
  });
}
