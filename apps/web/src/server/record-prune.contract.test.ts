import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { FleetEvent } from "@lvs/core/fleet/fleet-event";
import { sampleFleet } from "@lvs/core/fleet/sample-fleet";
import type { FindingNews } from "@lvs/core/fleet/follow-findings";
import { database, db } from "./db.ts";
import { readEnv } from "./env.ts";
import { makeFindingLog } from "./finding-log.ts";
import { pruneRecord } from "./record-prune.ts";
import { makeCluster, openTestConsole, type TestConsole } from "./testing/console.ts";

/** What goes out of the record with time, on a real PostgreSQL. */

let opened: TestConsole;
let directorId: string;
beforeAll(async () => {
  opened = await openTestConsole();
});
afterAll(() => opened.close());
beforeEach(async () => {
  await db().director.deleteMany();
  directorId = randomUUID();
  const clusterId = await makeCluster();
  const rest = { address: "192.0.2.5", port: 1, fingerprint: directorId, certificatePem: "" };
  await db().director.create({ data: { id: directorId, clusterId, name: directorId, ...rest } });
});

const dayMs = 24 * 60 * 60_000;
const nowMs = Date.now();
const daysAgo = (days: number): Date => new Date(nowMs - days * dayMs);

const keep = (
  keptDaysAgo: number,
  sourceId: string,
  {
    kind = "realServerDown",
    atDaysAgo = keptDaysAgo,
  }: { kind?: FleetEvent["kind"]; atDaysAgo?: number } = {},
) =>
  db().event.create({
    data: {
      directorId,
      sourceId,
      kind,
      subject: "s",
      detail: "",
      at: daysAgo(atDaysAgo),
      keptAt: daysAgo(keptDaysAgo),
    },
  });

const prune = (mayGoOn = () => true) => pruneRecord({ nowMs, keptDays: 400, mayGoOn });
const kept = async (): Promise<string[]> =>
  (await db().event.findMany({ orderBy: { sourceId: "asc" } })).map(({ sourceId }) => sourceId);

const stranger = "5 eth0/stranger c VI_1 192.0.2.99";
const began = (days: number, key = stranger) => keep(days, `began ${key}`, { kind: "strangerBegan" });
const ended = (days: number, key = stranger) => keep(days, `ended ${key}`, { kind: "strangerEnded" });

describe("events", () => {
  it("go when they were kept for longer than the bound, and not a day sooner", async () => {
    await keep(401, "old");
    await keep(399, "young");
    await prune();
    expect(await kept()).toEqual(["young"]);
  });

  it("stay their time by the console's clock, whatever the director's says", async () => {
    await keep(1, "of a director whose clock stands at 1970", { atDaysAgo: 20_000 });
    await keep(401, "of one whose clock is ahead", { atDaysAgo: -3_000 });
    await prune();
    expect(await kept()).toEqual(["of a director whose clock stands at 1970"]);
  });

  it("that begin a finding stay while it is open, however old: another console finds it open, and ends it", async () => {
    await began(4_000);
    await began(4_000, "6 eth0/over");
    await ended(3_999, "6 eth0/over");
    await prune();
    await prune();
    expect(await kept()).toEqual([`began ${stranger}`]);

    const news: FindingNews[] = [];
    const log = makeFindingLog((each) => news.push(each));
    const fleet = sampleFleet();
    const [director] = fleet.directors;
    if (director === undefined) throw new Error("no director in the sample");
    await log.look({ ...fleet, directors: [{ ...director, id: directorId }] });
    expect(news.map(({ sourceId }) => sourceId)).toContain(`ended ${stranger}`);
  });

  it("that begin a finding stay as long as its end does", async () => {
    await began(4_000);
    await ended(10);
    await prune();
    expect(await kept()).toEqual([`began ${stranger}`, `ended ${stranger}`]);
  });

  it("of what is over never leave a beginning that looks open, in whatever order they came", async () => {
    await ended(600);
    await began(500);
    // The end is the older row: it may not go alone.
    await pruneRecord({ nowMs, keptDays: 550, mayGoOn: () => true });
    expect(await kept()).toEqual([`began ${stranger}`, `ended ${stranger}`]);
    await prune();
    await prune();
    expect(await kept()).toEqual([]);
  });

  it("go in batches, all of them, and only while the record is this console's", async () => {
    await database().pool.query(
      `insert into "Event" ("directorId", "sourceId", at, "keptAt", kind, subject, detail)
       select $1, 'e:' || n, $2, $2, 'realServerDown', 's', '' from generate_series(1, 3500) as n`,
      [directorId, daysAgo(500)],
    );
    let asked = 0;
    await prune(() => (asked += 1) <= 2);
    expect(await kept()).toHaveLength(1_500);
    await prune(() => false);
    expect(await kept()).toHaveLength(1_500);
    await prune();
    expect(await kept()).toEqual([]);
  });
});

describe("texts of keepalived.conf", () => {
  const version = (sha256: string, days: number) =>
    db().configVersion.create({ data: { directorId, sha256, text: sha256, seenAt: daysAgo(days) } });
  const versions = async (): Promise<string[]> =>
    (await db().configVersion.findMany({ orderBy: { id: "asc" } })).map(({ sha256 }) => sha256);

  it("go when the next one is older than the bound; what was true within it stays, and the newest always", async () => {
    await version("a", 900);
    await version("b", 800);
    await version("c", 500);
    await version("d", 100);
    await prune();
    expect(await versions()).toEqual(["c", "d"]);
    await pruneRecord({ nowMs, keptDays: 1, mayGoOn: () => true });
    expect(await versions()).toEqual(["d"]);
  });
});

it("the audit log is never pruned", async () => {
  await db().auditEntry.create({
    data: { at: daysAgo(5_000), actor: "a@example.com", procedure: "p", input: {}, outcome: "done" },
  });
  await prune();
  expect(await db().auditEntry.count({ where: { at: daysAgo(5_000) } })).toBe(1);
});

describe("the bound", () => {
  const asked = (text: string | undefined): number => {
    if (text === undefined) delete process.env["LVS_CONSOLE_EVENTS_KEPT_DAYS"];
    else process.env["LVS_CONSOLE_EVENTS_KEPT_DAYS"] = text;
    try {
      return readEnv().eventsKeptDays;
    } finally {
      delete process.env["LVS_CONSOLE_EVENTS_KEPT_DAYS"];
    }
  };

  it("is 400 days unless it is set", () => {
    expect([asked(undefined), asked(""), asked("30")]).toEqual([400, 400, 30]);
  });

  it.each(["0", "-1", "1.5", "for ever"])("of %s is refused by name", (text) => {
    expect(() => asked(text)).toThrow(/LVS_CONSOLE_EVENTS_KEPT_DAYS/u);
  });
});
