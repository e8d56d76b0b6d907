import { Lock } from "../configuration/lock.ts";
import type { ProcessId, SignalName } from "../system/processes.ts";
import type { System } from "../system/system.ts";
import { SystemError } from "../system/system-error.ts";

const limitMs = 3_000;
const pollMs = 20;

export interface DumpRequest<Picture> {
  /** Its environment says where dumps are written. */
  readonly parent: ProcessId;
  /** Who gets the signal. */
  readonly asked: ProcessId;
  readonly signal: SignalName | number;
  readonly file: string;
  /** Undefined: not all of it is there yet. */
  readonly parse: (text: string) => Picture | undefined;
}

/** `readDump`, one question at a time for each file: an answer is one file, which whoever has read it removes. */
export function dumpReader(system: System): <Picture>(request: DumpRequest<Picture>) => Promise<Picture> {
  const locks = new Map<string, Lock>();
  return (request) => {
    const lock = locks.get(request.file) ?? new Lock();
    locks.set(request.file, lock);
    return lock.run(() => readDump(system, request));
  };
}

/**
 * Asks keepalived for a picture of itself and reads it. The file may hold passwords: it is removed as soon as it was read, and one that
 * lay there before is removed first, so that an old picture is never taken for a new one. A process that is not prepared for the signal is not
 * sent it: an old keepalived, or one that has only just started, would end of it. Throws SystemError.
 */
async function readDump<Picture>(system: System, request: DumpRequest<Picture>): Promise<Picture> {
  const path = `${await dumpDirectory(system, request.parent)}/${request.file}`;
  await system.files.remove(path);
  if (!(await system.processes.survives(request.asked, request.signal)))
    throw new SystemError({
      door: "processes",
      code: "not-supported",
      subject: `process ${request.asked.pid}`,
      reason: `keepalived does not listen for ${request.signal} and would end of it: it was not asked`,
    });
  await system.processes.signal(request.asked, request.signal);
  const endMs = system.clock.monotonicMs() + limitMs;
  while (system.clock.monotonicMs() < endMs) {
    await system.clock.sleep(pollMs);
    const picture = request.parse(await readIfThere(system, path));
    if (picture === undefined) continue;
    await system.files.remove(path);
    return picture;
  }
  throw new SystemError({
    door: "files",
    code: "timed-out",
    subject: path,
    reason: `keepalived wrote no dump within ${limitMs} ms`,
  });
}

/** Empty where there is no such file, or where it would not hold still. */
export async function readIfThere(system: System, path: string): Promise<string> {
  try {
    return await system.files.readText(path);
  } catch (error) {
    if (error instanceof SystemError && (error.code === "not-found" || error.code === "changed")) return "";
    throw error;
  }
}

/** keepalived writes its dumps to its own TMPDIR, /tmp without one (lib/utils.c). */
async function dumpDirectory(system: System, parent: ProcessId): Promise<string> {
  const environment = await system.files.readText(`/proc/${parent.pid}/environ`);
  const found = environment.split("\0").find((entry) => entry.startsWith("TMPDIR="));
  return found?.slice("TMPDIR=".length).replace(/\/$/u, "") || "/tmp";
}
