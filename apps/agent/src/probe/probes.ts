import { connectionFilterSchema } from "@lvs/core/ipvs/connections";
import { diffTables } from "@lvs/core/ipvs/diff";
import { serviceIdSchema } from "@lvs/core/ipvs/model";
import { parseSave } from "@lvs/core/ipvs/save-format";
import { z } from "zod";
import { readConnections, readServing } from "../ipvs/connections.ts";
import { type IpvsReading, readTable } from "../ipvs/read-table.ts";
import { setWeight } from "../ipvs/set-weight.ts";
import { readIpvsSettings, setTimeouts, startSyncDaemon, stopSyncDaemon } from "../ipvs/settings.ts";
import { applyChanges } from "../ipvs/write-table.ts";
import type { System } from "../system/system.ts";
import { measureQuestion, measureSteady, measureSweeps, measureWrite } from "./measure.ts";

/** `code`: a SystemError's. */
export type Answer = { readonly value: unknown } | { readonly error: string; readonly code?: string };

const weightSchema = z.object({
  service: serviceIdSchema,
  address: z.string(),
  port: z.int(),
  weight: z.int(),
});
const timeoutsSchema = z.object({ tcpS: z.int(), tcpFinS: z.int(), udpS: z.int() }).partial();
const daemonSchema = z.object({
  role: z.enum(["master", "backup"]),
  interfaceName: z.string(),
  syncId: z.int(),
});
const questionSchema = z.object({ filter: connectionFilterSchema, limit: z.int().optional() });

/** Makes the kernel's table what a file of ipvsadm rules says, by the difference to what it is. */
const restore = async (system: System, path: string): Promise<unknown> => {
  const { value: wanted, diagnostics } = parseSave(await system.files.readText(path));
  const present = await readTable(system);
  if (present.status !== "known") return present;
  const result = await applyChanges(system, diffTables(present.table, wanted));
  return { result: { ...result, reached: undefined }, diagnostics };
};

const readKnown = async (system: System): Promise<IpvsReading & { status: "known" }> => {
  const reading = await readTable(system);
  if (reading.status === "known") return reading;
  throw new Error(`the table is ${reading.status}`);
};

/** Every command by name; each takes the rest of its line. */
export const probes = (system: System): ReadonlyMap<string, (rest: string) => Promise<unknown>> =>
  new Map<string, (rest: string) => Promise<unknown>>([
    ["read", async () => await readTable(system)],
    ["restore", async (path) => await restore(system, path)],
    ["weight", async (json) => await setWeight(system, weightSchema.parse(JSON.parse(json)))],
    ["settings", async () => await readIpvsSettings(system)],
    [
      "set-timeouts",
      async (json) => await setTimeouts(system, definedOf(timeoutsSchema.parse(JSON.parse(json)))),
    ],
    ["start-daemon", async (json) => await startSyncDaemon(system, daemonSchema.parse(JSON.parse(json)))],
    ["stop-daemon", async (role) => await stopSyncDaemon(system, role === "master" ? "master" : "backup")],
    [
      "connections",
      async (json) => {
        const { filter, limit } = questionSchema.parse(JSON.parse(json));
        return await readConnections(system, limit === undefined ? { filter } : { filter, limit });
      },
    ],
    [
      "serving",
      async (client) => {
        const { table } = await readKnown(system);
        return await readServing(system, { table, client });
      },
    ],
    ["addresses", async () => await system.addresses.snapshot()],
    ["watch-addresses", async (seconds) => await watchAddresses(system, Number(seconds))],
    ["measure-sweeps", async (count) => await measureSweeps(system, Number(count))],
    ["measure-steady", async (seconds) => await measureSteady(system, Number(seconds))],
    ["measure-write", async (path) => await measureWrite(system, path)],
    ["measure-question", async (client) => await measureQuestion(system, client)],
  ]);

const definedOf = (
  timeouts: z.infer<typeof timeoutsSchema>,
): { tcpS?: number; tcpFinS?: number; udpS?: number } => ({
  ...(timeouts.tcpS === undefined ? {} : { tcpS: timeouts.tcpS }),
  ...(timeouts.tcpFinS === undefined ? {} : { tcpFinS: timeouts.tcpFinS }),
  ...(timeouts.udpS === undefined ? {} : { udpS: timeouts.udpS }),
});

/** The next `count` changes; says "listening" on the standard error once none can be missed. Gives up after 20 s. */
const watchAddresses = async (system: System, count: number): Promise<unknown> => {
  const events: unknown[] = [];
  const enough = new AbortController();
  const subscription = await system.addresses.watch((event) => {
    events.push(event);
    if (events.length === count) enough.abort();
  });
  process.stderr.write("listening\n");
  await system.clock.sleep(20_000, enough.signal);
  subscription.close();
  return events;
};
