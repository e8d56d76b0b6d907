import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { EventBounds } from "@lvs/core/fleet/event-limit";
import type { FindingNews } from "@lvs/core/fleet/follow-findings";
import { database, db } from "./db.ts";
import { makeEventQueue, type QueueParts } from "./event-queue.ts";
import { callAs, makeCluster, makePerson, openTestConsole, type TestConsole } from "./testing/console.ts";

/** Events on a real PostgreSQL: under a flood, with the database away, and with one that it does not take. */

let opened: TestConsole;
let directorId: string;
beforeAll(async () => {
  opened = await openTestConsole();
  vi.spyOn(console, "error").mockImplementation(() => undefined);
});
afterAll(() => opened.close());
beforeEach(async () => {
  await db().director.deleteMany();
  directorId = await register();
});

async function register(): Promise<string> {
  const id = randomUUID();
  const clusterId = await makeCluster();
  const rest = { address: "192.0.2.5", port: 1, fingerprint: id, certificatePem: "" };
  await db().director.create({ data: { id, clusterId, name: id, ...rest } });
  return id;
}

const bounds: EventBounds = {
  subject: { burst: 3, everyMs: 10_000 },
  findingKind: { burst: 5, everyMs: 10_000 },
  kind: { burst: 50, everyMs: 5_000 },
  director: { burst: 60, everyMs: 2_000 },
};

let count = 0;
const event = (change: Partial<FindingNews["event"]> & { sourceId?: string } = {}): FindingNews => {
  count += 1;
  const { sourceId = `e:${count}`, ...rest } = change;
  const usual = { atMs: 1_000 + count, kind: "realServerDown" as const, subject: `10.0.0.${count}:80` };
  return { directorId, sourceId, event: { ...usual, detail: "", ...rest } };
};

/** A queue by a clock of the test's own. */
const queueOf = (parts: QueueParts = {}) => {
  const at = { nowMs: 0 };
  return { at, queue: makeEventQueue({ bounds, nowMs: () => at.nowMs, ...parts }) };
};

const kept = async () =>
  (await db().event.findMany({ where: { directorId }, orderBy: { id: "asc" } })).map(
    ({ countedEvents, countedOverMs, subject }) => ({ subject, countedEvents, countedOverMs }),
  );

describe("the record", () => {
  it("has the first lines of a flood and one count of the rest, which the list of events says", async () => {
    const { at, queue } = queueOf();
    for (let index = 0; index < 415; index += 1) {
      at.nowMs = index * 100;
      queue.add(event({ subject: "10.0.0.1:80", kind: "serviceDown" }));
    }
    expect(queue.sayCounts()).toEqual([]);
    at.nowMs += 60_000;
    const said = queue.sayCounts();
    await queue.finish();
    const rows = await kept();
    const sum = rows.reduce((all, { countedEvents }) => all + (countedEvents ?? 1), 0);
    expect(sum).toBe(415);
    expect(said).toHaveLength(1);
    const viewer = await makePerson("viewer");
    const { events } = await callAs(viewer).events.list({ directorId, kinds: ["serviceDown"] });
    expect(events[0]).toMatchObject({
      kind: "serviceDown",
      subject: "10.0.0.1:80",
      counted: { events: 415 - (rows.length - 1) },
    });
    expect(events.slice(1).every(({ counted }) => counted === undefined)).toBe(true);
  });

  it("has the events in the order they came, however many are written at once", async () => {
    const { queue } = queueOf();
    const all = Array.from({ length: 40 }, () => event());
    for (const each of all) queue.add(each);
    await queue.finish();
    expect((await kept()).map(({ subject }) => subject)).toEqual(
      all.map(({ event: { subject } }) => subject),
    );
  });

  it("has the counts of whoever hands it over, at once", async () => {
    const { queue } = queueOf();
    for (let index = 0; index < 10; index += 1) queue.add(event({ subject: "a" }));
    queue.handOver();
    await queue.finish();
    expect((await kept()).map(({ countedEvents }) => countedEvents)).toEqual([null, null, null, 7]);
  });

  it("has no open beginning of a finding whose beginning was counted", async () => {
    const { queue } = queueOf();
    const finding = (mark: "began" | "ended", index: number): FindingNews =>
      event({
        sourceId: `${mark} 5 eth0/stranger ${index}`,
        kind: mark === "began" ? "strangerBegan" : "strangerEnded",
        subject: `VI_1 51 10.9.0.${index}`,
      });
    for (const mark of ["began", "ended"] as const)
      for (let index = 0; index < 20; index += 1) queue.add(finding(mark, index));
    await queue.finish();
    const rows = await db().event.findMany({ where: { directorId, countedEvents: null } });
    const began = rows.filter(({ kind }) => kind === "strangerBegan").map(({ subject }) => subject);
    const ended = rows.filter(({ kind }) => kind === "strangerEnded").map(({ subject }) => subject);
    expect(began).toHaveLength(5);
    expect(ended).toEqual(began);
  });
});

describe("with the database away", () => {
  it("what waits for too long is counted, and all of it is said when the database is back", async () => {
    let isAway = true;
    const written: FindingNews[] = [];
    const insert = (batch: readonly FindingNews[]): Promise<void> => {
      if (isAway) return Promise.reject(new Error("connection terminated"));
      written.push(...batch);
      return Promise.resolve();
    };
    const { queue } = queueOf({ insert, mostWaiting: 20 });
    for (let index = 0; index < 45; index += 1) {
      queue.add(event());
      await Promise.resolve();
    }
    await vi.waitFor(() => expect(written).toEqual([]));
    isAway = false;
    await queue.finish();
    const sum = written.reduce((all, { event: each }) => all + (each.counted?.events ?? 1), 0);
    expect(sum).toBe(45);
    expect(written.filter(({ event: { counted } }) => counted === undefined).length).toBeLessThanOrEqual(20);
  });
});

describe("an event that the database does not take", () => {
  it("does not keep the others out: it is counted", async () => {
    await database().pool.query(`alter table "Event" add constraint refusing check (subject <> 'refused')`);
    const { queue } = queueOf();
    const all = [event(), event(), event({ subject: "refused", kind: "serviceUp" }), event(), event()];
    for (const each of all) queue.add(each);
    await queue.finish();
    await database().pool.query(`alter table "Event" drop constraint refusing`);
    expect((await kept()).map(({ countedEvents, subject }) => [subject, countedEvents])).toEqual([
      ...all
        .filter(({ event: { kind } }) => kind !== "serviceUp")
        .map(({ event: { subject } }) => [subject, null]),
      ["", 1],
    ]);
  });

  it("is written where only its text is: without NUL, and no longer than an index takes", async () => {
    const { queue } = queueOf();
    const random = Array.from({ length: 4_000 }, () => randomUUID()[0]).join("");
    queue.add(event({ subject: "with \0 inside", detail: random, sourceId: random, atMs: Number.MAX_VALUE }));
    await queue.finish();
    expect(await kept()).toMatchObject([{ subject: "with  inside", countedEvents: null }]);
  });

  it("of a director that was removed meanwhile goes with it", async () => {
    const { queue } = queueOf();
    queue.add({ ...event(), directorId: "removed" });
    queue.add(event());
    await queue.finish();
    expect(await kept()).toHaveLength(1);
    expect((await database().pool.query(`select 1 from "Event"`)).rowCount).toBe(1);
  });
});

describe("the list of events", () => {
  const list = async (question: Parameters<ReturnType<typeof callAs>["events"]["list"]>[0]) => {
    const { events } = await callAs(await makePerson("viewer")).events.list(question);
    return events.map(({ subject }) => subject);
  };

  it("is asked by time, by kind and by text, each as it was typed", async () => {
    const { queue } = queueOf();
    const add = (subject: string, atMs: number, detail = ""): void =>
      queue.add(event({ subject, atMs, detail, kind: atMs < 3_000 ? "serviceUp" : "serviceDown" }));
    add("TCP 10.0.0.1:80", 1_000, "50% of a_b");
    add("TCP 10.0.0.2:80", 2_000, "50 of axb");
    add("UDP 10.0.0.2:53", 3_000);
    add(String.raw`back\slash`, 4_000);
    await queue.finish();
    expect(await list({ fromMs: 2_000, toMs: 4_000 })).toEqual(["UDP 10.0.0.2:53", "TCP 10.0.0.2:80"]);
    expect(await list({ text: "tcp 10.0.0.2" })).toEqual(["TCP 10.0.0.2:80"]);
    expect(await list({ text: "0% OF" })).toEqual(["TCP 10.0.0.1:80"]);
    expect(await list({ text: "a_b" })).toEqual(["TCP 10.0.0.1:80"]);
    expect(await list({ text: String.raw`k\s` })).toEqual([String.raw`back\slash`]);
    expect(await list({ text: "\0" })).toEqual([]);
    expect(await list({ kinds: ["serviceUp"], text: "10.0.0.2" })).toEqual(["TCP 10.0.0.2:80"]);
  });

  it("refuses a time that is none", async () => {
    const call = callAs(await makePerson("viewer"));
    await expect(call.events.list({ fromMs: 1.5 })).rejects.toThrow(/BAD_REQUEST|int/u);
    await expect(call.events.list({ toMs: -1 })).rejects.toThrow();
    await expect(call.events.list({ text: "x".repeat(201) })).rejects.toThrow();
  });
});
