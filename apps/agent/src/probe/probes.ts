import { hearAll } from "@lvs/core/director/connection-reading";
import { connectionQuestionSchema } from "@lvs/core/director/connections";
import { diffTables } from "@lvs/core/ipvs/diff";
import { syncDaemonSchema } from "@lvs/core/ipvs/listing-state";
import { serviceIdSchema } from "@lvs/core/ipvs/model";
import { parseSave } from "@lvs/core/ipvs/save-format";
import { z } from "zod";
import { Lock } from "../configuration/lock.ts";
import { connectionsDesk } from "../daemon/connections-desk.ts";
import { flushService } from "../ipvs/flush-service.ts";
import { readTable } from "../ipvs/read-table.ts";
import { setWeight } from "../ipvs/set-weight.ts";
import { setTimeouts } from "../ipvs/set-timeouts.ts";
import { readIpvsSettings } from "../ipvs/settings.ts";
import { startSyncDaemon, stopSyncDaemon } from "../ipvs/sync-daemon.ts";
import { applyChanges } from "../ipvs/write-table.ts";
import type { System } from "../system/system.ts";
import { measureWatch } from "./measure-watch.ts";
import { measureIdle, measureQuestion, measureSteady, measureSweeps, measureWrite } from "./measure.ts";

/** `code`: a SystemError's. */
export type Answer = { readonly value: unknown } | { readonly error: string; readonly code?: string };

const weightSchema = z.object({
  service: serviceIdSchema,
  address: z.string(),
  port: z.int(),
  weight: z.int(),
});
const timeoutsSchema = z.object({
  tcpS: z.int().optional(),
  tcpFinS: z.int().optional(),
  udpS: z.int().optional(),
  isRuleWaived: z.boolean().default(false),
});

/** Makes the kernel's table what a file of ipvsadm rules says, by the difference to what it is. */
const restore = async (system: System, path: string): Promise<unknown> => {
  const { value: wanted, diagnostics } = parseSave(await system.files.readText(path));
  const present = await readTable(system);
  if (present.status !== "known") return present;
  const result = await applyChanges(system, diffTables(present.table, wanted));
  return { result: { ...result, reached: undefined }, diagnostics };
};

/** Every command by name; each takes the rest of its line. */
export const probes = (system: System): ReadonlyMap<string, (rest: string) => Promise<unknown>> =>
  new Map<string, (rest: string) => Promise<unknown>>([
    ["read", async () => await readTable(system)],
    ["restore", async (path) => await restore(system, path)],
    ["weight", async (json) => await setWeight(system, weightSchema.parse(JSON.parse(json)))],
    ["settings", async () => await readIpvsSettings(system)],
    ["set-timeouts", async (json) => await changeTimeouts(system, json)],
    ["start-daemon", async (json) => await startSyncDaemon(system, syncDaemonSchema.parse(JSON.parse(json)))],
    ["flush", async (json) => await flushService(system, serviceIdSchema.parse(JSON.parse(json)))],
    ["stop-daemon", async (role) => await stopSyncDaemon(system, role === "master" ? "master" : "backup")],
    ["connections", async (json) => await find(system, json)],
    ["addresses", async () => await system.addresses.snapshot()],
    ["watch-addresses", async (seconds) => await watchAddresses(system, Number(seconds))],
    ["measure-sweeps", async (count) => await measureSweeps(system, Number(count))],
    ["measure-idle", async (seconds) => await measureIdle(system, Number(seconds))],
    ["measure-steady", async (seconds) => await measureSteady(system, Number(seconds))],
    ["measure-watch", async (times) => await measureWatch(system, Number(times))],
    ["measure-write", async (path) => await measureWrite(system, path)],
    ["measure-question", async (client) => await measureQuestion(system, client, 2)],
  ]);

const find = async (system: System, json: string): Promise<unknown> => {
  const desk = connectionsDesk({ system, lock: new Lock(), table: () => undefined });
  const question = connectionQuestionSchema.parse(JSON.parse(json));
  return await hearAll(desk.find(question, new AbortController().signal));
};

const changeTimeouts = async (system: System, json: string): Promise<unknown> => {
  const { tcpS, tcpFinS, udpS, isRuleWaived } = timeoutsSchema.parse(JSON.parse(json));
  const wanted = {
    ...(tcpS === undefined ? {} : { tcpS }),
    ...(tcpFinS === undefined ? {} : { tcpFinS }),
    ...(udpS === undefined ? {} : { udpS }),
  };
  return await setTimeouts(system, wanted, { isRuleWaived });
};

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
