import { globSync, readFileSync, realpathSync, statSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, resolve } from "node:path";
import { preprocess } from "@lvs/core/keepalived/preprocess";
import type { ConfigTree } from "@lvs/core/keepalived/cst";
import type { Parsed } from "@lvs/core/keepalived/diagnostic";

/** A file that could not be read: not a mistake of its content. */
export interface Unreadable {
  readonly path: string;
  readonly reason: string;
}

/** Bytes by path, for showing lines. */
export type Bytes = Uint8Array<ArrayBufferLike>;

/** Never waits: a FIFO by name has no end while nobody writes. That of `<(command)` has no name and is read. */
export const readBytes = (path: string): Bytes | Unreadable => {
  try {
    return hasNoEnd(path) ? { path, reason: "it is not a regular file" } : readFileSync(path);
  } catch (error) {
    return { path, reason: reasonOf(error) };
  }
};

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const hasNoEnd = (path: string): boolean => {
  const named = tryRealPath(path);
  if (named === undefined) return false;
  const stats = statSync(named, { throwIfNoEntry: false });
  return stats !== undefined && !stats.isFile() && !stats.isDirectory();
};

const tryRealPath = (path: string): string | undefined => {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
};

export const isUnreadable = (read: Bytes | Unreadable): read is Unreadable => !(read instanceof Uint8Array);

/** A tree, and the included files that could not be read into it. */
export interface ReadTree extends Parsed<ConfigTree> {
  readonly unreadable: readonly Unreadable[];
}

/** The tree as the director `host` reads the file; keepalived's own default is the first part of the node name. */
export const readTreeOf = (bytes: Bytes, at: { path: string; host: string | undefined }): ReadTree => {
  const unreadable: Unreadable[] = [];
  const parsed = preprocess(bytes, {
    path: at.path,
    configId: at.host ?? hostname().split(".")[0] ?? "",
    read: (pattern, fromPath) => readIncluded(pattern, { from: dirname(fromPath), unreadable }),
  });
  return { ...parsed, unreadable };
};

/** Patterns as glob(7), with alternatives in braces; relative ones start at the including file. */
const readIncluded = (
  pattern: string,
  { from, unreadable }: { from: string; unreadable: Unreadable[] },
): ReturnType<NonNullable<Parameters<typeof preprocess>[1]["read"]>> => {
  const paths = globSync(pattern, { cwd: from }).toSorted();
  const files: { path: string; bytes: Bytes }[] = [];
  let reason = "no file matches";
  for (const found of paths) {
    const path = resolve(from, found);
    const skipped = whySkipped(path);
    const bytes = skipped === undefined ? readBytes(path) : undefined;
    if (bytes === undefined) reason = `keepalived passes over ${found}: ${skipped ?? ""}`;
    else if (isUnreadable(bytes)) {
      reason = "could not be read";
      unreadable.push(bytes);
    } else files.push({ path, bytes });
  }
  return files.length > 0 ? { kind: "files", files } : { kind: "missing", reason };
};

/** keepalived includes regular files that nobody may execute. Source: read_conf_file() of lib/parser.c. */
const whySkipped = (path: string): string | undefined => {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  if (!stats.isFile()) return "it is not a regular file";
  return (stats.mode & 0o111) === 0 ? undefined : "it is executable";
};
