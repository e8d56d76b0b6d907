import { randomBytes } from "node:crypto";
import { dirname } from "node:path";
import type { DumpedInstance } from "../vrrp/json-dump.ts";
import { parseJsonDump } from "../vrrp/json-dump.ts";
import { parseCheckerDump } from "../health/checker-dump.ts";
import type { CommandResult } from "../system/commands.ts";
import type { ProcessId } from "../system/processes.ts";
import type { System } from "../system/system.ts";
import { SystemError } from "../system/system-error.ts";
import { stopDropping } from "./address-gap.ts";
import { parseCheckOutput } from "./check-output.ts";
import { dumpReader, readIfThere } from "./dump.ts";
import { signalsReadyMs, type Engine, type EngineCheck } from "./engine.ts";
import { findKeepalived, findPaused, keepalivedFinder } from "./keepalived-processes.ts";
import { stillStanding, stopOrderly, usualChildWaitMs } from "./orderly-stop.ts";

export interface KeepalivedOptions {
  readonly binary: string;
  readonly configPath: string;
  readonly service: {
    readonly start: readonly string[];
    readonly stop: readonly string[];
    /** Undefined: SIGHUP to the parent, which is what every service file does. */
    readonly reload: readonly string[] | undefined;
  };
}

/** Some bad files make the parser loop; a good one takes 0.1 s for ten thousand real servers. */
const checkLimitMs = 15_000;
const serviceLimitMs = 30_000;

/** The keepalived daemon, steered as its service manager steers it. It is nobody's child: an agent that dies leaves it alone. */
export function keepalivedEngine(system: System, options: KeepalivedOptions): Engine {
  const find = keepalivedFinder(system, options.configPath);
  const parent = async (): Promise<ProcessId> => {
    const found = await find();
    if (found.parent === undefined) throw notRunning();
    return found.parent;
  };
  const readDump = dumpReader(system);
  let jsonSignal: number | undefined;
  const dump = async (): Promise<readonly DumpedInstance[]> => {
    const target = await parent();
    jsonSignal ??= await readJsonSignal(system, options.binary);
    return readDump({
      parent: target,
      asked: target,
      signal: jsonSignal,
      file: "keepalived.json",
      parse: parseJsonDump,
    });
  };
  return {
    version: () => readVersion(system, options.binary),
    status: async () => {
      const { parent: found, processes } = await find();
      return { processes, runId: found === undefined ? undefined : `${found.pid}.${found.startTicks}` };
    },
    start: () => runService(system, options.service.start),
    stop: () => stop(system, options, dump),
    reload: async () => {
      if (options.service.reload !== undefined) return runService(system, options.service.reload);
      const target = await parent();
      await system.processes.signal(target, "SIGHUP");
      return [`kill -HUP ${target.pid}`];
    },
    recover: async () => {
      await stopDropping(system);
      const paused = await findPaused(system, options.configPath);
      for (const each of paused) await system.processes.signal(each, "SIGCONT");
      return paused.map(({ pid }) => `kill -CONT ${pid}: a process of keepalived was found paused`);
    },
    dump,
    checkers: async () => {
      const { checkers, parent: found } = await findCheckers(system, options.configPath);
      return readDump({
        parent: found,
        asked: checkers,
        signal: "SIGUSR1",
        file: "keepalived_check.data",
        parse: parseCheckerDump,
      });
    },
    check: (configuration) => checkConfiguration(system, options, configuration),
  };
}

async function stop(
  system: System,
  options: KeepalivedOptions,
  dump: () => Promise<readonly DumpedInstance[]>,
): Promise<readonly string[]> {
  const runStop = () => runService(system, options.service.stop);
  const { parent, ids, processes } = await findKeepalived(system, options.configPath);
  if (parent === undefined) return runStop();
  const startedAtMs = (role: string) => processes.find((each) => each.role === role)?.startedAtMs;
  const idOf = (role: string) => {
    const pid = processes.find((each) => each.role === role)?.pid;
    return ids.find((each) => each.pid === pid);
  };
  const heldAddresses = async () => {
    // Asked before it has set up its signals, the VRRP process would die of the question and leave its VIPs standing.
    if (system.clock.nowMs() - (startedAtMs("vrrp") ?? 0) < signalsReadyMs) return undefined;
    try {
      const instances = await dump();
      const addresses = instances.flatMap((each) => each.addresses.map(({ address }) => address));
      return await stillStanding(system, addresses);
    } catch (error) {
      if (error instanceof SystemError) return undefined;
      throw error;
    }
  };
  return stopOrderly({
    system,
    parent,
    vrrp: idOf("vrrp"),
    checkers: idOf("checkers"),
    childWaitMs: await readChildWait(system, options.configPath),
    heldAddresses,
    runService: runStop,
  });
}

/** The checkers' process answers a signal of its own, so that no VRRP data is written. */
async function findCheckers(
  system: System,
  configPath: string,
): Promise<{ readonly parent: ProcessId; readonly checkers: ProcessId }> {
  const { ids, parent, processes } = await findKeepalived(system, configPath);
  const pid = processes.find((each) => each.role === "checkers")?.pid;
  const checkers = ids.find((each) => each.pid === pid);
  if (parent === undefined || checkers === undefined) throw notRunning();
  return { parent, checkers };
}

/** keepalived.conf(5) child_wait_time, in the file itself. */
async function readChildWait(system: System, configPath: string): Promise<number> {
  const seconds = /^\s*child_wait_time\s+(\d+)/mu.exec(await readIfThere(system, configPath))?.[1];
  return seconds === undefined ? usualChildWaitMs : Number(seconds) * 1000;
}

async function readVersion(system: System, binary: string): Promise<string | undefined> {
  const { stdout, stderr } = await system.commands.run([binary, "--version"], { timeoutMs: 5_000 });
  return /^Keepalived v(\S+)/mu.exec(`${stdout}\n${stderr}`)?.[1];
}

async function runService(system: System, argv: readonly string[]): Promise<readonly string[]> {
  const result = await system.commands.run(argv, { timeoutMs: serviceLimitMs });
  const output = linesOf(result);
  if (result.exitCode === 0) return [argv.join(" "), ...output];
  throw new SystemError({
    door: "commands",
    code: "failed",
    subject: argv.join(" "),
    reason: `ended with ${result.exitCode}: ${output.join("; ")}`,
    argv,
    stderr: result.stderr,
  });
}

const linesOf = ({ stdout, stderr }: CommandResult): string[] =>
  `${stdout}\n${stderr}`.split("\n").filter((line) => line.trim() !== "");

/** The number differs between builds, so keepalived is asked (keepalived(8) --signum). */
async function readJsonSignal(system: System, binary: string): Promise<number> {
  const argv = [binary, "--signum=JSON"];
  const { stdout, exitCode } = await system.commands.run(argv, { timeoutMs: 5_000 });
  const number = Number(stdout.trim());
  if (exitCode === 0 && Number.isInteger(number) && number > 0) return number;
  throw new SystemError({
    door: "commands",
    code: "not-supported",
    subject: argv.join(" "),
    reason: "this keepalived was built without JSON dumps",
    argv,
  });
}

/** Written beside the real file, so that relative includes mean the same. */
async function checkConfiguration(
  system: System,
  options: KeepalivedOptions,
  configuration: Uint8Array,
): Promise<EngineCheck> {
  const path = `${dirname(options.configPath)}/.lvs-agent-check-${randomBytes(6).toString("hex")}`;
  await system.files.writeAtomic(path, configuration, { expected: "absent", mode: 0o600 });
  try {
    return await runCheck(system, options.binary, path);
  } finally {
    await system.files.remove(path);
  }
}

async function runCheck(system: System, binary: string, path: string): Promise<EngineCheck> {
  try {
    const result = await system.commands.run([binary, "-t", "-e", "-f", path], { timeoutMs: checkLimitMs });
    const messages = parseCheckOutput(`${result.stderr}\n${result.stdout}`, path);
    return result.signal === undefined
      ? { kind: "answered", exitCode: result.exitCode, messages }
      : { kind: "crashed", signal: result.signal, messages };
  } catch (error) {
    if (error instanceof SystemError && error.code === "timed-out") {
      return { kind: "timedOut", limitMs: checkLimitMs };
    }
    throw error;
  }
}

const notRunning = (): SystemError =>
  new SystemError({
    door: "processes",
    code: "not-found",
    subject: "keepalived",
    reason: "it does not run",
  });
