import { describe, expect, it } from "vitest";
import type { ConfigFile, DirectorState } from "../director/state.ts";
import { planAddRealServer } from "./add-real-server.ts";
import {
  addressOf,
  factsOf,
  fixtureCluster,
  serviceId,
  vip,
  type FixtureCluster,
} from "./cluster.fixture.ts";
import type { ClusterFacts, RealServerFacts } from "./facts.ts";
import { runInvariants } from "./invariants.ts";
import type { Condition, Plan } from "./plan.ts";
import { planRemoveRealServer } from "./remove-real-server.ts";

/** What must hold before a run and during it: met, not met, or not known, which refuses a start and breaks nothing. */

type Answer = "met" | "unmet" | "unknown";

const answerOf = ({ isMet }: Condition): Answer =>
  isMet === undefined ? "unknown" : isMet ? "met" : "unmet";

const answersOf = (conditions: readonly Condition[], code: string): Answer[] =>
  conditions.filter((each) => each.code === code).map(answerOf);

const nobody: RealServerFacts = {
  id: "rs99",
  name: "rs99",
  address: addressOf(99),
  hasPinnedHostKey: false,
  probe: undefined,
};

function removal(facts: ClusterFacts, real = facts.realServers[0] ?? nobody): Plan {
  return planRemoveRealServer(
    { kind: "removeRealServer", clusterId: "c1", realServerId: real.id, method: "stopStart", drainMost: 0 },
    facts,
    real,
  );
}

const preflight = (facts: ClusterFacts, code: string): Answer[] => answersOf(removal(facts).preflight, code);

const changed = (change: (cluster: FixtureCluster) => void): ClusterFacts => {
  const cluster = fixtureCluster();
  change(cluster);
  return factsOf(cluster);
};

/** Facts with the first director's state changed. */
const withFirst = (change: (state: DirectorState) => Partial<DirectorState>): ClusterFacts => {
  const facts = factsOf(fixtureCluster());
  return {
    ...facts,
    directors: facts.directors.map((each, index) =>
      index === 0 && each.state !== undefined
        ? { ...each, state: { ...each.state, ...change(each.state) } }
        : each,
    ),
  };
};

const notAsked = { status: "unknown" as const, atMs: 0, reason: "not asked" };

const withConfig = (change: Partial<ConfigFile>): ClusterFacts =>
  withFirst(({ config }) => {
    if (config.status !== "known") throw new Error("fixture without a file");
    return { config: { ...config, value: { ...config.value, ...change } } };
  });

describe("before a run", () => {
  it("every director's keepalived runs; where that could not be asked it is not known", () => {
    expect(preflight(factsOf(fixtureCluster()), "daemonRuns")).toEqual(["met", "met"]);
    const stopped = changed(({ directors: [first] }) => {
      if (first !== undefined) first.isRunning = false;
    });
    expect(preflight(stopped, "daemonRuns")).toEqual(["unmet", "met"]);
    expect(
      preflight(
        withFirst(() => ({ daemon: notAsked })),
        "daemonRuns",
      ),
    ).toEqual(["unknown", "met"]);
  });

  it("no file waits to be kept", () => {
    const unconfirmed = { stageId: "s", previousSha256: "x", appliedAtMs: 1, revertsAtMs: 2 };
    expect(preflight(withConfig({ unconfirmed }), "noUnconfirmedFile")).toEqual(["unmet", "met"]);
    expect(
      preflight(
        withFirst(() => ({ config: notAsked })),
        "noUnconfirmedFile",
      ),
    ).toEqual(["unknown", "met"]);
  });

  it("one MASTER and a BACKUP stand: two MASTERs and a BACKUP are a split brain, not a standby", () => {
    const three = (states: readonly ("MASTER" | "BACKUP" | "FAULT")[]): ClusterFacts =>
      changed((cluster) => {
        const [first, second] = cluster.directors;
        if (first === undefined || second === undefined) throw new Error("fixture of two directors");
        cluster.directors.push({ ...second, id: "lvs-3", name: "lvs-3", priority: 120 });
        for (const [index, director] of cluster.directors.entries())
          director.state = states[index] ?? "BACKUP";
      });
    expect(preflight(three(["MASTER", "BACKUP", "BACKUP"]), "standbyReady")).toEqual(["met"]);
    expect(preflight(three(["MASTER", "BACKUP", "FAULT"]), "standbyReady")).toEqual(["met"]);
    expect(preflight(three(["MASTER", "MASTER", "BACKUP"]), "standbyReady")).toEqual(["unmet"]);
    expect(preflight(three(["BACKUP", "BACKUP", "BACKUP"]), "standbyReady")).toEqual(["unmet"]);
    expect(preflight(three(["MASTER", "FAULT", "FAULT"]), "standbyReady")).toEqual(["unmet"]);
  });

  it("a standby that could not be asked is not known, though another BACKUP stands", () => {
    const facts = withFirst(() => ({ vrrp: notAsked }));
    expect(preflight(facts, "standbyReady")).toEqual(["unknown"]);
  });

  it("the other real servers serve: weight 0 does not, and the quorum counts weight", () => {
    const withWeights = (weights: Readonly<Record<number, number>>, quorum = 1): ClusterFacts => {
      const facts = changed(({ directors }) => {
        for (const { kernel } of directors)
          for (const [octet, weight] of Object.entries(weights))
            kernel.set(Number(octet), { weight, active: 0 });
      });
      for (const { state } of facts.directors)
        if (state?.config.status === "known")
          for (const service of state.config.value.configured.services) service.quorum = quorum;
      return facts;
    };
    expect(preflight(withWeights({ 22: 0, 23: 1 }), "othersServe")).toEqual(["met", "met"]);
    expect(preflight(withWeights({ 22: 0, 23: 0 }, 0), "othersServe")).toEqual(["unmet", "unmet"]);
    expect(preflight(withWeights({ 22: 50, 23: 50 }, 100), "othersServe")).toEqual(["met", "met"]);
    expect(preflight(withWeights({ 22: 50, 23: 50 }, 101), "othersServe")).toEqual(["unmet", "unmet"]);
  });

  it("others whose table could not be read are not known to serve", () => {
    expect(
      preflight(
        withFirst(() => ({ table: notAsked })),
        "othersServe",
      ),
    ).toEqual(["unknown", "met"]);
  });

  it("a real server to be removed stands in a file and its host key was accepted", () => {
    const codes = removal(factsOf(fixtureCluster()), nobody).preflight;
    expect(answersOf(codes, "standsInFile")).toEqual(["unmet"]);
    expect(answersOf(codes, "hostKeyPinned")).toEqual(["unmet"]);
    expect(preflight(factsOf(fixtureCluster()), "standsInFile")).toEqual(["met"]);
    expect(preflight(factsOf(fixtureCluster()), "hostKeyPinned")).toEqual(["met"]);
  });

  it("a real server to be added stands in no file yet and its host key was accepted", () => {
    const facts = factsOf(fixtureCluster());
    const added = (real: RealServerFacts): Plan =>
      planAddRealServer(
        {
          kind: "addRealServer",
          clusterId: "c1",
          realServerId: real.id,
          method: "stopStart",
          rows: [{ service: serviceId, address: real.address, port: 80, weight: 1 }],
        },
        facts,
        real,
      );
    expect(answersOf(added(nobody).preflight, "notInFileYet")).toEqual(["met"]);
    expect(answersOf(added(nobody).preflight, "hostKeyPinned")).toEqual(["unmet"]);
    const [known] = facts.realServers;
    if (known === undefined) throw new Error("fixture without real servers");
    expect(answersOf(added(known).preflight, "notInFileYet")).toEqual(["unmet"]);
  });
});

describe("during a run", () => {
  const during = (
    facts: ClusterFacts,
    code: string,
    rows: Parameters<typeof runInvariants>[1] = [],
  ): Answer[] => answersOf(runInvariants(facts, rows), code);

  it("an address is never on two directors; on none is a hand-over, not a breach", () => {
    const all = (state: "MASTER" | "BACKUP"): ClusterFacts =>
      changed(({ directors }) => {
        for (const director of directors) director.state = state;
      });
    expect(during(factsOf(fixtureCluster()), "onNoTwoDirectors")).toEqual(["met"]);
    expect(during(all("BACKUP"), "onNoTwoDirectors")).toEqual(["met"]);
    expect(during(all("MASTER"), "onNoTwoDirectors")).toEqual(["unmet"]);
    expect(
      during(
        withFirst(() => ({ vrrp: notAsked, host: notAsked })),
        "onNoTwoDirectors",
      ),
    ).toEqual(["unknown"]);
    expect(
      runInvariants(factsOf(fixtureCluster()), []).find((each) => each.code === "onNoTwoDirectors"),
    ).toEqual({ code: "onNoTwoDirectors", values: { vip }, isMet: true });
  });

  it("every service keeps a real server that takes new connections, besides those that leave", () => {
    const left = (weight: number): ClusterFacts =>
      changed(({ directors }) => {
        for (const { kernel } of directors)
          for (const octet of [21, 22, 23])
            kernel.set(octet, { weight: octet === 21 ? weight : 0, active: 0 });
      });
    expect(during(left(100), "serviceServed")).toEqual(["met", "met"]);
    expect(during(left(0), "serviceServed")).toEqual(["unmet", "unmet"]);
    const leaving = { service: serviceId, address: addressOf(21), port: 80 };
    expect(during(left(100), "serviceServed", [leaving])).toEqual(["unmet", "unmet"]);
    const elsewhere = { ...leaving, service: { ...serviceId, port: 443 } };
    expect(during(left(100), "serviceServed", [elsewhere])).toEqual(["met", "met"]);
  });

  it("a director whose keepalived is stopped forwards nothing, so its table is not asked", () => {
    const facts = withFirst(({ daemon, table }) => {
      if (daemon.status !== "known" || table.status !== "known") throw new Error("fixture without a daemon");
      const services = table.value.services.map((each) => ({ ...each, destinations: [] }));
      return {
        daemon: { ...daemon, value: { ...daemon.value, isRunning: false } },
        table: { ...table, value: { ...table.value, services } },
      };
    });
    expect(during(facts, "serviceServed")).toEqual(["met"]);
  });
});
