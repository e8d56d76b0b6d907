import { readdir, readFile } from "node:fs/promises";
import type { Process, Processes } from "../processes.ts";
import { errnoOf, SystemError, systemError } from "../system-error.ts";

/** Fields of /proc/PID/stat after the name, which stands in parentheses and may hold any character (proc(5)). */
const parseStat = (text: string): Omit<Process, "argv"> | undefined => {
  const open = text.indexOf("(");
  const close = text.lastIndexOf(")");
  if (open < 0 || close < open) return undefined;
  const fields = text.slice(close + 2).split(" ");
  const [state, parent] = fields;
  const startTicks = Number(fields[19]);
  if (state === undefined || !Number.isFinite(startTicks)) return undefined;
  return {
    pid: Number(text.slice(0, open)),
    name: text.slice(open + 1, close),
    state,
    parentPid: Number(parent),
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

/** Processes of this machine. */
export const linuxProcesses = (): Processes => ({
  list,
  find: readProcess,
  signal: async ({ pid, startTicks }, signal) => {
    const subject = `process ${pid}`;
    const found = await readProcess(pid);
    if (found === undefined || found.startTicks !== startTicks)
      throw new SystemError({ door: "processes", code: "not-found", subject, reason: "has ended" });
    try {
      process.kill(pid, signal);
    } catch (error) {
      throw systemError(error, { door: "processes", subject, doing: `send it ${signal}` });
    }
  },
});
