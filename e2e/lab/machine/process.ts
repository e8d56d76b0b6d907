import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { codeOf, LabError } from "./failure.ts";
import { waitFor } from "./wait.ts";

/** A process that cannot be mistaken for another one: the pid and when the kernel started it (clock ticks since boot). */
export type ProcessIdentity = { readonly pid: number; readonly startTime: string };

type Stat = { readonly state: string; readonly group: number; readonly startTime: string };

function readStat(pid: number): Stat | null {
  try {
    // The second field is the command in brackets and may hold spaces and brackets itself.
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return { state: fields[0] ?? "", group: Number(fields[2]), startTime: fields[19] ?? "" };
  } catch (error) {
    const code = codeOf(error);
    if (code === "ENOENT" || code === "ESRCH") return null;
    throw error;
  }
}

/** The identity of a live process, or null when there is none (a zombie counts as none). */
export function identify(pid: number): ProcessIdentity | null {
  const stat = readStat(pid);
  return stat === null || stat.state === "Z" || stat.state === "X"
    ? null
    : { pid, startTime: stat.startTime };
}

/** Whether this very process still runs; a recycled pid is not it. */
export function isAlive(process: ProcessIdentity): boolean {
  return identify(process.pid)?.startTime === process.startTime;
}

function signal(target: number, name: NodeJS.Signals): void {
  try {
    process.kill(target, name);
  } catch (error) {
    if (codeOf(error) !== "ESRCH") throw error;
  }
}

/** Signals one process if it is still the same. False when it had gone before. */
export function signalProcess(target: ProcessIdentity, name: NodeJS.Signals): boolean {
  if (!isAlive(target)) return false;
  signal(target.pid, name);
  return true;
}

/**
 * Kills a process that the lab started as a group leader, with its whole group, and waits until it is gone.
 * False when it had gone before.
 */
export async function killGroup(target: ProcessIdentity): Promise<boolean> {
  const stat = readStat(target.pid);
  if (stat === null || stat.startTime !== target.startTime) return false;
  const wasAlive = isAlive(target);
  // Also when it is a zombie: while its pid is taken, its group's name is too, and others may live in it.
  signal(stat.group === target.pid ? -target.pid : target.pid, "SIGKILL");
  await waitFor({ what: `process ${target.pid} to end after SIGKILL`, timeoutMs: 10_000, everyMs: 5 }, () =>
    isAlive(target) ? undefined : true,
  );
  return wasAlive;
}

/** Starts `argv` in a session of its own, its output appended to `log`, and lets it live on after us. */
export async function spawnDetached(command: {
  readonly argv: readonly string[];
  readonly log: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}): Promise<ProcessIdentity> {
  const [file, ...args] = command.argv;
  if (file === undefined) throw new LabError("empty command");
  const output = openSync(command.log, "a", 0o600);
  try {
    const child = spawn(file, args, {
      detached: true,
      stdio: ["ignore", output, output],
      env: { ...process.env, ...command.env },
      cwd: command.cwd ?? "/",
    });
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", reject);
    });
    child.unref();
    const identity = child.pid === undefined ? null : identify(child.pid);
    if (identity === null)
      throw new LabError(`${file} ended at once, see ${command.log}`, { argv: command.argv });
    return identity;
  } finally {
    closeSync(output);
  }
}
