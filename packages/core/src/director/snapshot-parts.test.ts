import { describe, expect, it } from "vitest";
import { noCounters, noRates, type VirtualService } from "../ipvs/model.ts";
import type { ConfiguredService } from "./configured.ts";
import { joinSnapshot, rowsPerPart, splitSnapshot, type SnapshotPart } from "./snapshot-parts.ts";
import type { DirectorState, Verdict } from "./state.ts";

const real = (host: number) => ({
  address: `10.0.${host >> 8}.${host & 255}`,
  port: 80,
  forwarding: "Route" as const,
  weight: 1,
  upperThreshold: 0,
  lowerThreshold: 0,
});
const id = (mark: number) => ({ kind: "fwmark", mark: mark + 1, family: "inet" }) as const;

const service = (mark: number, rows: number): VirtualService => ({
  id: id(mark),
  scheduler: "rr",
  schedulerFlags: [],
  onePacket: false,
  counters: noCounters,
  rates: noRates,
  destinations: Array.from({ length: rows }, (_, host) => ({
    ...real(host),
    activeConnections: 0,
    inactiveConnections: 0,
    persistentConnections: 0,
    counters: noCounters,
    rates: noRates,
  })),
});
const configured = (mark: number, rows: number): ConfiguredService => ({
  id: id(mark),
  scheduler: "rr",
  forwarding: "Route",
  quorum: 1,
  delayLoopS: 6,
  realServers: Array.from({ length: rows }, (_, host) => ({
    ...real(host),
    inhibitOnFailure: false,
    checks: [],
    line: 1,
  })),
  line: 1,
});

const known = <Value>(value: Value) => ({ status: "known", atMs: 5, value }) as const;
const unread = { status: "unknown", atMs: 0, reason: "not read yet" } as const;

const stateOf = (services: number, rows: number): DirectorState => {
  const marks = Array.from({ length: services }, (_, mark) => mark);
  const file = { instances: [], services: marks.map((mark) => configured(mark, rows)) };
  const verdicts = file.services.flatMap(({ id: of, realServers }) =>
    realServers.map(({ address, port }): Verdict => ({ service: of, address, port, verdict: "up" })),
  );
  return {
    host: unread,
    table: known({ version: "1.2.1", size: 4096, services: marks.map((mark) => service(mark, rows)) }),
    settings: unread,
    vrrp: known([]),
    speakers: unread,
    drift: unread,
    health: known(verdicts),
    config: known({
      path: "/etc/keepalived/keepalived.conf",
      sha256: "a",
      sizeBytes: 1,
      modifiedAtMs: 1,
      owner: "root",
      mode: "0600",
      configured: file,
      diagnostics: [],
      loadedSha256: "b",
      loaded: { ...file, services: file.services.slice(1) },
    }),
    daemon: unread,
    log: ["a line"],
  };
};

const rowsOf = ({ destinations }: VirtualService): number => destinations.length + 1;

const split = (state: DirectorState): { parts: SnapshotPart[]; rest: DirectorState } => {
  const parts: SnapshotPart[] = [];
  const steps = splitSnapshot(state, rowsOf);
  for (let next = steps.next(); ; next = steps.next()) {
    if (next.done === true) return { parts, rest: next.value };
    parts.push(next.value);
  }
};

describe("a large snapshot", () => {
  it("is the same again when its parts are put together, and no part is large", () => {
    for (const state of [stateOf(30, 99), stateOf(3, 2_500), stateOf(1_200, 0)]) {
      const { parts, rest } = split(state);
      expect(joinSnapshot(structuredClone(rest), structuredClone(parts))).toEqual(state);
      expect(JSON.stringify(rest).length).toBeLessThan(1_500);
      const most = Math.max(...parts.map(({ values }) => JSON.stringify(values).length));
      expect(most).toBeLessThan(JSON.stringify(service(0, 2_500)).length + 1_000);
      expect(parts.every(({ values }) => values.length <= rowsPerPart)).toBe(true);
    }
  });

  it("is left whole where it is small, and where nothing is known", () => {
    for (const state of [
      stateOf(3, 10),
      { ...stateOf(3, 2_500), table: unread, health: unread, config: unread },
    ])
      expect(split(state)).toEqual({ parts: [], rest: state });
  });
});
