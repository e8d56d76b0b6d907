import { describe, expect, it } from "vitest";
import type { DirectorState } from "../director/state.ts";
import {
  addressOf,
  factsOf,
  fixtureCluster,
  hashOf,
  serviceId,
  vip,
  type FixtureCluster,
} from "./cluster.fixture.ts";
import type { ClusterFacts, RealServerProbe } from "./facts.ts";
import type { Proof } from "./plan.ts";
import { evaluateProof, writtenKey, type RunRecord } from "./prove.ts";

/** Every proof: what makes it come, what keeps it awaited though it looks alike, and what leaves it unknown. */

const row = { service: serviceId, address: addressOf(21), port: 80 };
const on = { directorId: "lvs-1" };
const at = { realServerId: "rs21" };

const statusOf = (proof: Proof, facts: ClusterFacts, record: RunRecord = {}): string =>
  evaluateProof(proof, facts, record).status;

/** The status in a healthy cluster of lvs-1 (MASTER) and lvs-2 after `change`. */
const after = (proof: Proof, change: (cluster: FixtureCluster) => void = () => undefined): string => {
  const cluster = fixtureCluster();
  change(cluster);
  return statusOf(proof, factsOf(cluster));
};

const first = (cluster: FixtureCluster) => {
  const [director] = cluster.directors;
  if (director === undefined) throw new Error("fixture without directors");
  return director;
};

/** The facts with the first director's sections replaced. */
const withState = (change: (state: DirectorState) => Partial<DirectorState>): ClusterFacts => {
  const facts = factsOf(fixtureCluster());
  return {
    ...facts,
    directors: facts.directors.map((director, index) =>
      index === 0 && director.state !== undefined
        ? { ...director, state: { ...director.state, ...change(director.state) } }
        : director,
    ),
  };
};

const having = (sections: Partial<DirectorState>): ClusterFacts => withState(() => sections);

const withProbe = (change: Partial<RealServerProbe> | undefined): ClusterFacts => {
  const facts = factsOf(fixtureCluster());
  const realServers = facts.realServers.map((real) =>
    real.id === "rs21" && real.probe !== undefined
      ? { ...real, probe: change === undefined ? undefined : { ...real.probe, ...change } }
      : real,
  );
  return { ...facts, realServers };
};

const notAsked = { status: "unknown" as const, atMs: 0, reason: "not asked" };

describe("a row of the table", () => {
  it("has its weight only where the kernel shows that very weight", () => {
    const proof: Proof = { kind: "rowHasWeight", ...on, row, weight: 0 };
    expect(after(proof)).toBe("awaited");
    expect(after(proof, (cluster) => first(cluster).kernel.set(21, { weight: 0, active: 3 }))).toBe("proven");
    expect(after(proof, (cluster) => first(cluster).kernel.delete(21))).toBe("awaited");
  });

  it("is drained at the asked number of active connections and not above; a row that is gone has none", () => {
    const proof: Proof = { kind: "rowDrained", ...on, row, most: 5 };
    const withActive = (active: number) =>
      after(proof, (cluster) => first(cluster).kernel.set(21, { weight: 0, active }));
    expect([withActive(6), withActive(5), withActive(0)]).toEqual(["awaited", "proven", "proven"]);
    expect(after(proof, (cluster) => first(cluster).kernel.delete(21))).toBe("proven");
  });

  it("is gone from a director without ip_vs, and not known on one whose table could not be read", () => {
    const proof: Proof = { kind: "rowGone", ...on, row };
    const absent = { status: "absent" as const, atMs: 0, reason: "no ip_vs" };
    expect(statusOf(proof, having({ table: absent }))).toBe("proven");
    expect(statusOf(proof, having({ table: notAsked }))).toBe("unknown");
  });

  it("is not known where the director is connected no more or was heard too long ago", () => {
    const proof: Proof = { kind: "rowPresent", ...on, row };
    expect(after(proof)).toBe("proven");
    expect(after(proof, (cluster) => (first(cluster).isConnected = false))).toBe("unknown");
    const facts = factsOf(fixtureCluster());
    const aged = (ageMs: number) => ({
      ...facts,
      directors: facts.directors.map((each) => ({ ...each, ageMs })),
    });
    expect([statusOf(proof, aged(5_000)), statusOf(proof, aged(5_001))]).toEqual(["proven", "unknown"]);
  });
});

describe("a real server", () => {
  it("answers or is silent as a connect found it; no answer at all is neither", () => {
    const answers: Proof = { kind: "serviceAnswers", ...at, port: 80, isExpected: true };
    const silent: Proof = { ...answers, isExpected: false };
    const found = (answer: Record<number, boolean>) => [
      statusOf(answers, withProbe({ answers: answer })),
      statusOf(silent, withProbe({ answers: answer })),
    ];
    expect(found({ 80: true })).toEqual(["proven", "awaited"]);
    expect(found({ 80: false })).toEqual(["awaited", "proven"]);
    expect(found({ 443: false })).toEqual(["unknown", "unknown"]);
    expect([statusOf(answers, withProbe(undefined)), statusOf(silent, withProbe(undefined))]).toEqual([
      "unknown",
      "unknown",
    ]);
  });

  it("has the VIP on lo or not as it was read; a lo that could not be read is neither", () => {
    const there: Proof = { kind: "vipOnLoopback", ...at, vip, isExpected: true };
    const gone: Proof = { ...there, isExpected: false };
    const found = (loopbackAddresses: string[] | undefined) => [
      statusOf(there, withProbe({ loopbackAddresses })),
      statusOf(gone, withProbe({ loopbackAddresses })),
    ];
    expect(found(["127.0.0.1", vip])).toEqual(["proven", "awaited"]);
    expect(found(["127.0.0.1"])).toEqual(["awaited", "proven"]);
    expect(found(undefined)).toEqual(["unknown", "unknown"]);
  });

  it("suppresses ARP only with arp_ignore and arp_announce set on all: lo alone is the commonest mistake", () => {
    const proof: Proof = { kind: "arpSuppressed", ...at };
    const found = (allIgnore: number, allAnnounce: number) =>
      statusOf(proof, withProbe({ arp: { allIgnore, allAnnounce, loIgnore: 1, loAnnounce: 2 } }));
    expect(found(1, 2)).toBe("proven");
    expect([found(0, 2), found(1, 1), found(0, 0)]).toEqual(["awaited", "awaited", "awaited"]);
    expect(statusOf(proof, withProbe({ arp: undefined }))).toBe("unknown");
    const onlyAll = { allIgnore: 1, allAnnounce: 2, loIgnore: 0, loAnnounce: 0 };
    expect(statusOf(proof, withProbe({ arp: onlyAll }))).toBe("proven");
  });
});

describe("the file", () => {
  const written: Proof = { kind: "configWritten", ...on };
  const loaded: Proof = { kind: "configLoaded", ...on };

  it("is the one the run wrote only where its hash is the one written down; without one it is not known", () => {
    const facts = factsOf(fixtureCluster());
    const hash = hashOf([21, 22, 23]);
    expect(statusOf(written, facts, { [writtenKey("lvs-1")]: hash })).toBe("proven");
    expect(statusOf(written, facts, { [writtenKey("lvs-1")]: "another" })).toBe("awaited");
    expect(statusOf(written, facts, { [writtenKey("lvs-2")]: hash })).toBe("unknown");
    expect(statusOf({ kind: "configIs", ...on, sha256: hash }, facts)).toBe("proven");
    expect(statusOf({ kind: "configIs", ...on, sha256: "another" }, facts)).toBe("awaited");
  });

  it("is loaded where the running daemon read this very file; who was not there to see does not know", () => {
    expect(after(loaded)).toBe("proven");
    expect(after(loaded, (cluster) => (first(cluster).loaded = [22]))).toBe("awaited");
    const unseen = withState(({ config }) => {
      if (config.status !== "known") throw new Error("fixture without a file");
      const { loadedSha256: _, ...value } = config.value;
      return { config: { ...config, value } };
    });
    expect(statusOf(loaded, unseen)).toBe("unknown");
    expect(statusOf(loaded, having({ config: notAsked }))).toBe("unknown");
  });
});

describe("the daemon and its instances", () => {
  it("runs or not as its processes say", () => {
    const runs: Proof = { kind: "daemonRuns", ...on, isExpected: true };
    const stopped: Proof = { ...runs, isExpected: false };
    const stop = (cluster: FixtureCluster) => (first(cluster).isRunning = false);
    expect([after(runs), after(stopped)]).toEqual(["proven", "awaited"]);
    expect([after(runs, stop), after(stopped, stop)]).toEqual(["awaited", "proven"]);
    const facts = having({ daemon: notAsked });
    expect([statusOf(runs, facts), statusOf(stopped, facts)]).toEqual(["unknown", "unknown"]);
  });

  const vrrpOf = (state: "MASTER" | "BACKUP", isHeld: boolean): ClusterFacts =>
    withState(({ vrrp }) => {
      if (vrrp.status !== "known") throw new Error("fixture without instances");
      const value = vrrp.value.map((each) => ({
        ...each,
        state,
        addresses: each.addresses.map((address) => ({ ...address, isHeld })),
      }));
      return { vrrp: { ...vrrp, value } };
    });

  it("is MASTER only with its addresses held, BACKUP only without: keepalived's word alone proves neither", () => {
    const master: Proof = { kind: "instanceState", ...on, instance: "VI_CACHE", state: "MASTER" };
    const backup: Proof = { ...master, state: "BACKUP" };
    expect(statusOf(master, vrrpOf("MASTER", true))).toBe("proven");
    expect(statusOf(master, vrrpOf("MASTER", false))).toBe("awaited");
    expect(statusOf(master, vrrpOf("BACKUP", true))).toBe("awaited");
    expect(statusOf(backup, vrrpOf("BACKUP", false))).toBe("proven");
    expect(statusOf(backup, vrrpOf("BACKUP", true))).toBe("awaited");
    expect(statusOf({ ...master, instance: "VI_OTHER" }, vrrpOf("MASTER", true))).toBe("unknown");
  });
});

describe("the holder of an address", () => {
  const anybody: Proof = { kind: "oneHolder", vip };
  const peer: Proof = { kind: "oneHolder", vip, directorId: "lvs-2" };
  const both = (cluster: FixtureCluster) => {
    for (const director of cluster.directors) director.state = "MASTER";
  };
  const nobody = (cluster: FixtureCluster) => {
    for (const director of cluster.directors) director.state = "BACKUP";
  };

  it("is one, and the named one: two holders, none or another prove nothing", () => {
    expect([after(anybody), after(peer)]).toEqual(["proven", "awaited"]);
    expect([after(anybody, both), after(peer, both)]).toEqual(["awaited", "awaited"]);
    expect([after(anybody, nobody), after(peer, nobody)]).toEqual(["awaited", "awaited"]);
    expect(evaluateProof(anybody, factsOf(fixtureCluster()), {}).live).toBe("lvs-1");
  });

  it("is not known while any director of the cluster cannot be asked: it may be the second one", () => {
    expect(
      after(anybody, (cluster) => {
        for (const director of cluster.directors.slice(1)) director.isConnected = false;
      }),
    ).toBe("unknown");
  });

  it("has it by whichever instance that lists the address holds it", () => {
    const listedTwice = withState(({ vrrp }) => {
      if (vrrp.status !== "known") throw new Error("fixture without instances");
      const unheld = vrrp.value.map((each) => ({
        ...each,
        name: "VI_OTHER",
        addresses: each.addresses.map((address) => ({ ...address, isHeld: false })),
      }));
      return { vrrp: { ...vrrp, value: [...vrrp.value, ...unheld] } };
    });
    expect(statusOf(anybody, listedTwice)).toBe("proven");
  });

  it("is read from the interfaces where no instance lists the address; lo is a real server's place, not a holder's", () => {
    const other: Proof = { kind: "oneHolder", vip: "192.0.2.99" };
    const withAddress = (name: string) =>
      withState(({ host }) => {
        if (host.status !== "known") throw new Error("fixture without a host");
        const interfaces = [{ name, isUp: true, mac: "", addresses: ["192.0.2.99/32"] }];
        return { host: { ...host, value: { ...host.value, interfaces } } };
      });
    expect(statusOf(other, withAddress("eth0"))).toBe("proven");
    expect(statusOf(other, withAddress("lo"))).toBe("awaited");
  });
});

describe("a table", () => {
  const ready: Proof = { kind: "tableReady", ...on };

  it("is ready with every real server that the director's own checkers call up, and not with one of them missing", () => {
    expect(after(ready)).toBe("proven");
    const withoutRow = withState(({ table }) => {
      if (table.status !== "known") throw new Error("fixture without a table");
      const services = table.value.services.map((each) => ({
        ...each,
        destinations: each.destinations.slice(1),
      }));
      return { table: { ...table, value: { ...table.value, services } } };
    });
    expect(evaluateProof(ready, withoutRow, {})).toEqual({ status: "awaited", live: "2/3" });
  });

  it("does not wait for a real server that its checkers took out", () => {
    expect(after(ready, (cluster) => first(cluster).kernel.delete(21))).toBe("proven");
  });

  it("waits for the row in every service where the real server is up, though another service of it is down", () => {
    const other = { ...serviceId, address: "192.0.2.65" };
    const twoServices = withState(({ config, health }) => {
      if (config.status !== "known" || health.status !== "known") throw new Error("fixture without a file");
      const services = config.value.configured.services.flatMap((each) => [each, { ...each, id: other }]);
      const configured = { ...config.value.configured, services };
      const down = { service: other, verdict: "down" as const };
      const verdicts = health.value.flatMap((each) => [each, { ...each, ...down }]);
      return {
        config: { ...config, value: { ...config.value, configured } },
        health: { ...health, value: verdicts },
      };
    });
    expect(evaluateProof(ready, twoServices, {})).toEqual({ status: "proven", live: "3/3" });
  });

  it("does not wait for what stands in a file that the daemon has not read yet, and does once it has", () => {
    const withFile = (loaded: number[]) =>
      after(ready, (cluster) => {
        first(cluster).file = [21, 22, 23, 24];
        first(cluster).loaded = loaded;
      });
    expect(withFile([21, 22, 23])).toBe("proven");
    const silent = withState(({ health }) => {
      if (health.status !== "known") throw new Error("fixture without verdicts");
      return { health: { ...health, value: [] } };
    });
    expect(statusOf(ready, silent)).toBe("proven");
    const emptied = withState(({ health, table }) => {
      if (health.status !== "known" || table.status !== "known") throw new Error("fixture without a table");
      return {
        health: { ...health, value: [] },
        table: { ...table, value: { ...table.value, services: [] } },
      };
    });
    expect(evaluateProof(ready, emptied, {})).toEqual({ status: "awaited", live: "0/3" });
  });

  it("is not known where checkers or table could not be asked", () => {
    expect(statusOf(ready, having({ health: notAsked }))).toBe("unknown");
    expect(statusOf(ready, having({ table: notAsked }))).toBe("unknown");
    expect(statusOf(ready, having({ config: notAsked }))).toBe("unknown");
  });
});
