import type { FleetDirector } from "@lvs/core/fleet/model";
import type { IpvsTable, Rates } from "@lvs/core/ipvs/model";
import { ratesBetween, type RateReading } from "@lvs/core/ipvs/rates";
import { destinationKey, serviceKey } from "@lvs/core/ipvs/table";

/** Rows for the graphs, from the directors' tables as they are in memory: what was counted since the last time, per second. */

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
  /** An entry without an earlier reading, zeroed or made anew has no row: a gap, never a guess. */
  take(directors: readonly FleetDirector[]): SampleRow[];
}

/** A picture that has not been read again since makes no row. */
interface Reading {
  readonly atMs: number;
  readonly table: IpvsTable;
}

export function makeSampler(): Sampler {
  const before = new Map<string, Reading>();
  return {
    take: (directors) => {
      const rows: SampleRow[] = [];
      const seen = new Set<string>();
      for (const { id, connection, state } of directors) {
        if (connection.status !== "connected" || state?.table.status !== "known") continue;
        const after = { atMs: state.table.atMs, table: state.table.value };
        const last = before.get(id);
        seen.add(id);
        before.set(id, after);
        if (last !== undefined) rows.push(...rowsBetween(id, last, after));
      }
      // A director that was not heard begins anew: the time between is a gap.
      for (const id of before.keys()) if (!seen.has(id)) before.delete(id);
      return rows;
    },
  };
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
