import { hearNews, nothingHeard } from "@lvs/core/director/connection-reading";
import { diffTables } from "@lvs/core/ipvs/diff";
import type { IpvsTable } from "@lvs/core/ipvs/model";
import { parseSave } from "@lvs/core/ipvs/save-format";
import { Lock } from "../configuration/lock.ts";
import { ChangeRing } from "../daemon/change-ring.ts";
import { connectionsDesk } from "../daemon/connections-desk.ts";
import { Publisher } from "../daemon/publisher.ts";
import { StateStore, unreadState } from "../daemon/state-store.ts";
import { TableWatch } from "../daemon/table-watch.ts";
import { readTable, type TableReader, tableReader } from "../ipvs/read-table.ts";
import { Slice } from "../ipvs/slice.ts";
import { applyChanges } from "../ipvs/write-table.ts";
import type { System } from "../system/system.ts";

/** What one piece of work cost the process that did it. */
export interface Measured {
  readonly tookMs: number;
  /** The longest time in which the event loop ran nothing else. */
  readonly stallMs: number;
  /** Processor time of all threads, user and system. */
  readonly cpuMs: number;
  /** Resident memory after it. */
  readonly residentBytes: number;
}

type Timed = Omit<Measured, "stallMs">;

/** Runs the work and nothing beside it. */
const time = async (work: () => Promise<void>): Promise<Timed> => {
  const cpu = process.cpuUsage();
  const startMs = performance.now();
  await work();
  const tookMs = performance.now() - startMs;
  const { user, system } = process.cpuUsage(cpu);
  return { tookMs, cpuMs: (user + system) / 1000, residentBytes: process.memoryUsage.rss() };
};

/**
 * Runs the work while a timer of one millisecond watches how late it comes. What the timer is late by without any work (its own
 * period) is part of the stall: the figure errs against us. The watching costs time of its own, so `tookMs` is not to be compared.
 */
export const measure = async (work: () => Promise<void>): Promise<Measured> => {
  let lastMs = performance.now();
  let stallMs = 0;
  const look = (): void => {
    const nowMs = performance.now();
    stallMs = Math.max(stallMs, nowMs - lastMs);
    lastMs = nowMs;
  };
  const timer = setInterval(look, 1);
  const timed = await time(work);
  look();
  clearInterval(timer);
  return { ...timed, stallMs };
};

/** A service of a hundred rows is a fraction of a millisecond, and several where its objects come into memory that was never used. */
const servicesPerLook = 2;

/**
 * Looks at every number that the four listings show, service by service: real servers are decoded where somebody looks, and a reading
 * that nobody looked at would be measured for less than it is.
 */
const lookAtAll = async (system: System, table: IpvsTable): Promise<number> => {
  const slice = new Slice(system.clock, servicesPerLook);
  let sum = 0;
  let rows = 0;
  for (const { destinations } of table.services) {
    for (const row of destinations) {
      sum += row.weight + row.upperThreshold + row.lowerThreshold + row.activeConnections;
      sum += row.inactiveConnections + row.persistentConnections;
      const { counters, rates } = row;
      sum += counters.connections + counters.inPackets + counters.outPackets;
      sum += counters.inBytes + counters.outBytes;
      sum += rates.connectionsPerSecond + rates.inPacketsPerSecond + rates.outPacketsPerSecond;
      sum += rates.inBytesPerSecond + rates.outBytesPerSecond;
    }
    rows += destinations.length;
    const rest = slice.end();
    if (rest !== undefined) await rest;
  }
  if (!Number.isFinite(sum)) throw new Error("a number of the table is none");
  return rows;
};

/**
 * Each turn: a full reading by a reader that knows nothing yet, a reading of the same table by the same reader, and a full
 * reading that is watched for stalls. In a full reading every number is looked at.
 */
export const measureSweeps = async (
  system: System,
  count: number,
): Promise<{ first: Timed[]; again: Timed[]; watched: Measured[]; realServers: number }> => {
  const first: Timed[] = [];
  const again: Timed[] = [];
  const watched: Measured[] = [];
  let realServers = 0;
  const read = async (reader: TableReader): Promise<IpvsTable> => {
    const reading = await reader.read();
    if (reading.status !== "known") throw new Error(`the table is ${reading.status}`);
    return reading.table;
  };
  const readAll = async (reader: TableReader): Promise<void> => {
    realServers = await lookAtAll(system, await read(reader));
  };
  for (let turn = 0; turn < count; turn += 1) {
    const reader = tableReader(system);
    first.push(await time(async () => await readAll(reader)));
    again.push(await time(async () => void (await read(reader))));
    watched.push(await measure(async () => await readAll(tableReader(system))));
  }
  return { first, again, watched, realServers };
};

/**
 * Readings once a second of a table that does not change, by what the agent runs: reading, comparing, publishing. `first`: the one that
 * meets an empty state.
 */
export const measureSteady = async (
  system: System,
  seconds: number,
): Promise<{ first: Measured; steady: Measured; longestSweepMs: number; shortestSweepMs: number }> => {
  const store = new StateStore(unreadState, new ChangeRing("measured"));
  const publisher = new Publisher(store);
  const watch = new TableWatch(system, publisher);
  const sweepMs: number[] = [];
  const sweep = async (): Promise<void> => {
    const startMs = system.clock.monotonicMs();
    const { status } = await watch.sweep();
    if (status !== "known") throw new Error(`the table is ${status}`);
    publisher.beat(system.clock.nowMs());
    sweepMs.push(system.clock.monotonicMs() - startMs);
  };
  const first = await measure(sweep);
  sweepMs.length = 0;
  const steady = await measure(async () => {
    for (let second = 0; second < seconds; second += 1) {
      const nextMs = system.clock.monotonicMs() + 1000;
      await sweep();
      await system.clock.sleep(Math.max(0, nextMs - system.clock.monotonicMs()));
    }
  });
  return {
    first,
    steady,
    longestSweepMs: Math.max(...sweepMs),
    shortestSweepMs: Math.min(...sweepMs),
  };
};

/** Nothing at all: what the machine and the watching itself add to every stall. */
export const measureIdle = async (system: System, seconds: number): Promise<Measured> =>
  await measure(async () => await system.clock.sleep(seconds * 1000));

/**
 * Writes a table into an empty kernel: reading what is there, working out the difference and sending it. The wanted table is in memory, as
 * the agent's is; reading it from a file of rules is told apart.
 */
export const measureWrite = async (
  system: System,
  path: string,
): Promise<Timed & { status: string; parseMs: number; sendMs: number }> => {
  const text = await system.files.readText(path, { maxBytes: 256 << 20 });
  const parseStartMs = performance.now();
  const { value: wanted } = parseSave(text);
  const parseMs = performance.now() - parseStartMs;
  let status = "";
  let sendMs = 0;
  const timed = await time(async () => {
    const present = await readTable(system);
    if (present.status !== "known") throw new Error(`the table is ${present.status}`);
    const changes = diffTables(present.table, wanted);
    const sendStartMs = performance.now();
    status = (await applyChanges(system, changes)).status;
    sendMs = performance.now() - sendStartMs;
  });
  return { ...timed, parseMs, sendMs, status };
};

interface Asked extends Measured {
  /** Until the first row of the answer was there. */
  readonly firstRowMs: number;
}

/** One client's question as the console asks it, some times. */
export const measureQuestion = async (
  system: System,
  client: string,
  times: number,
): Promise<{ asked: Asked[]; entryCount: number; matches: number }> => {
  // As the daemon does at its start.
  system.connectionTable.prepare();
  await system.clock.sleep(2_000);
  const desk = connectionsDesk({ system, lock: new Lock(), table: () => undefined });
  const { signal } = new AbortController();
  const asked: Asked[] = [];
  let heard = nothingHeard;
  for (let turn = 0; turn < times; turn += 1) {
    heard = nothingHeard;
    let firstRowMs = Number.NaN;
    const measured = await measure(async () => {
      const startMs = performance.now();
      for await (const news of desk.find({ kind: "matching", filter: { client }, limit: 1_000 }, signal)) {
        heard = hearNews(heard, news);
        if (heard.connections.length > 0 && Number.isNaN(firstRowMs))
          firstRowMs = performance.now() - startMs;
      }
    });
    if (heard.end?.kind !== "ended") throw new Error("the table was not read to its end");
    asked.push({ ...measured, firstRowMs });
  }
  return { asked, entryCount: heard.entryCount, matches: heard.connections.length };
};
