import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { factsOf, fixtureCluster } from "@lvs/core/workflow/cluster.fixture";
import { planFailOver } from "@lvs/core/workflow/fail-over";
import { POST as postAuth } from "@/app/api/auth/[...all]/route";
import { GET as getTrpc, POST as postTrpc } from "@/app/api/trpc/[trpc]/route";
import { database, db, openDatabase, queryAtLeisure } from "./db.ts";
import { isDatabaseAway } from "./database-away.ts";
import { currentFleet, setRegistered } from "./live.ts";
import { resumeEvents, startRun, startRunner, stopRunner, tellRun } from "./runner/runner.ts";
import { mayStillWatch } from "./sessions.ts";
import { makeCluster, makePerson, openTestConsole, password, type TestConsole } from "./testing/console.ts";

const origin = "http://console.example:3000";
const headers = { "content-type": "application/json", host: "console.example:3000", origin };

let opened: TestConsole;
let cookie: string;
beforeAll(async () => {
  opened = await openTestConsole();
  const { email } = await makePerson("admin");
  const body = JSON.stringify({ email, password });
  const answer = await postAuth(
    new Request(`${origin}/api/auth/sign-in/email`, { method: "POST", headers, body }),
  );
  cookie = answer.headers.getSetCookie()[0]?.split(";")[0] ?? "";
});
afterAll(() => opened.close());

const get = (path: string) => getTrpc(new Request(`${origin}/api/trpc/${path}`, { headers: { cookie } }));
const post = (path: string, input: unknown) =>
  postTrpc(
    new Request(`${origin}/api/trpc/${path}`, {
      method: "POST",
      headers: { ...headers, cookie },
      body: JSON.stringify(input),
    }),
  );

/** The console as it is while nobody listens where its database was. */
async function whileAway(options: object, look: () => Promise<void>): Promise<void> {
  const { options: back } = database();
  const there = globalThis.lvsDatabase;
  openDatabase({ ...back, ...options });
  globalThis.lvsAuth = undefined;
  try {
    await look();
  } finally {
    await database().pool.end();
    globalThis.lvsDatabase = there;
    globalThis.lvsAuth = undefined;
  }
}

describe.each([
  ["a port that nobody listens on", { host: "127.0.0.1", port: 1 }],
  ["a socket that is not there", { host: "/nonexistent", port: 5432 }],
])("a database behind %s", (_, options) => {
  it("is said to be away to whoever asks, reads or changes, and is not taken for a sign-in that ended", async () => {
    expect((await get("users.me")).status).toBe(200);
    await whileAway(options, async () => {
      for (const answer of [await get("users.me"), await post("workflows.pause", { runId: "r" })]) {
        expect(answer.status).toBe(503);
        expect(await answer.json()).toMatchObject({ error: { data: { problem: "databaseUnavailable" } } });
      }
    });
    expect((await get("users.me")).status).toBe(200);
  });

  it("is known by every error that its two doors throw", async () => {
    await whileAway(options, async () => {
      const failures = await Promise.allSettled([
        db().run.findFirst(),
        database().pool.query("select 1"),
        db().$transaction([db().run.findFirst()]),
      ]);
      expect(
        failures.map((each) => (each.status === "rejected" ? isDatabaseAway(each.reason) : "answered")),
      ).toEqual([true, true, true]);
    });
  });
});

it("a database that takes connections and does not answer is away as well, and is there again when it does", async () => {
  await whileAway({ query_timeout: 300 }, async () => {
    const failures = await Promise.allSettled([
      database().pool.query("select pg_sleep(3)"),
      db().$queryRaw`select pg_sleep(3)::text`,
    ]);
    expect(
      failures.map((each) => (each.status === "rejected" ? isDatabaseAway(each.reason) : "answered")),
    ).toEqual([true, true]);
    expect((await get("users.me")).status).toBe(200);
  });
});

it("work that nobody waits for may take longer than an answer", async () => {
  await whileAway({ query_timeout: 200 }, async () => {
    await expect(queryAtLeisure("select pg_sleep($1)", [0.5])).resolves.toMatchObject({ rowCount: 1 });
  });
});

it("a search that takes too long is stopped and says so, and is not taken for a database that is away", async () => {
  const holder = await database().pool.connect();
  try {
    await holder.query('begin; lock table "Event" in access exclusive mode');
    const answer = await get(`events.list?input=${encodeURIComponent('{"text":"x"}')}`);
    expect(answer.status).toBe(408);
    expect(await answer.json()).toMatchObject({ error: { data: { problem: "databaseSlow" } } });
    expect((await get("users.me")).status).toBe(200);
  } finally {
    await holder.query("rollback");
    holder.release();
  }
});

it("a run that cannot be recorded pauses where it stands, says why, and goes on when a person says so", async () => {
  const clusterId = await makeCluster();
  const facts = { ...factsOf(fixtureCluster()), clusterId };
  await startRunner();
  const { id } = await startRun(planFailOver({ kind: "failOver", clusterId }, facts), "ann");
  const now = () => currentFleet().runs.find((run) => run.id === id);
  try {
    await vi.waitFor(() => expect(now()?.status).toBe("waiting"));
    await whileAway({ host: "127.0.0.1", port: 1 }, async () => {
      const clusters = [{ id: clusterId, name: "cdn" }];
      const directors = facts.directors.map((each) => ({
        id: each.id,
        name: each.name,
        clusterId,
        address: "192.0.2.11",
        port: 1,
      }));
      setRegistered({ clusters, directors, realServers: [] });
      await vi.waitFor(() =>
        expect(now()).toMatchObject({ status: "paused", pauseReason: { code: "recordFailed" } }),
      );
      expect(now()?.pauseReason?.detail).toMatch(/^Can't reach database server at [^\n]+$/u);
    });
    const open = now();
    if (open === undefined) throw new Error("the run is gone");
    expect((await tellRun(id, (run) => resumeEvents(run, "ann")))?.status).toBe("running");
    await vi.waitFor(() =>
      expect(now()?.pauseReason?.waitsFor?.map(({ code }) => code)).toContain("agentLost"),
    );
  } finally {
    await stopRunner();
  }
});

it("a run that this console has let go of is not shown as running, and is again when it is taken up", async () => {
  const clusterId = await makeCluster();
  const facts = { ...factsOf(fixtureCluster()), clusterId };
  await startRunner();
  const { id } = await startRun(planFailOver({ kind: "failOver", clusterId }, facts), "ann");
  const now = () => currentFleet().runs.find((run) => run.id === id);
  await vi.waitFor(() => expect(now()?.pauseReason?.code).toBe("factsUnknown"));
  await stopRunner();
  expect(now()).toMatchObject({ status: "waiting", pauseReason: { code: "notDriven" } });
  await startRunner();
  try {
    expect(now()?.pauseReason?.code).not.toBe("notDriven");
  } finally {
    await stopRunner();
  }
});

it("whoever watches the stream goes on watching while nobody can end the session, and no longer once it is ended", async () => {
  const { id } = await db().session.findFirstOrThrow();
  expect(await mayStillWatch(id)).toBe(true);
  await whileAway({ host: "127.0.0.1", port: 1 }, async () => {
    expect(await mayStillWatch(id)).toBe(true);
  });
  await db().session.update({ where: { id }, data: { expiresAt: new Date(Date.now() - 1) } });
  expect(await mayStillWatch(id)).toBe(false);
  await db().session.delete({ where: { id } });
  expect(await mayStillWatch(id)).toBe(false);
});

it("a refusal of the database's own, a file that is missing and a machine that was not reached are not its absence", async () => {
  const refused = await database()
    .pool.query("select nothing")
    .catch((error: unknown) => error);
  const file = Object.assign(new Error("ENOENT: no such file"), { code: "ENOENT", syscall: "open" });
  expect([refused, file, new Error("no"), "text"].map((each) => isDatabaseAway(each))).toEqual([
    false,
    false,
    false,
    false,
  ]);
});
