import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Connection, Fleet } from "@lvs/core/fleet/model";
import { factsOf, fixtureCluster } from "@lvs/core/workflow/cluster.fixture";
import { planRemoveRealServer } from "@lvs/core/workflow/remove-real-server";
import { clusterFacts, portsByRealServer, RealServerLooks } from "./cluster-facts.ts";

const fixture = factsOf(fixtureCluster());
const [real] = fixture.realServers;
if (real === undefined) throw new Error("fixture without real servers");
const plan = planRemoveRealServer(
  { kind: "removeRealServer", clusterId: "c1", realServerId: real.id, method: "stopStart", drainMost: 0 },
  fixture,
  real,
);

const fleetWith = (connections: readonly Connection[]): Fleet => ({
  nowMs: 10_000,
  clusters: [{ id: "c1", name: "cdn" }],
  directors: connections.map((connection, index) => ({
    id: `d${index}`,
    name: `lvs-${index}`,
    clusterId: "c1",
    address: "192.0.2.11",
    port: 1,
    connection,
    heardAtMs: 9_000,
  })),
  // TEST-NET-1 (RFC 5737): nobody answers, and without ports nobody is asked.
  realServers: [
    { id: real.id, clusterId: "c1", name: "rs21", address: "192.0.2.21", sshPort: 22, serviceName: "nginx" },
  ],
  runs: [],
});

describe("the facts of a cluster", () => {
  it("say why a director is not connected and since when, and nothing of the kind where it is", () => {
    const { directors } = clusterFacts(
      fleetWith([
        { status: "connected", sinceMs: 1 },
        { status: "lost", sinceMs: 2, reason: "no route to the host", code: "EHOSTUNREACH" },
        { status: "refused", sinceMs: 3, reason: "another certificate" },
        { status: "connecting", sinceMs: 4 },
      ]),
      "c1",
      new Map(),
    );
    expect(directors.map(({ isConnected, ageMs, lost }) => [isConnected, ageMs, lost])).toEqual([
      [true, 1_000, undefined],
      [false, 1_000, { sinceMs: 2, reason: "no route to the host" }],
      [false, 1_000, { sinceMs: 3, reason: "another certificate" }],
      [false, 1_000, { sinceMs: 4, reason: "" }],
    ]);
  });

  it("leave a revoked director out: it can be neither asked nor waited for", () => {
    const fleet = fleetWith([
      { status: "connected", sinceMs: 1 },
      { status: "revoked", sinceMs: 2 },
    ]);
    expect(clusterFacts(fleet, "c1", new Map()).directors.map((each) => each.id)).toEqual(["d0"]);
  });

  it("join a real server with its own look, and with none where it was not looked at", () => {
    const probe = { answers: { 80: true }, loopbackAddresses: [], arp: undefined };
    const fleet = fleetWith([]);
    expect(clusterFacts(fleet, "c1", new Map([[real.id, probe]])).realServers[0]?.probe).toBe(probe);
    expect(clusterFacts(fleet, "c1", new Map()).realServers[0]?.probe).toBeUndefined();
  });
});

describe("looks at real servers", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"], now: 1_000_000 }));
  afterEach(() => void vi.useRealTimers());

  it("ask for each port that a proof of the plan names, and for no other machine", () => {
    expect([...portsByRealServer(plan)]).toEqual([[real.id, [80]]]);
  });

  it("that read nothing say why, and since the first of them in a row", async () => {
    const looks = new RealServerLooks();
    const asksOverSsh = {
      ...plan,
      steps: plan.steps.slice(0, 1).map((step) => ({
        ...step,
        guards: [],
        undoProofs: [],
        proofs: [{ kind: "arpSuppressed" as const, realServerId: real.id }],
      })),
    };
    const look = async () => (await looks.forPlan(asksOverSsh, fleetWith([]))).get(real.id);
    const first = await look();
    expect(first?.sshFailure).toMatchObject({ sinceMs: 1_000_000, reason: expect.stringMatching(/\S/u) });
    expect([first?.loopbackAddresses, first?.arp]).toEqual([undefined, undefined]);
    vi.setSystemTime(1_000_999);
    expect(await look()).toBe(first);
    vi.setSystemTime(1_042_000);
    const later = await look();
    expect(later).not.toBe(first);
    expect(later?.sshFailure?.sinceMs).toBe(1_000_000);
  });
});
