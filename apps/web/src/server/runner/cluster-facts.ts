import { factsOfFleet } from "@lvs/core/fleet/facts-of-fleet";
import type { Connection, Fleet } from "@lvs/core/fleet/model";
import type { ClusterFacts, DirectorFacts, RealServerProbe } from "@lvs/core/workflow/facts";
import type { Plan, Proof } from "@lvs/core/workflow/plan";
import { probeRealServer } from "../real-servers/reach.ts";

/** The facts of one cluster out of the fleet as heard, joined with what the real servers said to `probes`. */
export function clusterFacts(
  fleet: Fleet,
  clusterId: string,
  probes: ReadonlyMap<string, RealServerProbe>,
): ClusterFacts {
  const facts = factsOfFleet(fleet, clusterId, fleet.nowMs);
  const connections = new Map(fleet.directors.map(({ id, connection }) => [id, connection]));
  return {
    ...facts,
    clusterName: facts.clusterName === "" ? clusterId : facts.clusterName,
    directors: facts.directors
      .filter(({ id }) => connections.get(id)?.status !== "revoked")
      .map((director) => ({ ...director, ...lostBy(connections.get(director.id)) })),
    realServers: facts.realServers.map((real) => ({ ...real, probe: probes.get(real.id) })),
  };
}

function lostBy(connection: Connection | undefined): Pick<DirectorFacts, "lost"> {
  switch (connection?.status) {
    case "lost":
    case "refused":
      return { lost: { sinceMs: connection.sinceMs, reason: connection.reason } };
    case "connecting":
      return { lost: { sinceMs: connection.sinceMs, reason: "" } };
    case "connected":
    case "revoked":
    case undefined:
      return {};
  }
}

/** Looks at the real servers that a plan is about, at most once a second each: they have no agent to tell of a change. */
export class RealServerLooks {
  readonly #looks = new Map<string, { atMs: number; probe: RealServerProbe }>();

  async forPlan(plan: Plan, fleet: Fleet): Promise<Map<string, RealServerProbe>> {
    const wanted = portsByRealServer(plan);
    const entries = await Promise.all(
      [...wanted].map(async ([id, ports]) => [id, await this.#look(fleet, id, ports)] as const),
    );
    return new Map(entries.flatMap(([id, probe]) => (probe === undefined ? [] : [[id, probe] as const])));
  }

  async #look(fleet: Fleet, id: string, ports: readonly number[]): Promise<RealServerProbe | undefined> {
    const last = this.#looks.get(id);
    const nowMs = Date.now();
    if (last !== undefined && nowMs - last.atMs < 1_000) return last.probe;
    const real = fleet.realServers.find((each) => each.id === id);
    if (real === undefined) return undefined;
    const probe = sinceFirst(await probeRealServer(real, ports), last?.probe);
    this.#looks.set(id, { atMs: nowMs, probe });
    return probe;
  }
}

/** A look that failed as the one before it did has failed since then. */
function sinceFirst(probe: RealServerProbe, last: RealServerProbe | undefined): RealServerProbe {
  if (probe.sshFailure === undefined || last?.sshFailure === undefined) return probe;
  return { ...probe, sshFailure: { ...probe.sshFailure, sinceMs: last.sshFailure.sinceMs } };
}

/** Every real server that a proof of the plan asks about, with the ports to try. */
export function portsByRealServer(plan: Plan): Map<string, number[]> {
  const ports = new Map<string, Set<number>>();
  for (const proof of plan.steps.flatMap((step) => [...step.guards, ...step.proofs, ...step.undoProofs])) {
    const id = realServerOf(proof);
    if (id === undefined) continue;
    const known = ports.get(id) ?? new Set<number>();
    if (proof.kind === "serviceAnswers") known.add(proof.port);
    ports.set(id, known);
  }
  return new Map([...ports].map(([id, known]) => [id, [...known]]));
}

function realServerOf(proof: Proof): string | undefined {
  return "realServerId" in proof ? proof.realServerId : undefined;
}
