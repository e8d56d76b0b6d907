import { describe, expect, it } from "vitest";
import type { ConfiguredRealServer, ConfiguredService } from "../director/configured.ts";
import { destinationKey } from "../ipvs/table.ts";
import { planAddRealServer } from "./add-real-server.ts";
import { addressOf, factsOf, fixtureCluster, serviceId, vip } from "./cluster.fixture.ts";
import type { ClusterFacts, RealServerFacts } from "./facts.ts";
import { planFailOver } from "./fail-over.ts";
import type { Action, DirectorMethod, Plan, Proof, Step } from "./plan.ts";
import { planRemoveRealServer } from "./remove-real-server.ts";

/** Whole plans as text, a line for each guard (if), action (do), proof (see), way back (back) and its proof (seen). */

function printProof(proof: Proof): string {
  switch (proof.kind) {
    case "rowHasWeight":
      return `${proof.directorId} ${destinationKey(proof.row)} weight ${proof.weight}`;
    case "rowGone":
    case "rowPresent":
      return `${proof.directorId} ${destinationKey(proof.row)} ${proof.kind}`;
    case "rowDrained":
      return `${proof.directorId} ${destinationKey(proof.row)} ActiveConn <= ${proof.most}`;
    case "serviceAnswers":
      return `${proof.realServerId} port ${proof.port} ${proof.isExpected ? "answers" : "silent"}`;
    case "vipOnLoopback":
      return `${proof.realServerId} ${proof.vip} ${proof.isExpected ? "on lo" : "not on lo"}`;
    case "arpSuppressed":
      return `${proof.realServerId} ${proof.kind}`;
    case "configWritten":
    case "configLoaded":
    case "tableReady":
      return `${proof.directorId} ${proof.kind}`;
    case "configIs":
      return `${proof.directorId} has the ${proof.sha256}`;
    case "daemonRuns":
      return `${proof.directorId} daemon ${proof.isExpected ? "runs" : "stopped"}`;
    case "instanceState":
      return `${proof.directorId} ${proof.instance} ${proof.state}`;
    case "oneHolder":
      return `${proof.vip} on ${proof.directorId ?? "one director"} alone`;
  }
}

function printAction(action: Action): string {
  switch (action.kind) {
    case "setWeight":
      return `${action.directorId} ${destinationKey(action.row)} weight ${action.weight}`;
    case "service":
      return `${action.realServerId} service ${action.verb}`;
    case "lvsReal":
      return `${action.realServerId} lvs_real ${action.verb} ${action.vips.join(" ")}`;
    case "writeConfig":
      return `${action.directorId} write over the ${action.baseSha256}, then ${action.activation}: ${action.edits
        .map((edit) => ("realServer" in edit ? `${edit.kind} ${destinationKey(edit.realServer)}` : edit.kind))
        .join(", ")}`;
    case "restoreConfig":
      return `${action.directorId} restore the ${action.sha256}, then ${action.activation}`;
    case "daemon":
      return `${action.directorId} daemon ${action.verb}`;
  }
}

function printStep(step: Step): string {
  return [
    `${step.id}, ${step.holdMs} of ${step.limitMs} ms`,
    ...step.guards.map((each) => `  if   ${printProof(each)}`),
    ...step.actions.map((each) => `  do   ${printAction(each)}`),
    ...step.proofs.map((each) => `  see  ${printProof(each)}`),
    ...step.undo.map((each) => `  back ${printAction(each)}`),
    ...step.undoProofs.map((each) => `  seen ${printProof(each)}`),
  ].join("\n");
}

const print = (plan: Plan): string => plan.steps.map(printStep).join("\n");

function findReal(facts: ClusterFacts, id: string): RealServerFacts {
  const real = facts.realServers.find((each) => each.id === id);
  if (real === undefined) throw new Error(`no ${id} in the fixture`);
  return real;
}

function removal(facts: ClusterFacts, method: DirectorMethod, drainMost = 0): Plan {
  return planRemoveRealServer(
    { kind: "removeRealServer", clusterId: "c1", realServerId: "rs21", method, drainMost },
    facts,
    findReal(facts, "rs21"),
  );
}

function addition(facts: ClusterFacts, method: DirectorMethod): Plan {
  const rows = [{ service: serviceId, address: addressOf(23), port: 80, weight: 70 }];
  return planAddRealServer(
    { kind: "addRealServer", clusterId: "c1", realServerId: "rs23", method, rows },
    facts,
    findReal(facts, "rs23"),
  );
}

/** A cluster with rs23 registered and in no file. */
function beforeAddition(): ClusterFacts {
  const cluster = fixtureCluster([21, 22]);
  cluster.realServers.push({ octet: 23, isServing: false, hasVip: false, isReachable: true });
  return factsOf(cluster);
}

/** The facts with every director's service changed; the second director's real server .21 by `second` too. */
function withFile(
  change: (service: ConfiguredService) => ConfiguredService,
  second: Partial<ConfiguredRealServer> = {},
): ClusterFacts {
  const facts = factsOf(fixtureCluster());
  for (const [index, { state }] of facts.directors.entries()) {
    if (state?.config.status !== "known") throw new Error("fixture without a file");
    const { configured } = state.config.value;
    configured.services = configured.services.map((service) => {
      const changed = change(service);
      if (index === 0) return changed;
      const realServers = changed.realServers.map((real) =>
        real.address === addressOf(21) ? { ...real, ...second } : real,
      );
      return { ...changed, realServers };
    });
  }
  return facts;
}

const step = (plan: Plan, id: string): string => {
  const found = plan.steps.find((each) => each.id === id);
  return found === undefined ? `no step ${id}` : printStep(found);
};

const failOverText = (row: string): string => `stop:lvs-1, 2000 of 39000 ms
  if   lvs-2 daemon runs
  if   lvs-2 tableReady
  do   lvs-1 daemon stop
  see  lvs-1 daemon stopped
  see  192.0.2.64 on lvs-2 alone
  back lvs-1 daemon start
  seen lvs-1 daemon runs
start:lvs-1, 2000 of 69000 ms
  do   lvs-1 daemon start
  see  lvs-1 daemon runs
  see  lvs-1 configLoaded
  see  lvs-1 tableReady
  see  lvs-1 ${row}
  see  lvs-1 VI_CACHE MASTER
  see  192.0.2.64 on lvs-1 alone
stop:lvs-2, 2000 of 39000 ms
  if   lvs-1 daemon runs
  if   lvs-1 tableReady
  do   lvs-2 daemon stop
  see  lvs-2 daemon stopped
  see  192.0.2.64 on lvs-1 alone
  back lvs-2 daemon start
  seen lvs-2 daemon runs
start:lvs-2, 2000 of 69000 ms
  do   lvs-2 daemon start
  see  lvs-2 daemon runs
  see  lvs-2 configLoaded
  see  lvs-2 tableReady
  see  lvs-2 ${row}
  see  lvs-2 VI_CACHE BACKUP
  see  192.0.2.64 on lvs-1 alone`;

describe("a removal", () => {
  it("asks before, proves after and has a way back at every step", () => {
    expect(print(removal(factsOf(fixtureCluster()), "stopStart", 5))).toBe(`drain, 3000 of 3600000 ms
  if   lvs-1 192.0.2.21:80 rowPresent
  if   lvs-2 192.0.2.21:80 rowPresent
  do   lvs-1 192.0.2.21:80 weight 0
  do   lvs-2 192.0.2.21:80 weight 0
  see  lvs-1 192.0.2.21:80 weight 0
  see  lvs-2 192.0.2.21:80 weight 0
  see  lvs-1 192.0.2.21:80 ActiveConn <= 5
  see  lvs-2 192.0.2.21:80 ActiveConn <= 5
  back lvs-1 192.0.2.21:80 weight 100
  back lvs-2 192.0.2.21:80 weight 100
  seen lvs-1 192.0.2.21:80 weight 100
  seen lvs-2 192.0.2.21:80 weight 100
stopService, 1000 of 26000 ms
  do   rs21 service stop
  see  rs21 port 80 silent
  see  lvs-1 192.0.2.21:80 rowGone
  see  lvs-2 192.0.2.21:80 rowGone
  back rs21 service start
  seen rs21 port 80 answers
  seen lvs-1 192.0.2.21:80 rowPresent
  seen lvs-2 192.0.2.21:80 rowPresent
removeVip, 0 of 30000 ms
  if   rs21 port 80 silent
  if   lvs-1 192.0.2.21:80 rowGone
  if   lvs-2 192.0.2.21:80 rowGone
  do   rs21 lvs_real stop 192.0.2.64
  see  rs21 192.0.2.64 not on lo
  back rs21 lvs_real start 192.0.2.64
  seen rs21 192.0.2.64 on lo
  seen rs21 arpSuppressed
writeConfig:lvs-1+lvs-2, 0 of 60000 ms
  if   lvs-1 has the file of 21 22 23
  if   lvs-2 has the file of 21 22 23
  do   lvs-1 write over the file of 21 22 23, then none: removeRealServer 192.0.2.21:80
  do   lvs-2 write over the file of 21 22 23, then none: removeRealServer 192.0.2.21:80
  see  lvs-1 configWritten
  see  lvs-2 configWritten
  back lvs-1 restore the file of 21 22 23, then reload
  back lvs-2 restore the file of 21 22 23, then reload
  seen lvs-1 has the file of 21 22 23
  seen lvs-1 configLoaded
  seen lvs-2 has the file of 21 22 23
  seen lvs-2 configLoaded
${failOverText("192.0.2.21:80 rowGone")}
close, 2000 of 60000 ms
  see  lvs-1 192.0.2.21:80 rowGone
  see  lvs-2 192.0.2.21:80 rowGone
  see  192.0.2.64 on lvs-1 alone`);
  });

  it("that reloads proves each director loaded and rid of the row before the next reads its file", () => {
    const plan = removal(factsOf(fixtureCluster()), "reload");
    expect(plan.steps.map((each) => each.id)).toEqual([
      "drain",
      "stopService",
      "removeVip",
      "reload:lvs-2",
      "reload:lvs-1",
      "close",
    ]);
    expect(step(plan, "reload:lvs-2")).toBe(`reload:lvs-2, 2000 of 60000 ms
  if   lvs-2 has the file of 21 22 23
  do   lvs-2 write over the file of 21 22 23, then reload: removeRealServer 192.0.2.21:80
  see  lvs-2 configWritten
  see  lvs-2 configLoaded
  see  lvs-2 192.0.2.21:80 rowGone
  back lvs-2 restore the file of 21 22 23, then reload
  seen lvs-2 has the file of 21 22 23
  seen lvs-2 configLoaded`);
  });

  it("gives each director its own weight back", () => {
    const plan = removal(
      withFile((service) => service, { weight: 40 }),
      "stopStart",
    );
    expect(step(plan, "drain")).toContain("back lvs-1 192.0.2.21:80 weight 100");
    expect(step(plan, "drain")).toContain("back lvs-2 192.0.2.21:80 weight 40");
  });

  it("touches on each director only the rows of its own file", () => {
    const plan = removal(
      withFile((service) => service, { address: addressOf(99) }),
      "stopStart",
    );
    expect(step(plan, "drain")).not.toContain("lvs-2");
    expect(step(plan, "drain")).toContain("do   lvs-1 192.0.2.21:80 weight 0");
  });

  it("waits for weight 0 instead of a gone row where its checkers inhibit on failure", () => {
    const plan = removal(
      withFile((service) => service, { inhibitOnFailure: true }),
      "stopStart",
    );
    for (const id of ["stopService", "removeVip"]) {
      expect(step(plan, id)).toContain("lvs-1 192.0.2.21:80 rowGone");
      expect(step(plan, id)).toContain("lvs-2 192.0.2.21:80 weight 0");
    }
  });

  it("gives the slowest checker its time to see the service stop", () => {
    const check = { kind: "TCP_CHECK", connectTimeoutS: 5, retry: 3, delayBeforeRetryS: 10, detail: "" };
    const slow = (service: ConfiguredService) => ({ ...service, delayLoopS: 60 });
    const plan = removal(withFile(slow, { checks: [check] }), "stopStart");
    expect(plan.steps.find((each) => each.id === "stopService")?.limitMs).toBe(
      20_000 + (4 * 15 + 60) * 1_000,
    );
  });

  it("touches no lo where the director rewrites the address (Masq), and does for Tunnel as for Route", () => {
    const by = (forwarding: ConfiguredService["forwarding"]) =>
      step(
        removal(
          withFile((service) => ({ ...service, forwarding })),
          "stopStart",
        ),
        "removeVip",
      );
    expect(by("Masq")).toBe("no step removeVip");
    expect(by("Tunnel")).toContain("do   rs21 lvs_real stop 192.0.2.64");
  });

  it("takes every VIP of the directors off lo for a firewall mark, which names no address", () => {
    const mark = { kind: "fwmark", mark: 10, family: "inet" } as const;
    const plan = removal(
      withFile((service) => ({ ...service, id: mark })),
      "stopStart",
    );
    expect(step(plan, "removeVip")).toContain(`do   rs21 lvs_real stop ${vip}`);
  });

  it("counts the connections that are there now on all directors", () => {
    const cluster = fixtureCluster();
    for (const director of cluster.directors) director.kernel.set(21, { weight: 100, active: 7 });
    expect(removal(factsOf(cluster), "stopStart").blastRadius).toContainEqual({
      code: "connectionsNow",
      values: { count: 14 },
    });
  });
});

describe("an addition", () => {
  it("asks before, proves after and has a way back at every step", () => {
    expect(print(addition(beforeAddition(), "stopStart"))).toBe(`startService, 0 of 30000 ms
  do   rs23 service start
  see  rs23 port 80 answers
  back rs23 service stop
  seen rs23 port 80 silent
addVip, 0 of 30000 ms
  if   rs23 port 80 answers
  do   rs23 lvs_real start 192.0.2.64
  see  rs23 192.0.2.64 on lo
  see  rs23 arpSuppressed
  back rs23 lvs_real stop 192.0.2.64
  seen rs23 192.0.2.64 not on lo
writeConfig:lvs-1+lvs-2, 0 of 60000 ms
  if   lvs-1 has the file of 21 22
  if   lvs-2 has the file of 21 22
  do   lvs-1 write over the file of 21 22, then none: addRealServer 192.0.2.23:80
  do   lvs-2 write over the file of 21 22, then none: addRealServer 192.0.2.23:80
  see  lvs-1 configWritten
  see  lvs-2 configWritten
  back lvs-1 restore the file of 21 22, then reload
  back lvs-2 restore the file of 21 22, then reload
  seen lvs-1 has the file of 21 22
  seen lvs-1 configLoaded
  seen lvs-2 has the file of 21 22
  seen lvs-2 configLoaded
${failOverText("192.0.2.23:80 rowPresent")}
close, 2000 of 60000 ms
  see  lvs-1 192.0.2.23:80 rowPresent
  see  lvs-2 192.0.2.23:80 rowPresent
  see  192.0.2.64 on lvs-1 alone`);
  });

  it("writes the weight that was asked for, and proves the row where it reloads", () => {
    const plan = addition(beforeAddition(), "reload");
    expect(step(plan, "reload:lvs-1")).toContain("see  lvs-1 192.0.2.23:80 rowPresent");
    const weights = plan.steps
      .flatMap((each) => each.actions)
      .flatMap((each) => (each.kind === "writeConfig" ? each.edits : []))
      .map((edit) => (edit.kind === "addRealServer" ? edit.realServer.weight : undefined));
    expect(weights).toEqual([70, 70]);
  });
});

describe("a fail-over", () => {
  it("ends with every address proven on the director that had it", () => {
    const plan = planFailOver({ kind: "failOver", clusterId: "c1" }, factsOf(fixtureCluster()));
    expect(step(plan, "close")).toBe("close, 2000 of 60000 ms\n  see  192.0.2.64 on lvs-1 alone");
  });
});
