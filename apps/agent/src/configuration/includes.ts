import { dirname, isAbsolute, join, matchesGlob } from "node:path";
import { preprocess } from "@lvs/core/keepalived/preprocess";
import type { IncludeAnswer } from "@lvs/core/keepalived/preprocessor";
import type { ConfigTree } from "@lvs/core/keepalived/cst";
import type { Parsed } from "@lvs/core/keepalived/diagnostic";
import type { System } from "../system/system.ts";
import { SystemError } from "../system/system-error.ts";

/** Rounds of includes inside includes, and files in all; keepalived itself has no limit and dies of a file that includes itself. */
const roundsMost = 16;
const filesMost = 200;

/**
 * The tree of a configuration with everything it includes. The core asks for files as it goes and cannot wait, so it is run until it asks for
 * nothing new.
 */
export async function preprocessWithIncludes(
  system: System,
  file: { readonly path: string; readonly bytes: Uint8Array },
  configId: string,
): Promise<Parsed<ConfigTree>> {
  const known = new Map<string, IncludeAnswer>();
  for (let round = 0; ; round += 1) {
    const asked = new Set<string>();
    const parsed = preprocess(file.bytes, {
      path: file.path,
      configId,
      read: (pattern, fromPath) => {
        const full = isAbsolute(pattern) ? pattern : join(dirname(fromPath), pattern);
        const answer = known.get(full);
        if (answer === undefined) asked.add(full);
        return answer ?? { kind: "missing", reason: "not read yet" };
      },
    });
    if (asked.size === 0 || round === roundsMost || known.size > filesMost) return parsed;
    for (const pattern of asked) known.set(pattern, await readPattern(system, pattern));
  }
}

async function readPattern(system: System, pattern: string): Promise<IncludeAnswer> {
  try {
    const paths = await pathsOf(system, pattern);
    if (paths.length === 0) return { kind: "missing", reason: "no such file" };
    const files = await Promise.all(
      paths.slice(0, filesMost).map(async (path) => ({ path, bytes: await system.files.read(path) })),
    );
    return { kind: "files", files };
  } catch (error) {
    if (error instanceof SystemError) return { kind: "missing", reason: error.message };
    throw error;
  }
}

/** Wildcards in the last part alone; glob(7) allows them everywhere, nobody writes them there. */
async function pathsOf(system: System, pattern: string): Promise<string[]> {
  if (!/[*?[{]/u.test(pattern)) return (await system.files.exists(pattern)) ? [pattern] : [];
  const directory = dirname(pattern);
  const names = await system.files.list(directory);
  return names
    .filter((name) => !name.startsWith("."))
    .map((name) => join(directory, name))
    .filter((path) => matchesGlob(path, pattern));
}
