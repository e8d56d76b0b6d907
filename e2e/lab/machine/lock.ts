import { linkSync, mkdirSync, readFileSync, renameSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { codeOf, LabError, messageOf } from "./failure.ts";
import { identify, isAlive } from "./process.ts";
import { labFolder } from "./state.ts";
import { waitFor } from "./wait.ts";

type Holder = { readonly pid: number; readonly startTime: string; readonly doing: string };

function readHolder(path: string): Holder | null {
  try {
    const [pid, startTime, ...doing] = readFileSync(path, "utf8").trim().split(" ");
    return pid === undefined || startTime === undefined
      ? null
      : { pid: Number(pid), startTime, doing: doing.join(" ") };
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    throw error;
  }
}

/**
 * Removes the lock of a dead holder. Two that find it at once must not both remove: the second would remove the lock
 * the first has just taken. So it is first moved aside, and what was moved is looked at again.
 */
function breakLock(path: string): void {
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
    const moved = readHolder(aside);
    if (moved !== null && isAlive(moved)) linkSync(aside, path);
  } catch (error) {
    // the other was faster
    if (codeOf(error) !== "ENOENT") throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

/** Whether a command that still runs is changing the lab of this folder. */
export function isLocked(folder: string): boolean {
  const holder = readHolder(join(folder, "lock"));
  return holder !== null && isAlive(holder);
}

/** Takes the lock file, or answers who has it. A holder that is dead (a killed command) has nothing. */
function tryTake(path: string, doing: string): Holder | "taken" | "try again" {
  const own = identify(process.pid);
  if (own === null) throw new LabError("cannot read /proc/self/stat");
  // Written beside and linked into place, so that a lock never shows without its holder.
  const beside = `${path}.${process.pid}.new`;
  writeFileSync(beside, `${own.pid} ${own.startTime} ${doing}\n`, { mode: 0o600 });
  try {
    linkSync(beside, path);
    return "taken";
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw new LabError(`cannot write ${path}: ${messageOf(error)}`);
  } finally {
    rmSync(beside, { force: true });
  }
  const holder = readHolder(path);
  if (holder !== null && isAlive(holder)) return holder;
  if (holder !== null) breakLock(path);
  return "try again";
}

/** Removes the lab's folder when nothing is left in it. */
function removeEmptyFolder(folder: string): void {
  try {
    rmdirSync(folder);
  } catch (error) {
    const code = codeOf(error);
    if (code !== "ENOTEMPTY" && code !== "ENOENT") throw error;
  }
}

/** Runs `work` while no other command changes this lab; waits at most `timeoutMs` for its turn. */
export async function withLock<T>(
  lock: { readonly name: string; readonly doing: string; readonly timeoutMs: number },
  work: () => Promise<T>,
): Promise<T> {
  const folder = labFolder(lock.name);
  const path = join(folder, "lock");
  await waitFor({ what: `lab ${lock.name} to be free`, timeoutMs: lock.timeoutMs, everyMs: 100 }, (note) => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const outcome = tryTake(path, lock.doing);
    if (outcome === "taken") return true;
    if (outcome === "try again") return undefined;
    note(`process ${outcome.pid} is doing "${outcome.doing}"`);
    return undefined;
  });
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
    removeEmptyFolder(folder);
  }
}
