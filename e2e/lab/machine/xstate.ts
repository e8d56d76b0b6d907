import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { mustRun } from "./command.ts";

/**
 * Whether this processor's register state is larger than user-mode-linux 6.1 can handle by itself
 * (guest/xstate-shim.c says why): those with AMX tiles or the extended general registers of APX.
 */
export function needsXstateShim(): boolean {
  return /^flags\s*:.*\b(amx_tile|apx_f)\b/m.test(readFileSync("/proc/cpuinfo", "latin1"));
}

/** The environment a director's kernel needs on this processor; builds the shim into `folder` on first use. */
export async function kernelEnvironment(folder: string): Promise<Readonly<Record<string, string>>> {
  // The guest's memory is a file that its kernel makes in TMPDIR: on tmpfs, or its pages go to the disk.
  const env = { TMPDIR: "/dev/shm" };
  if (!needsXstateShim()) return env;
  const library = join(folder, "xstate-shim.so");
  if (!existsSync(library)) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const source = join(import.meta.dirname, "../guest/xstate-shim.c");
    await mustRun(["gcc", "-O2", "-shared", "-fPIC", "-o", library, source]);
  }
  return { ...env, LD_PRELOAD: library };
}
