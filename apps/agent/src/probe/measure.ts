import { diffTables } from "@lvs/core/ipvs/diff";
import { parseSave } from "@lvs/core/ipvs/save-format";
import { readConnections } from "../ipvs/connections.ts";
import { readTable, type TableReader, tableReader } from "../ipvs/read-table.ts";
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

/** Runs the work and nothing beside it. */
const time = async (work: () => Promise<void>): Promise<Omit<Measured, "stallMs">> => {
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
const measure = async (work: () => Promise<void>): Promise<Measured> => {
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

/**
 * Each turn: a full reading by a reader that knows nothing yet, a reading of the same table by the same reader, and a full
 * reading that is watched for stalls.
 */
export const measureSweeps = async (
  system: System,
  count: number,
): Promise<{ first: unknown[]; again: unknown[]; watched: Measured[]; realServers: number }> => {
  const first: unknown[] = [];
  const again: unknown[] = [];
  const watched: Measured[] = [];
  let realServers = 0;
  for (let turn = 0; turn < count; turn += 1) {
    const read = (reader: TableReader) => async (): Promise<void> => {
      const reading = await reader.read();
      if (reading.status !== "known") throw new Error(`the table is ${reading.status}`);
      realServers = reading.table.services.reduce((sum, service) => sum + service.destinations.length, 0);
    };
    const reader = tableReader(system);
    first.push(await time(read(reader)));
    again.push(await time(read(reader)));
    watched.push(await measure(read(tableReader(system))));
  }
  return { first, again, watched, realServers };
};

/** Readings once a second of a table that does not change. */
export const measureSteady = async (system: System, seconds: number): Promise<Measured> => {
  const reader = tableReader(system);
  await reader.read();
  return await measure(async () => {
    for (let second = 0; second < seconds; second += 1) {
      const nextMs = system.clock.monotonicMs() + 1000;
      await reader.read();
      await system.clock.sleep(nextMs - system.clock.monotonicMs());
    }
  });
};

/**
 * Writes a table into an empty kernel: reading what is there, working out the difference and sending it. The wanted table is in memory, as
 * the agent's is; reading it from a file of rules is told apart.
 */
export const measureWrite = async (
  system: System,
  path: string,
): Promise<Omit<Measured, "stallMs"> & { status: string; parseMs: number; sendMs: number }> => {
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

/** One filtered question about connections. */
export const measureQuestion = async (
  system: System,
  client: string,
): Promise<Measured & { entryCount: number; matches: number }> => {
  let entryCount = 0;
  let matches = 0;
  const measured = await measure(async () => {
    const reading = await readConnections(system, { filter: { client } });
    if (reading.status !== "known") throw new Error(`the connections are ${reading.status}`);
    ({ entryCount } = reading);
    matches = reading.connections.length;
  });
  return { ...measured, entryCount, matches };
};
