import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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

/** Takes the lock file, or answers who has it. A holder that is dead (a killed command) has nothing. */
function tryTake(path: string, doing: string): Holder | "taken" {
  const own = identify(process.pid);
  if (own === null) throw new LabError("cannot read /proc/self/stat");
  try {
    writeFileSync(path, `${own.pid} ${own.startTime} ${doing}\n`, { flag: "wx", mode: 0o600 });
    return "taken";
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw new LabError(`cannot write ${path}: ${messageOf(error)}`);
  }
  const holder = readHolder(path);
  if (holder !== null && isAlive(holder)) return holder;
  rmSync(path, { force: true });
  return tryTake(path, doing);
}

/** Runs `work` while no other command changes this lab; waits at most `timeoutMs` for its turn. */
export async function withLock<T>(
  lock: { readonly name: string; readonly doing: string; readonly timeoutMs: number },
  work: () => Promise<T>,
): Promise<T> {
  mkdirSync(labFolder(lock.name), { recursive: true, mode: 0o700 });
  const path = join(labFolder(lock.name), "lock");
  await waitFor({ what: `lab ${lock.name} to be free`, timeoutMs: lock.timeoutMs, everyMs: 100 }, (note) => {
    const outcome = tryTake(path, lock.doing);
    if (outcome === "taken") return true;
    note(`process ${outcome.pid} is doing "${outcome.doing}"`);
    return undefined;
  });
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}
