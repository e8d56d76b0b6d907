import type { ReadingNews } from "@lvs/core/director/connection-reading";
import type { Connection, ConnectionFilter } from "@lvs/core/ipvs/connections";
import { noCounters, noRates, type VirtualService } from "@lvs/core/ipvs/model";
import type { ConnectionSieve } from "@lvs/core/ipvs/sift-connections";
import type { System } from "../system/system.ts";
import { SystemError } from "../system/system-error.ts";

/** The connection table, only ever on demand, and sifted off the main thread. */

/**
 * Matches as they are found, many at a time. Ends early when the signal is aborted. Throws SystemError, `not-found` without the
 * ip_vs module.
 */
export async function* streamConnections(
  system: System,
  filter: ConnectionFilter,
  signal?: AbortSignal,
): AsyncGenerator<readonly Connection[]> {
  const options = signal === undefined ? {} : { signal };
  for await (const report of system.connectionTable.sift({ kind: "matching", filter }, options))
    if (report.kind === "found") yield report.connections;
}

export interface Search {
  readonly sieve: ConnectionSieve;
  /** At most this many entries come back; the totals still count every match. */
  readonly limit: number;
  readonly signal?: AbortSignal;
}

/**
 * One reading of the whole table, told while it goes on. One that was ended by its signal has no end: half a table says nothing of what was
 * not found. Throws SystemError; a kernel without ip_vs is an answer.
 */
export async function* findConnections(
  system: System,
  { limit, sieve, signal }: Search,
): AsyncGenerator<ReadingNews> {
  const { clock } = system;
  const startMs = clock.monotonicMs();
  const options = { limit, ...(signal === undefined ? {} : { signal }) };
  try {
    for await (const report of system.connectionTable.sift(withoutRows(sieve), options)) {
      if (report.kind === "found") {
        const { connections, entryCount, totals } = report;
        yield { kind: "found", connections: [...connections], entryCount, totals };
      } else
        yield {
          kind: "ended",
          unreadable: { ...report.unreadable },
          readAtMs: clock.nowMs(),
          tookMs: clock.monotonicMs() - startMs,
        };
    }
  } catch (error) {
    if (!(error instanceof SystemError) || error.code !== "not-found") throw error;
    yield { kind: "absent", reason: "no ip_vs module", readAtMs: clock.nowMs() };
  }
}

/** Identity and persistence are all that is asked of services: the real servers need not cross to the other thread. */
const withoutRows = (sieve: ConnectionSieve): ConnectionSieve =>
  sieve.kind === "matching" ? sieve : { ...sieve, services: sieve.services.map(bare) };

/** Named property by property: a copy of all would decode the real servers just to leave them out. */
const bare = (service: VirtualService): VirtualService => ({
  id: service.id,
  scheduler: service.scheduler,
  schedulerFlags: service.schedulerFlags,
  ...(service.persistence === undefined ? {} : { persistence: service.persistence }),
  onePacket: service.onePacket,
  counters: noCounters,
  rates: noRates,
  destinations: [],
});
