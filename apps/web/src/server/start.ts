import { setTimeout as sleep } from "node:timers/promises";
import { startCollector } from "./collector.ts";
import { closeDatabase, openDatabase } from "./db.ts";
import { parseDatabaseUrl } from "./database-url.ts";
import { startEmbeddedPostgres, type EmbeddedPostgres } from "./embedded-postgres.ts";
import { startEnrolment } from "./enrolment.ts";
import { readEnv } from "./env.ts";
import { openKeyFile } from "./key-file.ts";
import { applyMigrations, readMigrations } from "./migrations.ts";
import { openPki } from "./pki.ts";
import { startRunner, stopRunner } from "./runner/runner.ts";
import { prepareSetup } from "./setup.ts";

/** The console's start and end, in order: key file, database, migrations, CA, collector, enrolment. Once per process. */

type Closer = () => Promise<void>;

interface Started {
  readonly ready: Promise<void>;
  /** Run from last to first. */
  readonly closers: Closer[];
  embedded: EmbeddedPostgres | undefined;
}

declare global {
  var lvsStarted: Started | undefined;
}

const waitForStartMs = 20_000;
const databaseRetryMs = 2_000;
const stopLimitMs = 10_000;

/** Begins the start and returns at once; a start that can never succeed is said and ends the process. */
export function startConsole(): void {
  if (globalThis.lvsStarted !== undefined) return;
  const closers: Closer[] = [];
  const started: Started = { closers, embedded: undefined, ready: start(closers) };
  globalThis.lvsStarted = started;
  started.ready.catch((error: unknown) => {
    console.error(`LVS Console cannot start: ${error instanceof Error ? error.message : String(error)}`);
    void stopConsole().finally(() => process.exit(1));
  });
  process.once("SIGINT", () => void stopAndExit(130));
  process.once("SIGTERM", () => void stopAndExit(143));
  process.once("exit", () => globalThis.lvsStarted?.embedded?.stopNow());
}

/** Resolves when the console can answer. Throws where that takes too long: the database is away. */
export async function consoleStarted(): Promise<void> {
  const started = globalThis.lvsStarted;
  if (started === undefined) throw new Error("the console has not begun to start");
  const timer = new AbortController();
  const late = sleep(waitForStartMs, undefined, { signal: timer.signal, ref: false }).then(() => {
    throw new Error("the console is still starting: its log says what it waits for");
  });
  try {
    await Promise.race([started.ready, late]);
  } finally {
    timer.abort();
    late.catch(() => undefined);
  }
}

/** The parts that a command-line tool needs too: key file, database with its tables, CA. */
export async function openStores(closers: Closer[]): Promise<{ embedded: EmbeddedPostgres | undefined }> {
  const env = readEnv();
  const keys = await openKeyFile(env.dataDir);
  const embedded = env.databaseUrl === undefined ? await startEmbeddedPostgres(env, keys) : undefined;
  if (globalThis.lvsStarted !== undefined) globalThis.lvsStarted.embedded = embedded;
  if (embedded !== undefined) closers.push(() => embedded.stop());
  const options = embedded?.options ?? parseDatabaseUrl(env.databaseUrl ?? "");
  const files = await readMigrations();
  const applied = await untilReachable(() => applyMigrations(options, files));
  if (applied.length > 0) console.error(`database: applied ${applied.join(", ")}`);
  openDatabase(options);
  closers.push(closeDatabase);
  await openPki();
  return { embedded };
}

async function start(closers: Closer[]): Promise<void> {
  const { embedded } = await openStores(closers);
  embedded?.supervise();
  await prepareSetup();
  const collector = await startCollector({ begin: startRunner, end: stopRunner });
  closers.push(async () => {
    await stopRunner();
    await collector.stop();
  });
  const { enrolPort } = readEnv();
  const enrolment = await startEnrolment(enrolPort);
  closers.push(() => enrolment.close());
  console.log(`LVS Console: agents enrol at port ${enrolment.port}`);
}

/** A database that cannot be reached yet is waited for; anything else it says is final. */
async function untilReachable<Value>(work: () => Promise<Value>): Promise<Value> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isUnreachable(error)) throw error;
      console.error(`database: ${error.message}; trying again`);
      await sleep(databaseRetryMs);
    }
  }
}

/** 57P03: PostgreSQL itself is still starting. */
const unreachableCodes: ReadonlySet<unknown> = new Set([
  "ECONNREFUSED",
  "ENOENT",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EAI_AGAIN",
  "ECONNRESET",
  "57P03",
]);

function isUnreachable(error: unknown): error is Error {
  return error instanceof Error && "code" in error && unreachableCodes.has(error.code);
}

export async function stopConsole(): Promise<void> {
  const closers = globalThis.lvsStarted?.closers.splice(0) ?? [];
  for (const close of closers.toReversed()) {
    await close().catch((error: unknown) => console.error(`stopping: ${String(error)}`));
  }
}

async function stopAndExit(code: number): Promise<void> {
  await Promise.race([stopConsole(), sleep(stopLimitMs)]);
  process.exit(code);
}
