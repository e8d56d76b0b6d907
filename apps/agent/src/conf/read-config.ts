import { globSync, readFileSync } from "node:fs";
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

export const readBytes = (path: string): Bytes | Unreadable => {
  try {
    return readFileSync(path);
  } catch (error) {
    return { path, reason: error instanceof Error ? error.message : String(error) };
  }
};

export const isUnreadable = (read: Bytes | Unreadable): read is Unreadable => !(read instanceof Uint8Array);

/** The tree as the director `host` reads the file; keepalived's own default is the first part of the node name. */
export const readTreeOf = (
  bytes: Bytes,
  at: { path: string; host: string | undefined },
): Parsed<ConfigTree> =>
  preprocess(bytes, {
    path: at.path,
    configId: at.host ?? hostname().split(".")[0] ?? "",
    read: (pattern, fromPath) => readIncluded(pattern, dirname(fromPath)),
  });

/** Patterns as glob(7), with alternatives in braces; relative ones start at the including file. */
const readIncluded = (
  pattern: string,
  from: string,
): ReturnType<NonNullable<Parameters<typeof preprocess>[1]["read"]>> => {
  const paths = globSync(pattern, { cwd: from }).toSorted();
  const files: { path: string; bytes: Bytes }[] = [];
  for (const found of paths) {
    const path = resolve(from, found);
    const bytes = readBytes(path);
    if (!isUnreadable(bytes)) files.push({ path, bytes });
  }
  return files.length > 0 ? { kind: "files", files } : { kind: "missing", reason: "no file matches" };
};
