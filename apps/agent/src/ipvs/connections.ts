import type { Connection, ConnectionFilter, ConnectionTotals } from "@lvs/core/ipvs/connections";
import { type IpvsTable, noCounters, noRates, type VirtualService } from "@lvs/core/ipvs/model";
import type { ConnectionSieve, SiftSummary } from "@lvs/core/ipvs/sift-connections";
import type { SiftOptions } from "../system/connection-table.ts";
import type { System } from "../system/system.ts";
import { SystemError } from "../system/system-error.ts";

/** The connection table, only ever on demand, sifted off the main thread, and capped. */

export interface ConnectionQuestion {
  readonly filter: ConnectionFilter;
  /** At most this many entries come back; the totals still count every match. 1,000 unless told. */
  readonly limit?: number;
  readonly signal?: AbortSignal;
}

export interface ConnectionAnswer {
  /** The first matches in the kernel's order. */
  readonly connections: readonly Connection[];
  /** Over every match, also those past the limit. */
  readonly totals: ConnectionTotals;
  /** Entries in the kernel's table, matching or not. */
  readonly entryCount: number;
  readonly isCapped: boolean;
  /** Lines that could not be understood: their count, and the first of them. */
  readonly unreadable: { readonly count: number; readonly first?: string };
  readonly readAtMs: number;
  readonly tookMs: number;
}

export type ConnectionReading =
  | ({ readonly status: "known" } & ConnectionAnswer)
  | { readonly status: "absent"; readonly reason: "no ip_vs module"; readonly readAtMs: number }
  | { readonly status: "failed"; readonly error: SystemError; readonly readAtMs: number };

const failedReading = (system: System, error: unknown): ConnectionReading => {
  if (!(error instanceof SystemError)) throw error;
  const readAtMs = system.clock.nowMs();
  if (error.code === "not-found") return { status: "absent", reason: "no ip_vs module", readAtMs };
  return { status: "failed", error, readAtMs };
};

/**
 * Matches as they are found, many at a time: what a stream to the console is made of. Ends early when the signal is aborted. Throws
 * SystemError, `not-found` without the ip_vs module.
 */
export async function* streamConnections(
  system: System,
  filter: ConnectionFilter,
  signal?: AbortSignal,
): AsyncGenerator<readonly Connection[]> {
  const options = signal === undefined ? {} : { signal };
  for await (const report of system.connectionTable.sift({ kind: "matching", filter }, options))
    if (report.kind === "matches") yield report.connections;
}

interface Sifted {
  readonly connections: Connection[];
  /** Undefined: the reading was ended before the table's end. */
  readonly summary: SiftSummary | undefined;
}

/** Throws SystemError. */
const sifted = async (system: System, sieve: ConnectionSieve, options: SiftOptions): Promise<Sifted> => {
  const connections: Connection[] = [];
  for await (const report of system.connectionTable.sift(sieve, options)) {
    if (report.kind === "end") return { connections, summary: report.summary };
    connections.push(...report.connections);
  }
  return { connections, summary: undefined };
};

interface Asked {
  readonly sieve: ConnectionSieve;
  readonly options: SiftOptions;
  /** Puts the entries that came back into the order in which they are answered. */
  readonly arrange: (connections: readonly Connection[]) => readonly Connection[];
}

const read = async (system: System, { sieve, options, arrange }: Asked): Promise<ConnectionReading> => {
  const { clock } = system;
  const startMs = clock.monotonicMs();
  try {
    const { connections, summary } = await sifted(system, sieve, options);
    // Half a table has no totals.
    if (summary === undefined) throw endedEarly();
    const { totals, entryCount, unreadable } = summary;
    const isCapped = totals.connections + totals.templates > connections.length;
    const tookMs = clock.monotonicMs() - startMs;
    const readAtMs = clock.nowMs();
    return {
      status: "known",
      connections: arrange(connections),
      totals,
      entryCount,
      isCapped,
      unreadable,
      readAtMs,
      tookMs,
    };
  } catch (error) {
    return failedReading(system, error);
  }
};

/** Named property by property: a copy of all would decode the real servers just to leave them out. */
const withoutRows = (service: VirtualService): VirtualService => ({
  id: service.id,
  scheduler: service.scheduler,
  schedulerFlags: service.schedulerFlags,
  ...(service.persistence === undefined ? {} : { persistence: service.persistence }),
  onePacket: service.onePacket,
  counters: noCounters,
  rates: noRates,
  destinations: [],
});

const endedEarly = (): SystemError =>
  new SystemError({
    door: "files",
    code: "closed",
    subject: "the connection table",
    reason: "the question was ended before the answer",
  });

/** One question over the whole table. Never throws a SystemError; one that was ended by its signal has failed with the code `closed`. */
export const readConnections = async (
  system: System,
  { filter, limit = 1000, signal }: ConnectionQuestion,
): Promise<ConnectionReading> =>
  await read(system, {
    sieve: { kind: "matching", filter },
    options: { limit, ...(signal === undefined ? {} : { signal }) },
    arrange: (connections) => connections,
  });

/**
 * Which real server serves this client: its connections, then the persistence templates whose network it is in (the table gives each
 * service's mask). Never throws a SystemError.
 */
export const readServing = async (
  system: System,
  question: {
    readonly table: Pick<IpvsTable, "services">;
    readonly client: string;
    readonly signal?: AbortSignal;
  },
): Promise<ConnectionReading> => {
  const { table, client, signal } = question;
  // Identity and persistence are all that is asked of them: the real servers need not cross to the other thread.
  const services = table.services.map(withoutRows);
  return await read(system, {
    sieve: { kind: "serving", client, services },
    options: signal === undefined ? {} : { signal },
    arrange: (connections) => [
      ...connections.filter(({ kind }) => kind === "connection"),
      ...connections.filter(({ kind }) => kind === "template"),
    ],
  });
};
