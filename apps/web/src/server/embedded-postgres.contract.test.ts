import { readFile, chmod, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { startEmbeddedPostgres, type EmbeddedPostgres } from "./embedded-postgres.ts";
import { readEnv } from "./env.ts";
import { openKeyFile } from "./key-file.ts";

let dataDir: string;
let running: EmbeddedPostgres | undefined;
beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), "lvs-console-postgres-"));
});
afterEach(async () => {
  await running?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

async function start(): Promise<EmbeddedPostgres> {
  running = await startEmbeddedPostgres({ ...readEnv(), dataDir }, await openKeyFile(dataDir));
  return running;
}

async function ask(postgres: EmbeddedPostgres, sql: string): Promise<unknown[]> {
  const client = new pg.Client(postgres.options);
  client.on("error", () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(sql);
    return rows;
  } finally {
    await client.end();
  }
}

async function dataOf(postgres: EmbeddedPostgres): Promise<string> {
  const [row] = await ask(postgres, "select current_setting('data_directory') as at");
  if (typeof row !== "object" || row === null) throw new Error("no answer");
  return String(Reflect.get(row, "at"));
}

async function serverPid(postgres: EmbeddedPostgres): Promise<number> {
  const text = await readFile(path.join(await dataOf(postgres), "postmaster.pid"), "utf8");
  return Number(text.split("\n")[0]);
}

const openDirectory = (): Promise<void> => chmod(dataDir, 0o755);

describe("the console's own PostgreSQL", () => {
  it("listens on no network, and lets nobody in without the password of the key file", async () => {
    await openDirectory();
    const postgres = await start();
    expect(await ask(postgres, "select current_setting('listen_addresses') as at")).toEqual([{ at: "" }]);
    const other = { ...postgres, options: { ...postgres.options, password: "guessed" } };
    await expect(ask(other, "select 1")).rejects.toThrow(/password authentication failed/u);
  });

  it("says in the console's log what happens to it, and of a statement's own error nothing", async () => {
    await openDirectory();
    const lines: string[] = [];
    const log = vi.spyOn(console, "error").mockImplementation((text) => void lines.push(String(text)));
    try {
      const postgres = await start();
      await expect(ask(postgres, "select 'told' from nowhere")).rejects.toThrow(/nowhere/u);
      process.kill(await serverPid(postgres), "SIGHUP");
      await vi.waitFor(() => expect(lines.join("\n")).toMatch(/^postgres: .*received SIGHUP/mu), 10_000);
      expect(lines.join("\n")).not.toContain("told");
    } finally {
      log.mockRestore();
    }
  });

  it("is adopted by the next console where the one before was killed, and kept when it was not", async () => {
    await openDirectory();
    const first = await start();
    await ask(first, "create table t as select 1 as a");
    const second = await start();
    expect([first.wasAdopted, second.wasAdopted]).toEqual([false, true]);
    expect(await ask(second, "select * from t")).toEqual([{ a: 1 }]);
  });

  it("comes back with everything committed after it was killed itself", async () => {
    await openDirectory();
    const first = await start();
    await ask(first, "create table t (a int)");
    const pid = await serverPid(first);
    await ask(first, "insert into t values (1)");
    first.supervise();
    process.kill(pid, "SIGKILL");
    await vi.waitFor(async () => expect(await ask(first, "select * from t")).toEqual([{ a: 1 }]), {
      timeout: 15_000,
      interval: 200,
    });
    expect(await serverPid(first)).not.toBe(pid);
  });

  it("runs as somebody else than root, also below a directory that is closed to everybody else", async () => {
    await chmod(dataDir, 0o700);
    const postgres = await start();
    const pid = await serverPid(postgres);
    expect((await stat(`/proc/${pid}`)).uid).not.toBe(0);
    expect(await ask(postgres, "select 1 as a")).toEqual([{ a: 1 }]);
    const data = await dataOf(postgres);
    await postgres.stop();
    if (data.startsWith(dataDir)) return;
    // A data directory made anew in the same place begins with a database of its own.
    await rm(path.join(dataDir, "secret.key"));
    const fresh = await start();
    const freshData = await dataOf(fresh);
    await fresh.stop();
    expect(freshData).not.toBe(data);
    for (const at of [data, freshData]) await rm(path.dirname(at), { recursive: true });
  });

  it("says that the key file is another one", async () => {
    await openDirectory();
    await (await start()).stop();
    await rm(path.join(dataDir, "secret.key"));
    await expect(start()).rejects.toThrow(/password authentication failed/u);
  });
});
