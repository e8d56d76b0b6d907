import { createHash, randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import pg from "pg";
import { findUpwards } from "./find-upwards.ts";

/**
 * Plain Prisma migrations, applied at start: one session lock so that two consoles do not do it at once, each file in one
 * transaction together with its row in `_prisma_migrations`, which stays as `prisma migrate` would have written it.
 */

export interface MigrationFile {
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of the file, lower-case hex: Prisma's own measure. */
  readonly checksum: string;
}

interface Row {
  readonly migration_name: string;
  readonly checksum: string;
  readonly finished_at: Date | null;
  readonly rolled_back_at: Date | null;
}

const table = `create table if not exists "_prisma_migrations" (
  id varchar(36) primary key not null,
  checksum varchar(64) not null,
  finished_at timestamptz,
  migration_name varchar(255) not null,
  logs text,
  rolled_back_at timestamptz,
  started_at timestamptz not null default now(),
  applied_steps_count integer not null default 0
)`;

/** Prisma's own lock (`migrate deploy` takes the same), so that the two exclude each other. */
const lockKey = 72_707_369;

export async function readMigrations(from?: string): Promise<MigrationFile[]> {
  const directory = from ?? (await findUpwards("prisma/migrations"));
  if (directory === undefined) throw new Error("prisma/migrations is missing beside the console");
  const entries = await readdir(directory, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.toSorted().map(async (name) => {
      const sql = await readFile(path.join(directory, name, "migration.sql"), "utf8");
      return { name, sql, checksum: createHash("sha256").update(sql).digest("hex") };
    }),
  );
}

/** Returns the names applied now. Throws in words where the database is not one that these files lead to. */
export async function applyMigrations(
  options: pg.ClientConfig,
  files: readonly MigrationFile[],
): Promise<string[]> {
  const client = new pg.Client({ connectionTimeoutMillis: 10_000, ...options });
  // Without this a server that ends in between would end the process; the query under way fails anyway.
  client.on("error", () => undefined);
  await client.connect();
  try {
    await client.query("select pg_advisory_lock($1)", [lockKey]);
    await client.query(table);
    const { rows } = await client.query<Row>(
      "select migration_name, checksum, finished_at, rolled_back_at from _prisma_migrations order by started_at",
    );
    const todo = compare(
      files,
      rows.filter((row) => row.rolled_back_at === null),
    );
    for (const file of todo) await applyOne(client, file);
    return todo.map((file) => file.name);
  } finally {
    await client.end();
  }
}

function compare(files: readonly MigrationFile[], rows: readonly Row[]): MigrationFile[] {
  const known = new Map(files.map((file) => [file.name, file]));
  for (const row of rows) {
    const file = known.get(row.migration_name);
    if (file === undefined) {
      throw new Error(
        `the database has migration ${row.migration_name}, which this console does not know: it is of a newer one`,
      );
    }
    if (row.finished_at === null) {
      throw new Error(
        `migration ${row.migration_name} was begun and not finished; put the database back from a backup`,
      );
    }
    if (row.checksum !== file.checksum) {
      throw new Error(`migration ${row.migration_name} was changed after it had been applied`);
    }
  }
  const applied = new Set(rows.map((row) => row.migration_name));
  return files.filter((file) => !applied.has(file.name));
}

async function applyOne(client: pg.Client, { name, sql, checksum }: MigrationFile): Promise<void> {
  await client.query("begin");
  try {
    await client.query(sql);
    await client.query(
      `insert into _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
       values ($1, $2, $3, clock_timestamp(), 1)`,
      [randomUUID(), checksum, name],
    );
    await client.query("commit");
  } catch (cause) {
    await client.query("rollback");
    throw new Error(
      `migration ${name} failed and was taken back: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
}
