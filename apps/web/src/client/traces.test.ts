import type { FleetDirector } from "@lvs/core/fleet/model";
import { describe, expect, it } from "vitest";
import { largeState, serviceAt } from "@/server/testing/large-state.ts";
import { mostKept, Traces, type Traced } from "./traces.ts";

const directorOf = (services: number, realServers: number, id = "d1"): FleetDirector => ({
  id,
  name: id,
  clusterId: "c1",
  address: "192.0.2.5",
  port: 8443,
  connection: { status: "connected", sinceMs: 0 },
  state: largeState({ services, realServers }, 0),
});
const service = "TCP 192.0.0.1:80";
const row = `${service} 10.0.1.3:8080`;
const [small, large] = [directorOf(3, 3), directorOf(10, 100)];
const read = (traces: Traces, key: string, nowMs = 0, traced: Traced = "active") =>
  traces.read("d1", key, { nowMs, traced });

describe("the traces of a tab", () => {
  it("are there for every row of a small director before anybody asks, one point in five seconds", () => {
    const traces = new Traces();
    for (const atMs of [0, 1_000, 4_999, 5_000, 9_000, 10_000]) traces.record(small, atMs);
    expect(read(traces, row)).toEqual([
      [0, 102],
      [5_000, 102],
      [10_000, 102],
    ]);
    expect(read(traces, service, 0, "rate").map(([, value]) => value)).toEqual([41, 41, 41]);
  });

  it("of a large director's row begin with the next word after it was asked for, and no other row's do", () => {
    const traces = new Traces();
    traces.record(large, 0);
    expect(read(traces, row)).toEqual([]);
    traces.record(large, 1_000);
    expect(read(traces, row)).toEqual([[1_000, 102]]);
    expect(read(traces, `${service} 10.0.1.4:8080`)).toEqual([]);
  });

  it("are of the service's own rows and its sum, whatever word its key has", () => {
    const fwmark = {
      ...serviceAt(1, 3, 0),
      id: { kind: "fwmark" as const, mark: 10, family: "inet6" as const },
    };
    const state = largeState({ services: 1, realServers: 1 }, 0);
    if (state.table.status !== "known") throw new Error("its table is known");
    const table = { ...state.table, value: { ...state.table.value, services: [fwmark] } };
    const traces = new Traces();
    traces.record({ ...small, state: { ...state, table } }, 0);
    expect(read(traces, "FWM 10 IPv6")).toEqual([[0, 100 + 101 + 102]]);
    expect(read(traces, "FWM 10 IPv6 10.0.1.2:8080")).toEqual([[0, 101]]);
  });

  it("end after fifteen minutes", () => {
    const traces = new Traces();
    for (let atMs = 0; atMs <= 20 * 60_000; atMs += 5_000) traces.record(small, atMs);
    const kept = read(traces, row);
    expect([kept[0]?.[0], kept.at(-1)?.[0]]).toEqual([5 * 60_000, 20 * 60_000]);
  });

  it("have the samples from before in front of what was heard, and none twice", () => {
    const traces = new Traces();
    traces.record(small, 20_000);
    traces.seed("d1", row, {
      active: [
        [5_000, 1],
        [10_000, 2],
        [20_000, 3],
      ],
      rate: [],
    });
    expect(read(traces, row)).toEqual([
      [5_000, 1],
      [10_000, 2],
      [20_000, 102],
    ]);
  });

  it("are forgotten past the bound unless they were asked for in the last minute", () => {
    const traces = new Traces();
    const other = `${service} 10.0.1.4:8080`;
    for (const key of [row, other]) read(traces, key, 0);
    for (let port = 0; port <= mostKept; port += 1) read(traces, `${service} 10.9.0.1:${port}`, 1_000);
    traces.record(large, 1_000);
    expect(read(traces, row, 50_000)).toHaveLength(1);
    expect(read(traces, row, 90_000)).toHaveLength(1);
    expect(read(traces, other, 90_000)).toEqual([]);
  });

  it("of many small directors nobody looks at stay within the bound", () => {
    const traces = new Traces();
    for (let index = 0; index < 60; index += 1) traces.record(directorOf(4, 100, `d${index}`), 0);
    const traced = Array.from({ length: 60 }, (_, index) =>
      traces.read(`d${index}`, row, { nowMs: 0, traced: "active" }),
    );
    expect(traced.filter((trace) => trace.length > 0).length).toBeLessThan(30);
  });
});
