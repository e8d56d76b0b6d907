import { expect, test } from "vitest";
import { listInstances } from "./instance-rows.ts";
import type { Fleet } from "./model.ts";
import {
  healthyState,
  sampleConfigured,
  sampleDestination,
  sampleFleet,
  sampleNowMs,
  sampleRealServer,
  sampleService,
} from "./sample-fleet.ts";
import { readTruth } from "./truth.ts";

const kindsOf = (fleet: Fleet, nowMs = sampleNowMs) => readTruth(fleet, nowMs).items.map((item) => item.kind);

const silenced = (fleet: Fleet, name: string, ageMs: number): Fleet => ({
  ...fleet,
  directors: fleet.directors.map((each) =>
    each.name === name ? { ...each, heardAtMs: sampleNowMs - ageMs } : each,
  ),
});

test("a healthy pair has nothing to say", () => {
  expect(readTruth(sampleFleet(), sampleNowMs)).toEqual({
    items: [],
    liveDirectors: 2,
    directors: 2,
    oldestMs: 0,
  });
});

test("one VIP on two directors is a split brain and stands before everything else", () => {
  const second = healthyState(false, { isHeld: true, instance: { state: "FAULT" } });
  const fleet = sampleFleet(healthyState(true), second);
  expect(kindsOf(fleet)).toEqual(["splitBrain", "fault"]);
});

test("both holding for less than a second is a hand-over, not a split brain", () => {
  const address = { address: "192.0.2.1", interface: "eth0", isHeld: true, changedAtMs: sampleNowMs - 400 };
  const fleet = sampleFleet(healthyState(true), healthyState(false, { instance: { addresses: [address] } }));
  expect(kindsOf(fleet)).toEqual([]);
  expect(kindsOf(fleet, sampleNowMs + 700)).toEqual(["splitBrain"]);
});

test("nobody holds the VIP is said only where every director was asked", () => {
  const fleet = sampleFleet(healthyState(true, { isHeld: false }), healthyState(false));
  expect(kindsOf(fleet)).toEqual(["noHolder"]);
  expect(kindsOf(silenced(fleet, "lvs-2", 42_000))).toEqual(["stale"]);
});

test("what a silent director said last is not repeated as true", () => {
  const fleet = sampleFleet(healthyState(true), healthyState(false, { isHeld: true }));
  expect(kindsOf(silenced(fleet, "lvs-1", 5_001))).toEqual(["stale"]);
  expect(kindsOf(silenced(fleet, "lvs-1", 4_900))).toEqual(["splitBrain"]);
});

test("the same real server out on both directors is one fact", () => {
  const out = {
    destinations: [sampleDestination("192.0.2.101")],
    verdicts: [
      {
        service: sampleService([]).id,
        address: "192.0.2.102",
        port: 80,
        verdict: "down" as const,
        sinceMs: 1,
      },
    ],
  };
  expect(kindsOf(sampleFleet(healthyState(true, out), healthyState(false, out)))).toEqual(["removed"]);
});

test("files that must match and do not are one difference per keyword", () => {
  const second = healthyState(false, {
    configured: sampleConfigured(
      [sampleRealServer("192.0.2.101"), sampleRealServer("192.0.2.102", { weight: 50 })],
      {
        routerId: "lvs-2",
        priority: 150,
        isMaster: false,
        service: { persistenceTimeoutS: 20 },
      },
    ),
  });
  const [item] = readTruth(sampleFleet(healthyState(true), second), sampleNowMs).items;
  expect(item).toMatchObject({ kind: "pairDiffers", differences: 2 });
});

test("keepalived dead with its VIP still held is said as an orphaned VIP", () => {
  const first = healthyState(true, { instance: { state: "STOP", isOrphaned: true } });
  expect(kindsOf(sampleFleet(first))).toEqual(["orphaned"]);
});

test("the fleet's row names MASTER, holders and what its real servers carry, wrong rows first", () => {
  const broken = healthyState(true, {
    destinations: [sampleDestination("192.0.2.101", { activeConnections: 7 })],
  });
  const fleet = sampleFleet(broken);
  const truth = readTruth(fleet, sampleNowMs);
  const [row] = listInstances(fleet, truth, sampleNowMs);
  expect(row).toMatchObject({
    instance: "VI_1",
    vips: ["192.0.2.1"],
    serving: { inTable: 1, total: 2, activeConnections: 7 },
  });
  expect(row?.holders.map((each) => each.name)).toEqual(["lvs-1"]);
  expect(row?.seats.map((seat) => [seat.director.name, seat.state, seat.priority])).toEqual([
    ["lvs-1", "MASTER", 180],
    ["lvs-2", "BACKUP", 150],
  ]);
});

test("a cluster of which nothing was heard yet still has a row", () => {
  const fleet = sampleFleet();
  const mute: Fleet = {
    ...fleet,
    directors: fleet.directors.map(({ id, name, clusterId, address, port, connection }) => ({
      id,
      name,
      clusterId,
      address,
      port,
      connection,
    })),
  };
  const [row] = listInstances(mute, readTruth(mute, sampleNowMs), sampleNowMs);
  expect(row).toMatchObject({ instance: "", serving: undefined, age: { freshness: "never" } });
});

test("what a hand did to a director's table is one item with its count, and what the console did is none", () => {
  const byHand = healthyState(true, {
    destinations: [sampleDestination("192.0.2.101", { weight: 3 }), sampleDestination("192.0.2.109")],
    verdicts: ["192.0.2.101", "192.0.2.102"].map((address) => ({
      service: sampleService([]).id,
      address,
      port: 80,
      verdict: "up",
    })),
  });
  expect(readTruth(sampleFleet(byHand), sampleNowMs).items).toMatchObject([
    { kind: "drift", director: { name: "lvs-1" }, count: 3 },
  ]);
  if (byHand.drift.status !== "known") throw new Error("the sample compares");
  const items = byHand.drift.value.items.map((item) => ({ ...item, by: "console" as const }));
  const ours = { ...byHand, drift: { ...byHand.drift, value: { items, count: 0 } } };
  expect(kindsOf(sampleFleet(ours))).toEqual([]);
});

test("a director whose picture is on its way is said to be loaded: neither stale nor one of which nothing is wrong", () => {
  const fleet = sampleFleet();
  const [first, second] = fleet.directors;
  if (first === undefined || second === undefined) throw new Error("the sample has two directors");
  const { address, clusterId, connection, id, name, port } = second;
  const coming = { id, name, clusterId, address, port, connection, isComing: true as const };
  const truth = readTruth({ ...fleet, directors: [first, coming] }, sampleNowMs);
  expect(truth.items.map(({ kind }) => kind)).toEqual(["coming"]);
  const old = { ...second, isComing: true as const, heardAtMs: sampleNowMs - 60_000 };
  const later = readTruth({ ...fleet, directors: [first, old] }, sampleNowMs);
  expect(later.items.map(({ kind }) => kind)).toContain("stale");
});

test("a certificate that ends is told thirty days before, also of a director that is silent, and not of a revoked one", () => {
  const dayMs = 24 * 60 * 60_000;
  const ending = (leftMs: number, fleet = sampleFleet()): Fleet => ({
    ...fleet,
    directors: fleet.directors.map((each) =>
      each.name === "lvs-1" ? { ...each, certificateEndsAtMs: sampleNowMs + leftMs } : each,
    ),
  });
  expect(kindsOf(ending(31 * dayMs))).toEqual([]);
  expect(kindsOf(ending(29 * dayMs))).toEqual(["certificateEnds"]);
  expect(kindsOf(ending(-dayMs, silenced(sampleFleet(), "lvs-1", 42_000)))).toEqual([
    "stale",
    "certificateEnds",
  ]);
  const revoked = ending(dayMs);
  const fleet = {
    ...revoked,
    directors: revoked.directors.map((each) => ({
      ...each,
      connection: { status: "revoked" as const, sinceMs: sampleNowMs },
    })),
  };
  expect(kindsOf(fleet)).not.toContain("certificateEnds");
});
