import { diffTables } from "@lvs/core/ipvs/diff";
import { parseSave } from "@lvs/core/ipvs/save-format";
import { readConnections } from "../ipvs/connections.ts";
import { readTable, tableReader } from "../ipvs/read-table.ts";
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

/**
 * Runs the work while a timer of one millisecond watches how late it comes. What the timer is late by without any work (its own
 * period) is part of the stall: the figure errs against us.
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
  const cpu = process.cpuUsage();
  const startMs = performance.now();
  await work();
  const tookMs = performance.now() - startMs;
  look();
  clearInterval(timer);
  const { user, system } = process.cpuUsage(cpu);
  return { tookMs, stallMs, cpuMs: (user + system) / 1000, residentBytes: process.memoryUsage.rss() };
};

/** Full readings, each by a reader that knows nothing yet, and after each a reading of the same table by the same reader. */
export const measureSweeps = async (
  system: System,
  count: number,
): Promise<{ first: Measured[]; again: Measured[]; services: number; realServers: number }> => {
  const first: Measured[] = [];
  const again: Measured[] = [];
  let services = 0;
  let realServers = 0;
  for (let turn = 0; turn < count; turn += 1) {
    const reader = tableReader(system);
    const read = async (): Promise<void> => {
      const reading = await reader.read();
      if (reading.status !== "known") throw new Error(`the table is ${reading.status}`);
      services = reading.table.services.length;
      realServers = reading.table.services.reduce((sum, service) => sum + service.destinations.length, 0);
    };
    first.push(await measure(read));
    again.push(await measure(read));
  }
  return { first, again, services, realServers };
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

/** Writes the table that a file of ipvsadm rules asks for; reading what is there and working out the difference is part of it. */
export const measureWrite = async (
  system: System,
  path: string,
): Promise<Measured & { status: string; readMs: number; diffMs: number; sendMs: number }> => {
  const text = await system.files.readText(path, { maxBytes: 256 << 20 });
  let status = "";
  const parts = { readMs: 0, diffMs: 0, sendMs: 0 };
  const measured = await measure(async () => {
    const startMs = performance.now();
    const { value: wanted } = parseSave(text);
    const parsedMs = performance.now();
    const present = await readTable(system);
    if (present.status !== "known") throw new Error(`the table is ${present.status}`);
    const readMs = performance.now();
    const changes = diffTables(present.table, wanted);
    const diffMs = performance.now();
    status = (await applyChanges(system, changes)).status;
    parts.readMs = readMs - parsedMs;
    parts.diffMs = parsedMs - startMs + (diffMs - readMs);
    parts.sendMs = performance.now() - diffMs;
  });
  return { ...measured, ...parts, status };
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
