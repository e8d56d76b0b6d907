import { readdir, readFile } from "node:fs/promises";
import { constants } from "node:os";
import type { Process, Processes, ProcessId, SignalName } from "../processes.ts";
import { errnoOf, SystemError, systemError } from "../system-error.ts";

/** Fields of /proc/PID/stat after the name, which stands in parentheses and may hold any character (proc(5)). */
const parseStat = (text: string): Omit<Process, "argv"> | undefined => {
  const open = text.indexOf("(");
  const close = text.lastIndexOf(")");
  if (open < 0 || close < open) return undefined;
  const fields = text.slice(close + 2).split(" ");
  const [state, parent, , session] = fields;
  const startTicks = Number(fields[19]);
  if (state === undefined || !Number.isFinite(startTicks)) return undefined;
  return {
    pid: Number(text.slice(0, open)),
    name: text.slice(open + 1, close),
    state,
    parentPid: Number(parent),
    sessionId: Number(session),
    startTicks,
  };
};

/** Undefined when the process is gone. */
const readProcess = async (pid: number): Promise<Process | undefined> => {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    const cmdline = await readFile(`/proc/${pid}/cmdline`, "utf8");
    const parsed = parseStat(stat);
    if (parsed !== undefined)
      return { ...parsed, argv: cmdline === "" ? [] : cmdline.replace(/\0$/, "").split("\0") };
  } catch (error) {
    // ESRCH: it ended between the opening and the reading of its file.
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ESRCH") return undefined;
    throw systemError(error, { door: "processes", subject: `process ${pid}`, doing: "look at it" });
  }
  throw new SystemError({
    door: "processes",
    code: "failed",
    subject: `process ${pid}`,
    reason: "its /proc entry could not be understood",
  });
};

const list = async (): Promise<readonly Process[]> => {
  let names: string[];
  try {
    names = await readdir("/proc");
  } catch (error) {
    throw systemError(error, { door: "processes", subject: "/proc", doing: "list processes" });
  }
  const pids = names.filter((name) => /^[0-9]+$/.test(name)).map(Number);
  const found = await Promise.all(pids.map(readProcess));
  return found.filter((process) => process !== undefined);
};

/** Throws where it has ended, even when its number is used again. */
const checkRunning = async ({ pid, startTicks }: ProcessId): Promise<void> => {
  const found = await readProcess(pid);
  if (found?.startTicks === startTicks) return;
  const subject = `process ${pid}`;
  throw new SystemError({ door: "processes", code: "not-found", subject, reason: "has ended" });
};

/** /proc/PID/status has a bit for every signal that is held back, ignored or caught, of the main thread (proc(5)). */
const survives = async (id: ProcessId, signal: SignalName | number): Promise<boolean> => {
  await checkRunning(id);
  const subject = `process ${id.pid}`;
  const number = typeof signal === "number" ? signal : constants.signals[signal];
  try {
    const status = await readFile(`/proc/${id.pid}/status`, "latin1");
    const masks = [...status.matchAll(/^Sig(?:Blk|Ign|Cgt):\s*([0-9a-f]+)$/gmu)];
    return masks.some(([, mask]) => ((BigInt(`0x${mask}`) >> BigInt(number - 1)) & 1n) === 1n);
  } catch (error) {
    throw systemError(error, { door: "processes", subject, doing: "look at its signals" });
  }
};

/** Processes of this machine. */
export const linuxProcesses = (): Processes => ({
  list,
  find: readProcess,
  survives,
  signal: async (id, signal) => {
    await checkRunning(id);
    try {
      process.kill(id.pid, signal);
    } catch (error) {
      throw systemError(error, {
        door: "processes",
        subject: `process ${id.pid}`,
        doing: `send it ${signal}`,
      });
    }
  },
});
