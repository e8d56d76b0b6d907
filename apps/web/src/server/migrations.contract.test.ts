import { createHash } from "node:crypto";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Prisma } from "../../../../prisma/generated/client.ts";
import { database } from "./db.ts";
import { applyMigrations, readMigrations, type MigrationFile } from "./migrations.ts";
import { openTestConsole, type TestConsole } from "./testing/console.ts";

let opened: TestConsole;
let options: pg.ClientConfig;
let count = 0;
beforeAll(async () => {
  opened = await openTestConsole();
});
afterAll(() => opened.close());
beforeEach(async () => {
  count += 1;
  await database().pool.query(`create database fresh_${count}`);
  const { host, port, user, password } = database().options;
  options = {
    ...(host === undefined ? {} : { host }),
    ...(port === undefined ? {} : { port }),
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
    database: `fresh_${count}`,
  };
});

function file(name: string, sql: string): MigrationFile {
  return { name, sql, checksum: createHash("sha256").update(sql).digest("hex") };
}

async function ask(sql: string): Promise<unknown[]> {
  const client = new pg.Client(options);
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(sql);
    return rows;
  } finally {
    await client.end();
  }
}

describe("migrations", () => {
  const first = file("1_first", "create table a (id int); insert into a values (1);");
  const second = file("2_second", "create table b (id int);");

  it("are applied once, in order, and recorded as Prisma records them", async () => {
    expect(await applyMigrations(options, [first, second])).toEqual(["1_first", "2_second"]);
    expect(await applyMigrations(options, [first, second])).toEqual([]);
    expect(
      await ask(
        "select migration_name as name, checksum, finished_at >= started_at as finished, applied_steps_count as steps from _prisma_migrations order by started_at",
      ),
    ).toEqual([
      { name: "1_first", checksum: first.checksum, finished: true, steps: 1 },
      { name: "2_second", checksum: second.checksum, finished: true, steps: 1 },
    ]);
  });

  it("are applied once also when four consoles start at once", async () => {
    const applied = await Promise.all([1, 2, 3, 4].map(() => applyMigrations(options, [first, second])));
    expect(applied.flat().toSorted()).toEqual(["1_first", "2_second"]);
    expect(await ask("select * from a")).toEqual([{ id: 1 }]);
  });

  it("leave nothing of one that fails, and keep those before it", async () => {
    const broken = file("2_broken", "create table c (id int); insert into c values ('no number');");
    await expect(applyMigrations(options, [first, broken])).rejects.toThrow(
      /2_broken failed and was taken back/u,
    );
    expect(await ask("select to_regclass('a') is not null as a, to_regclass('c') is not null as c")).toEqual([
      { a: true, c: false },
    ]);
    expect(await ask("select migration_name from _prisma_migrations")).toEqual([
      { migration_name: "1_first" },
    ]);
  });

  it("refuse a file that was changed after it had been applied", async () => {
    await applyMigrations(options, [first]);
    await expect(applyMigrations(options, [file("1_first", "create table z ()")])).rejects.toThrow(
      /was changed/u,
    );
  });

  it("refuse a database of a newer console", async () => {
    await applyMigrations(options, [first, second]);
    await expect(applyMigrations(options, [first])).rejects.toThrow(/newer/u);
  });

  it("make the tables and columns that the client was generated for, and no others", async () => {
    await applyMigrations(options, await readMigrations());
    const rows = await ask(
      `select lower(table_name) || '.' || column_name as name from information_schema.columns
       where table_schema = 'public' and table_name <> '_prisma_migrations'`,
    );
    const models = Object.values(Prisma.ModelName);
    const expected = models.flatMap((model) => {
      const fields: unknown = Reflect.get(Prisma, `${model}ScalarFieldEnum`);
      if (typeof fields !== "object" || fields === null) throw new Error(`no fields of ${model}`);
      return Object.values(fields).map((field) => `${model.toLowerCase()}.${String(field)}`);
    });
    expect(models.length).toBeGreaterThan(15);
    expect(rows).toHaveLength(expected.length);
    expect(new Set(rows)).toEqual(new Set(expected.map((name) => ({ name }))));
  });

  it("let only one run per cluster be open", async () => {
    await applyMigrations(options, await readMigrations());
    await ask(`insert into "Cluster" (id, name) values ('c', 'c')`);
    const open = (id: string, endedAt: string): string =>
      `insert into "Run" (id, "clusterId", "startedBy", document, "endedAt") values ('${id}', 'c', 'x', '{}', ${endedAt})`;
    await ask(open("1", "now()"));
    await ask(open("2", "null"));
    await expect(ask(open("3", "null"))).rejects.toThrow(/run_one_open_per_cluster/u);
  });
});
