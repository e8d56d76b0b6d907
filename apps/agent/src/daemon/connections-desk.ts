import type { ReadingNews } from "@lvs/core/director/connection-reading";
import type { ConnectionQuestion } from "@lvs/core/director/connections";
import { clientCount, drainHoldCount } from "@lvs/core/ipvs/connection-counts";
import type { Connection, ConnectionFilter } from "@lvs/core/ipvs/connections";
import type { IpvsTable } from "@lvs/core/ipvs/model";
import type { ConnectionSieve } from "@lvs/core/ipvs/sift-connections";
import type { Lock } from "../configuration/lock.ts";
import { findConnections, streamConnections } from "../ipvs/connections.ts";
import { readTable } from "../ipvs/read-table.ts";
import { Slice } from "../ipvs/slice.ts";
import type { Clock } from "../system/clock.ts";
import type { System } from "../system/system.ts";
import { SystemError } from "../system/system-error.ts";
import type { ConnectionsDesk } from "./agent.ts";
import { tellReading } from "./tell-reading.ts";

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
    find: (question, signal) =>
      tellReading({
        clock: system.clock,
        inTurn: (work) => lock.run(work),
        read: (end) => find(parts, question, end),
        signal,
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

async function* find(
  parts: ConnectionsDeskParts,
  question: ConnectionQuestion,
  signal: AbortSignal,
): AsyncGenerator<ReadingNews> {
  const { system } = parts;
  const last = parts.table();
  const expected = last === undefined ? undefined : await expectedEntries(last, system.clock);
  yield { kind: "begun", ...(expected === undefined ? {} : { expected }) };
  yield* findConnections(system, { sieve: await sieveOf(parts, question), limit: question.limit, signal });
}

async function sieveOf(parts: ConnectionsDeskParts, question: ConnectionQuestion): Promise<ConnectionSieve> {
  if (question.kind === "matching") return { kind: "matching", filter: question.filter };
  const { services } = await tableNow(parts);
  return { kind: "serving", client: question.client, services: [...services] };
}

/** A service of a hundred real servers is a fraction of a millisecond. */
const servicesPerLook = 2;

/** The entries that real servers are counted for. The table holds templates, too, which nothing counts: it is an estimate. */
async function expectedEntries({ services }: IpvsTable, clock: Clock): Promise<number> {
  const slice = new Slice(clock, servicesPerLook);
  let sum = 0;
  for (const { destinations } of services) {
    for (const row of destinations) sum += row.activeConnections + row.inactiveConnections;
    const rest = slice.end();
    if (rest !== undefined) await rest;
  }
  return sum;
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
