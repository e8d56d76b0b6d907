import { expect, it, describe } from "vitest";
import { planAddRealServer } from "./add-real-server.ts";
import {
  addressOf,
  factsOf,
  fixtureCluster,
  serviceId,
  vip,
  type FixtureCluster,
} from "./cluster.fixture.ts";
import { planFailOver } from "./fail-over.ts";
import { planSchema, type Plan } from "./plan.ts";
import { evaluateProof } from "./prove.ts";
import { planRemoveRealServer } from "./remove-real-server.ts";

function removal(cluster: FixtureCluster, octet = 21, method: "stopStart" | "reload" = "stopStart"): Plan {
  const facts = factsOf(cluster);
  const real = facts.realServers.find((each) => each.id === `rs${octet}`);
  if (real === undefined) throw new Error("no such real server in the fixture");
  return planRemoveRealServer(
    { kind: "removeRealServer", clusterId: "c1", realServerId: real.id, method, drainMost: 0 },
    facts,
    real,
  );
}

function unmetCodes(plan: Plan): string[] {
  return plan.preflight.filter((each) => each.isMet !== true).map((each) => each.code);
}

describe("remove a real server", () => {
  it("keeps the documented order: drain, service, VIP, file, then each director stopped and started in turn, MASTER first", () => {
    expect(removal(fixtureCluster()).steps.map((step) => `${step.kind} ${step.subject}`)).toEqual([
      "drain 192.0.2.21",
      "stopService 192.0.2.21",
      "removeVip 192.0.2.21",
      "writeConfig lvs-1, lvs-2",
      "stopDaemon lvs-1",
      "startDaemon lvs-1",
      "stopDaemon lvs-2",
      "startDaemon lvs-2",
      "close cdn",
    ]);
  });

  it("never removes the VIP while the service answers or a director still forwards to it", () => {
    const step = removal(fixtureCluster()).steps.find((each) => each.kind === "removeVip");
    expect(step?.guards.map((guard) => guard.kind)).toEqual(["serviceAnswers", "rowGone", "rowGone"]);
    const facts = factsOf(fixtureCluster());
    expect(step?.guards.map((guard) => evaluateProof(guard, facts, {}).status)).toEqual([
      "awaited",
      "awaited",
      "awaited",
    ]);
  });

  it("proves the peer MASTER before a director comes back, and the VIP on exactly one director", () => {
    const steps = removal(fixtureCluster()).steps;
    expect(steps.find((each) => each.id === "stop:lvs-1")?.proofs).toContainEqual({
      kind: "oneHolder",
      vip,
      directorId: "lvs-2",
    });
    expect(steps.find((each) => each.id === "start:lvs-1")?.proofs).toContainEqual({
      kind: "oneHolder",
      vip,
      directorId: "lvs-1",
    });
  });

  it("is plain data that survives the database", () => {
    const plan = removal(fixtureCluster());
    expect(planSchema.parse(JSON.parse(JSON.stringify(plan)))).toEqual(JSON.parse(JSON.stringify(plan)));
  });

  it("is ready to start on a healthy cluster", () => {
    expect(unmetCodes(removal(fixtureCluster()))).toEqual([]);
  });

  it("is refused for the last real server of a service", () => {
    expect(unmetCodes(removal(fixtureCluster([21])))).toContain("othersServe");
  });

  it("is refused where the others are down or drained", () => {
    const cluster = fixtureCluster();
    for (const director of cluster.directors) {
      director.kernel.delete(22);
      director.kernel.set(23, { weight: 0, active: 3 });
    }
    expect(unmetCodes(removal(cluster))).toContain("othersServe");
  });

  it("is refused where a director cannot be asked: unknown is never fine", () => {
    const cluster = fixtureCluster();
    for (const director of cluster.directors.slice(1)) director.isConnected = false;
    expect(unmetCodes(removal(cluster))).toEqual(
      expect.arrayContaining(["directorFresh", "standbyReady", "oneHolder", "othersServe"]),
    );
  });

  it("is refused without a standby", () => {
    const cluster = fixtureCluster();
    for (const director of cluster.directors.slice(1)) director.state = "FAULT";
    expect(unmetCodes(removal(cluster))).toContain("standbyReady");
  });

  it("is refused while both directors hold the VIP", () => {
    const cluster = fixtureCluster();
    for (const director of cluster.directors) director.state = "MASTER";
    expect(unmetCodes(removal(cluster))).toEqual(expect.arrayContaining(["oneHolder", "standbyReady"]));
  });

  it("reloads in place one director a step, the BACKUP first", () => {
    const steps = removal(fixtureCluster(), 21, "reload").steps.filter((each) => each.kind === "reload");
    expect(steps.map((each) => each.subject)).toEqual(["lvs-2", "lvs-1"]);
  });

  it("gives every changing step a way back", () => {
    const plan = removal(fixtureCluster());
    const without = plan.steps.filter((step) => step.undo.length === 0).map((step) => step.kind);
    expect(without).toEqual(["startDaemon", "startDaemon", "close"]);
  });
});

describe("add a real server", () => {
  it("keeps the documented order: service, VIP, file, then each director in turn", () => {
    const cluster = fixtureCluster([21, 22]);
    cluster.realServers.push({ octet: 23, isServing: false, hasVip: false, isReachable: true });
    const facts = factsOf(cluster);
    const real = facts.realServers.find((each) => each.id === "rs23");
    if (real === undefined) throw new Error("no rs23");
    const plan = planAddRealServer(
      {
        kind: "addRealServer",
        clusterId: "c1",
        realServerId: "rs23",
        method: "stopStart",
        rows: [{ service: serviceId, address: addressOf(23), port: 80, weight: 100 }],
      },
      facts,
      real,
    );
    expect(plan.steps.map((step) => step.kind)).toEqual([
      "startService",
      "addVip",
      "writeConfig",
      "stopDaemon",
      "startDaemon",
      "stopDaemon",
      "startDaemon",
      "close",
    ]);
    expect(unmetCodes(plan)).toEqual([]);
    expect(plan.steps.find((step) => step.kind === "addVip")?.proofs.map((proof) => proof.kind)).toEqual([
      "vipOnLoopback",
      "arpSuppressed",
    ]);
  });
});

describe("fail over each director in turn", () => {
  it("forecasts the gap of the MASTER's stop from the heir's skew time and none for the BACKUP's", () => {
    const steps = planFailOver({ kind: "failOver", clusterId: "c1" }, factsOf(fixtureCluster())).steps;
    expect(steps.map((step) => [step.id, step.expected.vipGapMs])).toEqual([
      ["stop:lvs-1", Math.round((106 / 256) * 1_000)],
      ["start:lvs-1", 0],
      ["stop:lvs-2", 0],
      ["start:lvs-2", 0],
      ["close", 0],
    ]);
  });

  it("expects a nopreempt director to stay BACKUP after its return", () => {
    const facts = factsOf(fixtureCluster());
    for (const director of facts.directors) {
      const config = director.state?.config;
      if (config?.status !== "known") throw new Error("fixture without a file");
      for (const instance of config.value.configured.instances) instance.preempt = false;
    }
    const steps = planFailOver({ kind: "failOver", clusterId: "c1" }, facts).steps;
    expect(steps.find((each) => each.id === "start:lvs-1")?.proofs).toContainEqual({
      kind: "instanceState",
      directorId: "lvs-1",
      instance: "VI_CACHE",
      state: "BACKUP",
    });
  });
});

describe("proofs", () => {
  const row = { service: serviceId, address: addressOf(21), port: 80 };

  it("do not take stale facts for proof", () => {
    const facts = factsOf(fixtureCluster());
    const stale = { ...facts, directors: facts.directors.map((each) => ({ ...each, ageMs: 6_000 })) };
    expect(evaluateProof({ kind: "rowPresent", directorId: "lvs-1", row }, facts, {}).status).toBe("proven");
    expect(evaluateProof({ kind: "rowPresent", directorId: "lvs-1", row }, stale, {}).status).toBe("unknown");
    expect(evaluateProof({ kind: "oneHolder", vip }, stale, {}).status).toBe("unknown");
  });

  it("call a row gone only where the kernel answered without it", () => {
    const cluster = fixtureCluster();
    cluster.directors[0]?.kernel.delete(21);
    expect(evaluateProof({ kind: "rowGone", directorId: "lvs-1", row }, factsOf(cluster), {}).status).toBe(
      "proven",
    );
    expect(evaluateProof({ kind: "rowGone", directorId: "nobody", row }, factsOf(cluster), {}).status).toBe(
      "unknown",
    );
  });
});
