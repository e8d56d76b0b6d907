import type { Activation } from "@lvs/core/director/commands";
import type { Configured } from "@lvs/core/director/configured";
import type { IpvsTable } from "@lvs/core/ipvs/model";
import { serviceKey } from "@lvs/core/ipvs/table";
import { isRunning, type Engine, type EngineStatus } from "../engine/engine.ts";
import { messageOf } from "../log.ts";
import type { DumpedInstance } from "../vrrp/json-dump.ts";
import { SystemError } from "../system/system-error.ts";
import type { System } from "../system/system.ts";

/** What an activation looks at beside the engine. */
export interface ActivationContext {
  readonly system: System;
  readonly engine: Engine;
  /** Starts to collect keepalived's log; the result gives what was said since. */
  readonly collectLog: () => () => readonly string[];
  /** The kernel's table; undefined: none, or it could not be read. */
  readonly readTable: () => Promise<IpvsTable | undefined>;
}

export interface ActivationResult {
  /** Undefined: the daemon runs with what the file says. */
  readonly fault: string | undefined;
  readonly output: readonly string[];
}

/** How long a daemon may take to show that it runs with the new file, and how long it has to stay. */
const confirmLimitMs = 10_000;
const steadyMs = 1_500;
const lookMs = 200;

/** Makes the daemon read the file and looks whether it really runs with it: processes, its own dump, the kernel's table. */
export async function activate(
  context: ActivationContext,
  activation: Activation,
  expected: { readonly configured: Configured; readonly mustKeep: readonly string[] },
): Promise<ActivationResult> {
  if (activation === "none") return { fault: undefined, output: [] };
  const logSince = context.collectLog();
  const output: string[] = [];
  try {
    const before = await context.engine.status();
    output.push(...(await order(context.engine, activation, before)));
    const fault = await confirm(context, expected, { before, isReload: activation === "reload", logSince });
    return { fault, output: [...output, ...logSince()] };
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    return { fault: messageOf(error), output: [...output, ...logSince()] };
  }
}

/** Services of the old table that the new file asks for as well: those must not vanish. */
export function servicesToKeep(table: IpvsTable | undefined, configured: Configured): string[] {
  const wanted = new Set(configured.services.map((service) => serviceKey(service.id)));
  return (table?.services ?? []).map((service) => serviceKey(service.id)).filter((key) => wanted.has(key));
}

async function order(
  engine: Engine,
  activation: "reload" | "restart",
  before: EngineStatus,
): Promise<readonly string[]> {
  if (activation === "reload") return engine.reload();
  const stopped = isRunning(before) ? await engine.stop() : [];
  return [...stopped, ...(await engine.start())];
}

interface Run {
  readonly before: EngineStatus;
  readonly isReload: boolean;
  readonly logSince: () => readonly string[];
}

async function confirm(
  context: ActivationContext,
  expected: { readonly configured: Configured; readonly mustKeep: readonly string[] },
  run: Run,
): Promise<string | undefined> {
  const { clock } = context.system;
  const endMs = clock.monotonicMs() + confirmLimitMs;
  let goodSinceMs: number | undefined;
  let fault: string | undefined = "keepalived did not come up";
  while (clock.monotonicMs() < endMs) {
    await clock.sleep(lookMs);
    const final = refusedByDaemon(run.logSince());
    if (final !== undefined) return final;
    const status = await context.engine.status();
    if (run.isReload && status.runId !== run.before.runId) return "keepalived did not survive the reload";
    const missing = missingProcess(status, expected.configured);
    goodSinceMs = missing === undefined ? (goodSinceMs ?? clock.monotonicMs()) : undefined;
    fault = missing ?? fault;
    if (goodSinceMs === undefined || clock.monotonicMs() - goodSinceMs < steadyMs) continue;
    fault = await unlike(context, expected);
    if (fault === undefined) return undefined;
  }
  return fault;
}

/** What keepalived itself says when it keeps the old configuration (reload_check_config) or gives up. */
function refusedByDaemon(log: readonly string[]): string | undefined {
  const found = log.find((line) =>
    /New config failed validation|exited with permanent error|Keepalived_\w+ exited due to/u.test(line),
  );
  return found === undefined ? undefined : `keepalived said: ${found}`;
}

function missingProcess(status: EngineStatus, configured: Configured): string | undefined {
  const roles = new Set(status.processes.map((each) => each.role));
  if (!roles.has("parent")) return "keepalived does not run";
  if (configured.instances.length > 0 && !roles.has("vrrp")) return "keepalived's VRRP process does not run";
  if (configured.services.length > 0 && !roles.has("checkers")) return "keepalived's checkers do not run";
  return undefined;
}

async function unlike(
  context: ActivationContext,
  { configured, mustKeep }: { readonly configured: Configured; readonly mustKeep: readonly string[] },
): Promise<string | undefined> {
  if (configured.instances.length > 0) {
    const fault = unlikeInstances(configured, await dumpIfAble(context.engine));
    if (fault !== undefined) return fault;
  }
  if (mustKeep.length === 0) return undefined;
  const table = await context.readTable();
  const present = new Set(table?.services.map((service) => serviceKey(service.id)));
  const lost = table === undefined ? [] : mustKeep.filter((key) => !present.has(key));
  return lost.length === 0 ? undefined : `the kernel's table lost ${lost.join(", ")}`;
}

/** Undefined: this build has no dumps; the processes and the table must do. */
async function dumpIfAble(engine: Engine): Promise<readonly DumpedInstance[] | undefined> {
  try {
    return await engine.dump();
  } catch (error) {
    if (error instanceof SystemError && error.code === "not-supported") return undefined;
    throw error;
  }
}

function unlikeInstances(
  configured: Configured,
  dump: readonly DumpedInstance[] | undefined,
): string | undefined {
  if (dump === undefined) return undefined;
  for (const wanted of configured.instances) {
    const found = dump.find((each) => each.name === wanted.name);
    if (found === undefined) return `keepalived runs without instance ${wanted.name}`;
    if (found.virtualRouterId !== wanted.virtualRouterId) {
      return `keepalived runs ${wanted.name} with virtual_router_id ${found.virtualRouterId}, not ${wanted.virtualRouterId}`;
    }
  }
  return undefined;
}
