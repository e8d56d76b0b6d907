import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { database, db } from "./db.ts";
import type { SampleRow } from "./sampler.ts";
import { readGraph, readSeries } from "./samples-read.ts";
import { makeSampleWriter, prune, rollUp } from "./samples-write.ts";
import { makeCluster, openTestConsole, type TestConsole } from "./testing/console.ts";

let opened: TestConsole;
let directorId: string;
beforeAll(async () => {
  opened = await openTestConsole();
});
afterAll(() => opened.close());
beforeEach(async () => {
  await db().director.deleteMany();
  directorId = randomUUID();
  await db().director.create({
    data: {
      id: directorId,
      clusterId: await makeCluster(),
      name: directorId,
      address: "192.0.2.5",
      port: 1,
      fingerprint: directorId,
      certificatePem: "",
    },
  });
});

const row = (service: string, destination: string, value: number): SampleRow => ({
  directorId,
  service,
  destination,
  rates: {
    connectionsPerSecond: value,
    inPacketsPerSecond: 0,
    outPacketsPerSecond: 0,
    inBytesPerSecond: value * 1_000,
    outBytesPerSecond: 0,
  },
  active: value,
  inactive: 0,
});

/** A full quarter of an hour some time ago, so that every span has finished. */
const baseMs = Math.floor(Date.now() / 900_000) * 900_000 - 1_800_000;

const graph = (part: {
  service?: string;
  destination?: string;
  fromMs: number;
  toMs: number;
  points?: number;
}) => readGraph({ directorId, points: 2_000, ...part });

describe("samples", () => {
  it("come back as points, with gaps as gaps, highest, average and last", async () => {
    const { write } = makeSampleWriter();
    await write(baseMs, [row("a", "", 1), row("a", "rs", 1)]);
    await write(baseMs + 5_000, [row("a", "", 5)]);
    await write(baseMs + 15_000, [row("a", "", 3)]);
    const found = await graph({ service: "a", fromMs: baseMs, toMs: baseMs + 20_000 });
    expect(found.stepMs).toBe(5_000);
    expect(found.atMs).toEqual([0, 5_000, 10_000, 15_000].map((ms) => baseMs + ms));
    expect(found.metrics.connectionsPerS).toEqual({
      values: [1, 5, null, 3],
      max: 5,
      average: 3,
      current: 3,
    });
    expect(found.metrics.inBytesPerS.values).toEqual([1_000, 5_000, null, 3_000]);
    expect(
      (await graph({ service: "a", destination: "rs", fromMs: baseMs, toMs: baseMs + 10_000 })).metrics.active
        .values,
    ).toEqual([1, null]);
    expect(await readSeries({ directorId, fromMs: baseMs, toMs: baseMs + 1 })).toEqual([
      { service: "a" },
      { service: "a", destination: "rs" },
    ]);
  });

  it("of a whole director are the sum of its virtual services, not of their real servers again", async () => {
    const { write } = makeSampleWriter();
    await write(baseMs, [row("a", "", 1), row("a", "rs", 1), row("b", "", 2)]);
    const found = await graph({ fromMs: baseMs, toMs: baseMs + 5_000 });
    expect(found.metrics.connectionsPerS.values).toEqual([3]);
  });

  it("with fewer points than samples average them and keep the highest", async () => {
    const { write } = makeSampleWriter();
    for (let index = 0; index < 12; index += 1) await write(baseMs + index * 5_000, [row("a", "", index)]);
    const found = await graph({ service: "a", fromMs: baseMs, toMs: baseMs + 60_000, points: 10 });
    expect(found.stepMs).toBe(10_000);
    expect(found.metrics.connectionsPerS).toMatchObject({ values: [0.5, 2.5, 4.5, 6.5, 8.5, 10.5], max: 11 });
  });

  it("are rolled up once, keep averages and peaks, and the fine ones go when their time is over", async () => {
    const { write } = makeSampleWriter();
    for (let index = 0; index < 180; index += 1)
      await write(baseMs + index * 5_000, [row("a", "", index % 12)]);
    await rollUp(Date.now());
    await rollUp(Date.now());
    const counts = await database().pool.query(
      `select "spanS", count(*)::int from "Sample" group by 1 order by 1`,
    );
    expect(counts.rows).toEqual([
      { spanS: 5, count: 180 },
      { spanS: 60, count: 15 },
      { spanS: 900, count: 1 },
    ]);
    const coarse = await db().sample.findFirstOrThrow({ where: { spanS: 900 } });
    expect(coarse).toMatchObject({ connectionsPerS: 5.5, maxConnectionsPerS: 11, at: new Date(baseMs) });
    await prune(Date.now() + 4 * 60 * 60_000);
    const kept = await database().pool.query(`select distinct "spanS" from "Sample" order by 1`);
    expect(kept.rows).toEqual([{ spanS: 60 }, { spanS: 900 }]);
  });

  it("of a director that was removed meanwhile are dropped, those of the others are written", async () => {
    const { write } = makeSampleWriter();
    await write(baseMs, [row("a", "", 1)]);
    await write(baseMs, [{ ...row("gone", "", 1), directorId: "removed" }, row("b", "", 2)]);
    expect((await graph({ fromMs: baseMs, toMs: baseMs + 5_000 })).metrics.active.values).toEqual([3]);
  });

  it("are written fast enough for a table of 20,000 rows, and each of them", async () => {
    const { write } = makeSampleWriter();
    const rows = Array.from({ length: 20_000 }, (_, index) => row("big", `rs${index}`, index));
    await write(baseMs, rows);
    const startMs = performance.now();
    await write(baseMs + 5_000, rows);
    expect(performance.now() - startMs).toBeLessThan(5_000);
    const { rows: counted } = await database().pool.query<{ count: string }>(
      `select count(*) from "Sample" join "Series" on "Series".id = "seriesId" where service = 'big' group by at`,
    );
    expect(counted.map(({ count }) => Number(count))).toEqual([20_000, 20_000]);
  });
});
