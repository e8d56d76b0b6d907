import { describe, expect, it } from "vitest";
import type { DirectorState } from "../director/state.ts";
import { addressOf, factsOf, fixtureCluster, serviceId, vip } from "./cluster.fixture.ts";
import type { ClusterFacts, DirectorFacts, RealServerProbe } from "./facts.ts";
import type { Proof } from "./plan.ts";
import { evaluateProof } from "./prove.ts";
import type { WaitCause } from "./run.ts";
import { causeKey, causeOfFailure, causesOfUnknown, machineOf } from "./waiting.ts";

const row = { service: serviceId, address: addressOf(21), port: 80 };
const rowGone: Proof = { kind: "rowGone", directorId: "lvs-2", row };
const lvs2 = { kind: "director", id: "lvs-2" } as const;
const rs21 = { kind: "realServer", id: "rs21" } as const;
const notAsked = { status: "unknown" as const, atMs: 0, reason: "netlink: EBUSY" };
const absent = { status: "absent" as const, atMs: 0, reason: "there is no such file" };

/** Facts with lvs-2 changed. */
const withSecond = (change: Partial<DirectorFacts>, sections: Partial<DirectorState> = {}): ClusterFacts => {
  const facts = factsOf(fixtureCluster());
  return {
    ...facts,
    directors: facts.directors.map((each) =>
      each.id === "lvs-2" && each.state !== undefined
        ? { ...each, state: { ...each.state, ...sections }, ...change }
        : each,
    ),
  };
};

const withProbe = (probe: Partial<RealServerProbe>): ClusterFacts => {
  const facts = factsOf(fixtureCluster());
  const realServers = facts.realServers.map((each) =>
    each.id === "rs21" && each.probe !== undefined ? { ...each, probe: { ...each.probe, ...probe } } : each,
  );
  return { ...facts, realServers };
};

describe("why a run waits", () => {
  it("names the director whose agent is lost, since when, and the words of the socket", () => {
    const lost = { sinceMs: 900_000, reason: "no route to the host" };
    expect(causesOfUnknown([rowGone], withSecond({ isConnected: false, lost }))).toEqual([
      {
        code: "agentLost",
        machine: lvs2,
        name: "lvs-2",
        sinceMs: 900_000,
        detail: "no route to the host",
      },
    ]);
  });

  it("tells an agent that is connected and silent from one that is lost", () => {
    expect(causesOfUnknown([rowGone], withSecond({ ageMs: 8_000 }))).toEqual([
      { code: "agentSilent", machine: lvs2, name: "lvs-2", sinceMs: 1_000_000 - 8_000, detail: "" },
    ]);
    expect(causesOfUnknown([rowGone], withSecond({ ageMs: undefined }))).toEqual([
      { code: "agentSilent", machine: lvs2, name: "lvs-2", detail: "" },
    ]);
  });

  it("names the part that a heard agent could not read, and why", () => {
    const facts = withSecond({}, { table: notAsked, vrrp: notAsked });
    expect(causesOfUnknown([rowGone, { kind: "oneHolder", vip }], facts)).toEqual([
      { code: "partUnknown", machine: lvs2, name: "lvs-2", part: "table", detail: "netlink: EBUSY" },
    ]);
    const state: Proof = {
      kind: "instanceState",
      directorId: "lvs-2",
      instance: "VI_CACHE",
      state: "MASTER",
    };
    expect(causesOfUnknown([state], facts)).toEqual([
      { code: "partUnknown", machine: lvs2, name: "lvs-2", part: "vrrp", detail: "netlink: EBUSY" },
    ]);
  });

  it("names every director whose addresses are not known, for an address that may be on any of them", () => {
    const cluster = fixtureCluster();
    for (const director of cluster.directors) director.isConnected = false;
    const causes = causesOfUnknown([{ kind: "oneHolder", vip }], factsOf(cluster));
    expect(causes.map((each) => each.name)).toEqual(["lvs-1", "lvs-2"]);
  });

  it("says that a director or a real server was revoked or removed", () => {
    const facts = { ...factsOf(fixtureCluster()), directors: [], realServers: [] };
    const answers: Proof = { kind: "serviceAnswers", realServerId: "rs21", port: 80, isExpected: true };
    expect(causesOfUnknown([rowGone, answers], facts).map((each) => [each.code, each.name])).toEqual([
      ["notInCluster", "lvs-2"],
      ["notInCluster", "rs21"],
    ]);
  });

  it("names the real server that cannot be looked at, since when and in the words of SSH", () => {
    const sshFailure = { sinceMs: 5, reason: "connect ETIMEDOUT" };
    const facts = withProbe({ loopbackAddresses: undefined, arp: undefined, sshFailure });
    const proofs: Proof[] = [
      { kind: "vipOnLoopback", realServerId: "rs21", vip, isExpected: true },
      { kind: "arpSuppressed", realServerId: "rs21" },
    ];
    expect(causesOfUnknown(proofs, facts)).toEqual([
      { code: "sshFailed", machine: rs21, name: addressOf(21), sinceMs: 5, detail: "connect ETIMEDOUT" },
    ]);
  });

  it("names each port of it that neither took nor refused a connect", () => {
    const answers = (port: number): Proof => ({
      kind: "serviceAnswers",
      realServerId: "rs21",
      port,
      isExpected: true,
    });
    const causes = causesOfUnknown([answers(80), answers(443), answers(80)], withProbe({ answers: {} }));
    expect(causes.map((each) => [each.code, each.name, each.part])).toEqual([
      ["noAnswer", addressOf(21), "port 80"],
      ["noAnswer", addressOf(21), "port 443"],
    ]);
  });

  it("has a cause for every proof that is unknown, whatever could not be asked", () => {
    const directed = { directorId: "lvs-2" };
    const proofs: Proof[] = [
      rowGone,
      { kind: "rowHasWeight", ...directed, row, weight: 0 },
      { kind: "rowDrained", ...directed, row, most: 0 },
      { kind: "configLoaded", ...directed },
      { kind: "configIs", ...directed, sha256: "x" },
      { kind: "daemonRuns", ...directed, isExpected: true },
      { kind: "instanceState", ...directed, instance: "VI_CACHE", state: "BACKUP" },
      { kind: "tableReady", ...directed },
      { kind: "oneHolder", vip },
    ];
    const silences: ClusterFacts[] = [
      withSecond({ isConnected: false }),
      withSecond({ state: undefined }),
      ...(["table", "vrrp", "health", "config", "daemon", "host"] as const).flatMap((part) => [
        withSecond({}, { [part]: notAsked }),
        withSecond({}, { [part]: absent }),
      ]),
    ];
    for (const facts of silences)
      for (const proof of proofs)
        if (evaluateProof(proof, facts, {}).status === "unknown")
          expect(causesOfUnknown([proof], facts), proof.kind).toMatchObject([{ machine: lvs2 }]);
  });
});

describe("a command that could not be given", () => {
  const facts = factsOf(fixtureCluster());

  it("is laid at the connection where the agent is lost, else told in the command's own words", () => {
    const lost = { sinceMs: 7, reason: "ECONNREFUSED" };
    expect(causeOfFailure(lvs2, "fetch failed", withSecond({ isConnected: false, lost }))).toMatchObject({
      code: "agentLost",
      sinceMs: 7,
      detail: "ECONNREFUSED",
    });
    expect(causeOfFailure(lvs2, "fetch failed", facts)).toEqual({
      code: "commandFailed",
      machine: lvs2,
      name: "lvs-2",
      detail: "fetch failed",
    });
    expect(causeOfFailure(rs21, "connect ETIMEDOUT", facts)).toEqual({
      code: "sshFailed",
      machine: rs21,
      name: addressOf(21),
      detail: "connect ETIMEDOUT",
    });
  });

  it("is one of the machine that the action is done to", () => {
    expect(machineOf({ kind: "daemon", directorId: "lvs-2", verb: "stop" })).toEqual(lvs2);
    expect(machineOf({ kind: "service", realServerId: "rs21", verb: "stop" })).toEqual(rs21);
  });
});

it("a cause stays the same one in other words and at another time, not for another machine or part", () => {
  const cause: WaitCause = { code: "agentLost", machine: lvs2, name: "lvs-2", detail: "a", sinceMs: 1 };
  expect(causeKey({ ...cause, detail: "b", sinceMs: 2 })).toBe(causeKey(cause));
  expect(causeKey({ ...cause, machine: { ...lvs2, id: "lvs-1" } })).not.toBe(causeKey(cause));
  expect(causeKey({ ...cause, code: "agentSilent" })).not.toBe(causeKey(cause));
  expect(causeKey({ ...cause, part: "table" })).not.toBe(causeKey(cause));
});
