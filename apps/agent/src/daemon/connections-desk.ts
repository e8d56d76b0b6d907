import type { ConnectionAnswer } from "@lvs/core/director/connections";
import { clientCount, drainHoldCount } from "@lvs/core/ipvs/connection-counts";
import type { Connection, ConnectionFilter } from "@lvs/core/ipvs/connections";
import type { IpvsTable } from "@lvs/core/ipvs/model";
import type { Lock } from "../configuration/lock.ts";
import {
  readConnections,
  readServing,
  streamConnections,
  type ConnectionReading,
} from "../ipvs/connections.ts";
import { readTable } from "../ipvs/read-table.ts";
import type { System } from "../system/system.ts";
import { SystemError } from "../system/system-error.ts";
import type { ConnectionsDesk } from "./agent.ts";

export interface ConnectionsDeskParts {
  readonly system: System;
  /** One reading at a time: each walks the whole table in the kernel, and ten at once would only make all ten slow. */
  readonly lock: Lock;
  /** The table as last read; undefined: not known now. */
  readonly table: () => IpvsTable | undefined;
}

/** Questions about the connection table. What cannot be read is thrown as SystemError; a kernel without ip_vs is an answer. */
export function connectionsDesk(parts: ConnectionsDeskParts): ConnectionsDesk {
  const { lock, system } = parts;
  return {
    read: ({ filter, limit }, signal) =>
      lock.run(async () => answerOf(await readConnections(system, { filter, limit, signal }), limit)),
    serving: ({ client, limit }, signal) =>
      lock.run(async () => {
        const table = await tableNow(parts);
        return answerOf(await readServing(system, { table, client, signal }), limit);
      }),
    drainHolds: (signal) =>
      lock.run(async () => {
        const count = drainHoldCount(await tableNow(parts));
        const reading = await readAll(system, { filter: { kind: "template" }, signal, add: count.add });
        return reading.status === "known" ? { ...reading, holds: count.holds() } : reading;
      }),
    busiest: ({ filter, limit }, signal) =>
      lock.run(async () => {
        const count = clientCount();
        const reading = await readAll(system, { filter, signal, add: count.add });
        return reading.status === "known" ? { ...reading, ...count.top(limit) } : reading;
      }),
  };
}

function answerOf(reading: ConnectionReading, limit: number): ConnectionAnswer {
  switch (reading.status) {
    case "failed":
      throw reading.error;
    case "absent":
      return reading;
    case "known": {
      const { connections, unreadable, isCapped, ...rest } = reading;
      const shown = connections.slice(0, limit);
      return {
        ...rest,
        connections: shown,
        isCapped: isCapped || shown.length < connections.length,
        unreadable: { ...unreadable },
      };
    }
  }
}

/** Without its services' masks a template's clients would be guessed: a table that cannot be read is no empty one. */
async function tableNow({ system, table }: ConnectionsDeskParts): Promise<Pick<IpvsTable, "services">> {
  const last = table();
  if (last !== undefined) return last;
  const reading = await readTable(system);
  switch (reading.status) {
    case "failed":
      throw reading.error;
    case "absent":
      return { services: [] };
    case "known":
      return reading.table;
  }
}

interface Walk {
  readonly filter: ConnectionFilter;
  readonly signal: AbortSignal;
  readonly add: (connections: readonly Connection[]) => void;
}

type WalkEnd =
  | { readonly status: "known"; readonly readAtMs: number; readonly tookMs: number }
  | { readonly status: "absent"; readonly reason: string; readonly readAtMs: number };

/** Every match once, none of them kept. Throws SystemError. */
async function readAll(system: System, { filter, signal, add }: Walk): Promise<WalkEnd> {
  const startMs = system.clock.monotonicMs();
  try {
    for await (const connections of streamConnections(system, filter, signal)) add(connections);
  } catch (error) {
    if (!(error instanceof SystemError) || error.code !== "not-found") throw error;
    return { status: "absent", reason: "no ip_vs module", readAtMs: system.clock.nowMs() };
  }
  return {
    status: "known",
    readAtMs: system.clock.nowMs(),
    tookMs: system.clock.monotonicMs() - startMs,
  };
}
