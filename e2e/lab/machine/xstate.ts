import { existsSync, mkdirSync, readFileSync, renameSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { mustRun } from "./command.ts";

/**
 * Whether this processor's register state is larger than user-mode-linux 6.1 can handle by itself
 * (guest/xstate-shim.c says why): those with AMX tiles.
 */
export function needsXstateShim(): boolean {
  return /^flags\s*:.*\bamx_tile\b/m.test(readFileSync("/proc/cpuinfo", "latin1"));
}

/**
 * Where kernels keep their guests' memory: an unlinked file that they map. On tmpfs, or its pages go to the disk; but
 * not on one too small for it (a container's 64 MB), where a guest would die of SIGBUS, so then in `folder`.
 */
function memoryFolder(folder: string): string {
  const shared = "/dev/shm";
  if (!existsSync(shared)) return folder;
  const { bavail, bsize } = statfsSync(shared);
  return bavail * bsize > 2 ** 30 ? shared : folder;
}

/** The environment a director's kernel needs on this processor; builds the shim into `folder` on first use. */
export async function kernelEnvironment(folder: string): Promise<Readonly<Record<string, string>>> {
  const env = { TMPDIR: memoryFolder(folder) };
  if (!needsXstateShim()) return env;
  const library = join(folder, "xstate-shim.so");
  if (!existsSync(library)) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const source = join(import.meta.dirname, "../guest/xstate-shim.c");
    // Whole or not there at all: another process may look for it meanwhile.
    const beside = `${library}.${process.pid}`;
    await mustRun(["gcc", "-O2", "-shared", "-fPIC", "-o", beside, source]);
    renameSync(beside, library);
  }
  return { ...env, LD_PRELOAD: library };
}
