import { expect, test } from "vitest";
import type { Configured } from "../director/configured.ts";
import type { DirectorState, Verdict } from "../director/state.ts";
import { joinRows } from "./rows.ts";
import {
  healthyState,
  sampleConfigured,
  sampleDestination,
  sampleNowMs,
  sampleRealServer,
  sampleService,
  withDrift,
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

const up = (address: string): Verdict => ({ service, address, port: 80, verdict: "up" });

/** With an unread file on the disk: what the daemon has loaded is `loaded`. */
const withUnread = (state: DirectorState, loaded: Configured | undefined): DirectorState => {
  if (state.config.status !== "known") throw new Error("the sample knows its file");
  const value = { ...state.config.value, loadedSha256: "old", ...(loaded === undefined ? {} : { loaded }) };
  return withDrift({ ...state, config: { ...state.config, value } });
};

const stateOf = (state: DirectorState) =>
  joinRows({ directorId: "lvs-1", state, runs: [] })?.services[0]?.rows.map((row) => [
    row.key,
    row.state.kind,
  ]);

const rowAt = (state: DirectorState, index: number) =>
  joinRows({ directorId: "lvs-1", state, runs: [] })?.services[0]?.rows[index];

const seen = { atMs: sampleNowMs - 1_000, isExact: true };

test("a real server that its checker took out is still a row, with since and cause", () => {
  const state = healthyState(true, {
    destinations: [sampleDestination("192.0.2.101")],
    verdicts: [up("192.0.2.101"), down("192.0.2.102")],
  });
  expect(stateOf(state)).toEqual([
    ["192.0.2.101:80", "inTable"],
    ["192.0.2.102:80", "removed"],
  ]);
  expect(rowAt(state, 1)).toMatchObject({
    state: { cause: "TCP connection to [192.0.2.102]:tcp:80 failed." },
    since: { atMs: sampleNowMs - 60_000, isExact: true },
    drift: [],
  });
  const joined = joinRows({ directorId: "lvs-1", state, runs: [] });
  expect(joined).toMatchObject({ rowCount: 2, missingCount: 1, driftCount: 0 });
  expect(joined?.services[0]).toMatchObject({ inTable: 1, total: 2, quorum: { needed: 1, has: 100 } });
});

test("one that nobody saw going is out since it was first seen so, or earlier", () => {
  const { sinceMs: _, ...verdict } = down("192.0.2.102");
  const state = healthyState(true, {
    destinations: [sampleDestination("192.0.2.101")],
    verdicts: [{ ...verdict, seenAtMs: sampleNowMs - 5_000 }],
  });
  expect(rowAt(state, 1)?.since).toEqual({ atMs: sampleNowMs - 5_000, isExact: false });
});

test("what a hand did to a row is its state, since when it was seen, with what differs", () => {
  const state = healthyState(true, {
    destinations: [sampleDestination("192.0.2.101", { weight: 3 }), sampleDestination("192.0.2.109")],
    verdicts: [up("192.0.2.101"), up("192.0.2.102")],
  });
  expect(stateOf(state)).toEqual([
    ["192.0.2.101:80", "differs"],
    ["192.0.2.109:80", "extra"],
    ["192.0.2.102:80", "notInKernel"],
  ]);
  expect([0, 1, 2].map((index) => rowAt(state, index)?.since)).toEqual([seen, seen, seen]);
  expect(rowAt(state, 0)?.drift).toMatchObject([
    { kind: "weight", configured: "100", kernel: "3", by: "hand" },
  ]);
  expect(joinRows({ directorId: "lvs-1", state, runs: [] })?.driftCount).toBe(3);
});

test("a row that its checker took out and somebody put back is neither in the table nor removed", () => {
  const state = healthyState(true, { verdicts: [up("192.0.2.101"), down("192.0.2.102")] });
  expect(stateOf(state)?.[1]).toEqual(["192.0.2.102:80", "putBack"]);
});

test("with an unread file on disk rows join and leave at the reload, and only the loaded file accuses a hand", () => {
  const fileWith = (...addresses: string[]) =>
    sampleConfigured(addresses.map((address) => sampleRealServer(address)));
  const state = healthyState(true, {
    destinations: ["192.0.2.101", "192.0.2.102", "192.0.2.109"].map((address) => sampleDestination(address)),
    configured: fileWith("192.0.2.101", "192.0.2.103"),
  });
  expect(stateOf(withUnread(state, fileWith("192.0.2.101", "192.0.2.102")))).toEqual([
    ["192.0.2.101:80", "inTable"],
    ["192.0.2.102:80", "leavesAtReload"],
    ["192.0.2.109:80", "extra"],
    ["192.0.2.103:80", "joinsAtReload"],
  ]);
  expect(stateOf(withUnread(state, undefined))).toEqual([
    ["192.0.2.101:80", "unexplained"],
    ["192.0.2.102:80", "leavesAtReload"],
    ["192.0.2.109:80", "leavesAtReload"],
    ["192.0.2.103:80", "joinsAtReload"],
  ]);
});

test("a file that could not be read accuses nobody", () => {
  const state = healthyState(true);
  const unread: DirectorState = { ...state, config: { status: "unknown", atMs: 0, reason: "EACCES" } };
  expect(stateOf(unread)?.map(([, each]) => each)).toEqual(["unexplained", "unexplained"]);
});

test("weight 0 is draining; with inhibit_on_failure and a failed check it is inhibited", () => {
  const drained = sampleDestination("192.0.2.102", { weight: 0 });
  const destinations = [sampleDestination("192.0.2.101"), drained];
  expect(stateOf(healthyState(true, { destinations }))?.[1]?.[1]).toBe("draining");
  const inhibited = healthyState(true, {
    destinations,
    verdicts: [down("192.0.2.102")],
    configured: sampleConfigured([
      sampleRealServer("192.0.2.101"),
      sampleRealServer("192.0.2.102", { inhibitOnFailure: true }),
    ]),
  });
  expect(stateOf(inhibited)?.[1]?.[1]).toBe("inhibited");
});

test("while the sorry server serves, real servers that are up stand back", () => {
  const state = healthyState(true, {
    destinations: [sampleDestination("192.0.2.90", { weight: 1 })],
    verdicts: [up("192.0.2.101"), down("192.0.2.102")],
    configured: sampleConfigured(
      ["192.0.2.101", "192.0.2.102"].map((address) => sampleRealServer(address)),
      { service: { quorum: 150, sorryServer: { address: "192.0.2.90", port: 80 } } },
    ),
  });
  expect(stateOf(state)).toEqual([
    ["192.0.2.90:80", "sorry"],
    ["192.0.2.101:80", "standsBack"],
    ["192.0.2.102:80", "removed"],
  ]);
});

test("a row missing without a verdict is not in the kernel, never removed by its checker", () => {
  const state = healthyState(true, { destinations: [sampleDestination("192.0.2.101")] });
  expect(stateOf(state)?.[1]?.[1]).toBe("notInKernel");
});

test("a service that only the file has is shown with all its rows and what differs", () => {
  const state = healthyState(true);
  if (state.table.status !== "known") throw new Error("the sample knows its table");
  const empty = { ...state, table: { ...state.table, value: { ...state.table.value, services: [] } } };
  expect(joinRows({ directorId: "lvs-1", state: withDrift(empty), runs: [] })?.services[0]).toMatchObject({
    service: undefined,
    inTable: 0,
    total: 2,
    drift: [{ kind: "serviceMissing" }],
  });
});

test("a service that only the kernel has is extra with all its rows", () => {
  const state = healthyState(true);
  if (state.table.status !== "known") throw new Error("the sample knows its table");
  const other = { ...sampleService([sampleDestination("192.0.2.101")]), scheduler: "rr" };
  const services = [...state.table.value.services, { ...other, id: { ...other.id, port: 81 } }];
  const more = withDrift({ ...state, table: { ...state.table, value: { ...state.table.value, services } } });
  const extra = joinRows({ directorId: "lvs-1", state: more, runs: [] })?.services.find(
    ({ configured }) => configured === undefined,
  );
  expect(extra).toMatchObject({ drift: [{ kind: "serviceExtra" }], rows: [{ state: { kind: "extra" } }] });
});

test("rows come in ipvsadm's order whatever the kernel's", () => {
  const state = healthyState(true, {
    destinations: [sampleDestination("192.0.2.102"), sampleDestination("192.0.2.101")],
  });
  expect(stateOf(state)?.map(([key]) => key)).toEqual(["192.0.2.101:80", "192.0.2.102:80"]);
});
