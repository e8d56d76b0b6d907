import { expect, test } from "vitest";
import type { DirectorState, Verdict } from "../director/state.ts";
import { joinRows } from "./rows.ts";
import {
  healthyState,
  sampleConfigured,
  sampleDestination,
  sampleNowMs,
  sampleRealServer,
  sampleService,
} from "./sample-fleet.ts";

const service = sampleService([]).id;
const down = (address: string): Verdict => ({
  service,
  address,
  port: 80,
  verdict: "down",
  sinceMs: sampleNowMs - 60_000,
  cause: `TCP connection to [${address}]:tcp:80 failed.`,
});

const rowsOf = (state: DirectorState) =>
  joinRows({ directorId: "lvs-1", state, runs: [] })?.services[0]?.rows.map((row) => [row.key, row.state]);

test("a real server that its checker took out is still a row, with since and cause", () => {
  const state = healthyState(true, {
    destinations: [sampleDestination("192.0.2.101")],
    verdicts: [down("192.0.2.102")],
  });
  expect(rowsOf(state)).toEqual([
    ["192.0.2.101:80", { kind: "inTable" }],
    [
      "192.0.2.102:80",
      {
        kind: "removed",
        sinceMs: sampleNowMs - 60_000,
        cause: "TCP connection to [192.0.2.102]:tcp:80 failed.",
      },
    ],
  ]);
  const joined = joinRows({ directorId: "lvs-1", state, runs: [] });
  expect(joined).toMatchObject({ rowCount: 2, missingCount: 1, byHandCount: 0 });
  expect(joined?.services[0]).toMatchObject({ inTable: 1, total: 2, quorum: { needed: 1, has: 100 } });
});

test("a row that the file does not ask for is made by hand; with an unread file on disk it only leaves at the reload", () => {
  const state = healthyState(true, {
    destinations: [sampleDestination("192.0.2.101"), sampleDestination("192.0.2.109")],
    configured: sampleConfigured([sampleRealServer("192.0.2.101")]),
  });
  expect(rowsOf(state)?.[1]).toEqual(["192.0.2.109:80", { kind: "byHand" }]);
  if (state.config.status !== "known") throw new Error("the sample knows its file");
  const unread = {
    ...state,
    config: { ...state.config, value: { ...state.config.value, loadedSha256: "old" } },
  };
  expect(rowsOf(unread)?.[1]).toEqual(["192.0.2.109:80", { kind: "leavesAtReload" }]);
});

test("a file that could not be read accuses nobody", () => {
  const state = healthyState(true);
  const unread: DirectorState = { ...state, config: { status: "unknown", atMs: 0, reason: "EACCES" } };
  expect(rowsOf(unread)?.map(([, each]) => each)).toEqual([{ kind: "unexplained" }, { kind: "unexplained" }]);
});

test("weight 0 is draining; with inhibit_on_failure and a failed check it is inhibited", () => {
  const drained = sampleDestination("192.0.2.102", { weight: 0 });
  const destinations = [sampleDestination("192.0.2.101"), drained];
  expect(rowsOf(healthyState(true, { destinations }))?.[1]?.[1]).toMatchObject({ kind: "draining" });
  const inhibited = healthyState(true, {
    destinations,
    verdicts: [down("192.0.2.102")],
    configured: sampleConfigured([
      sampleRealServer("192.0.2.101"),
      sampleRealServer("192.0.2.102", { inhibitOnFailure: true }),
    ]),
  });
  expect(rowsOf(inhibited)?.[1]?.[1]).toMatchObject({ kind: "inhibited" });
});

test("a row missing without a verdict is not in the kernel, never removed by its checker", () => {
  const state = healthyState(true, { destinations: [sampleDestination("192.0.2.101")] });
  expect(rowsOf(state)?.[1]?.[1]).toEqual({ kind: "notInKernel", isLoaded: true });
});

test("a service that only the file has is shown with all its rows", () => {
  const state = healthyState(true);
  if (state.table.status !== "known") throw new Error("the sample knows its table");
  const empty = { ...state, table: { ...state.table, value: { ...state.table.value, services: [] } } };
  expect(joinRows({ directorId: "lvs-1", state: empty, runs: [] })?.services[0]).toMatchObject({
    service: undefined,
    inTable: 0,
    total: 2,
  });
});

test("rows come in ipvsadm's order whatever the kernel's", () => {
  const state = healthyState(true, {
    destinations: [sampleDestination("192.0.2.102"), sampleDestination("192.0.2.101")],
  });
  expect(rowsOf(state)?.map(([key]) => key)).toEqual(["192.0.2.101:80", "192.0.2.102:80"]);
});
