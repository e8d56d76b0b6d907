import { expect, test } from "vitest";
import { comparePair } from "./compare.ts";
import { healthyState, sampleConfigured, sampleDestination, sampleRealServer } from "./sample-fleet.ts";

test("connections that the sync daemon copied to the BACKUP do not make it a forwarder", () => {
  const copied = healthyState(false, {
    destinations: ["192.0.2.101", "192.0.2.102"].map((address) =>
      sampleDestination(address, { activeConnections: 5 }),
    ),
  });
  expect(comparePair(healthyState(true), copied)?.services[0]?.flow).toBe("first");
});

test("tables that are each other's complement are the same: connection numbers are meant to differ", () => {
  const pair = comparePair(healthyState(true), healthyState(false));
  expect(pair?.differences).toBe(0);
  expect(pair?.services[0]).toMatchObject({ flow: "first", verdict: { kind: "same" } });
});

test("a weight that differs is named with both values, as in the book's table 6-7", () => {
  const second = healthyState(false, {
    destinations: [sampleDestination("192.0.2.101", { weight: 200 }), sampleDestination("192.0.2.103")],
  });
  const rows = comparePair(healthyState(true), second)?.services[0]?.rows;
  expect(rows?.map((row) => [row.key, row.verdict])).toEqual([
    ["192.0.2.101:80", { kind: "differs", differences: [{ what: "weight", first: "100", second: "200" }] }],
    ["192.0.2.102:80", { kind: "onlyFirst" }],
    ["192.0.2.103:80", { kind: "onlySecond" }],
  ]);
});

test("two directors with one router_id or one priority do not differ where they must", () => {
  const second = healthyState(false, {
    configured: sampleConfigured([sampleRealServer("192.0.2.101"), sampleRealServer("192.0.2.102")], {
      isMaster: false,
    }),
  });
  const unmet = comparePair(healthyState(true), second)?.files.filter((line) => !line.isMet);
  expect(unmet?.map((line) => [line.keyword, line.rule, line.first, line.second])).toEqual([
    ["router_id", "mustDiffer", "lvs-1", "lvs-1"],
    ["state, priority", "mustDiffer", "MASTER 180", "BACKUP 180"],
  ]);
});

test("a table that could not be read is not compared with anything", () => {
  const blind = healthyState(false);
  expect(
    comparePair(healthyState(true), { ...blind, table: { status: "unknown", atMs: 0, reason: "EPERM" } }),
  ).toBeUndefined();
});
