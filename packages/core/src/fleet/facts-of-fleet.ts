import type { ClusterFacts } from "../workflow/facts.ts";
import type { Fleet } from "./model.ts";
import { wireFactsOf } from "./wire-facts.ts";

/**
 * The facts of one cluster as the proofs of a plan ask for them, from what is in the fleet alone: no real server is asked, so
 * proofs about one are unknown here. `nowMs` on the console's clock.
 */
export const factsOfFleet = (fleet: Fleet, clusterId: string, nowMs: number): ClusterFacts => ({
  clusterId,
  clusterName: fleet.clusters.find((each) => each.id === clusterId)?.name ?? "",
  nowMs,
  wire: wireFactsOf(fleet, clusterId, nowMs),
  directors: fleet.directors
    .filter((director) => director.clusterId === clusterId)
    .map((director) => ({
      id: director.id,
      name: director.name,
      isConnected: director.connection.status === "connected",
      ageMs: director.heardAtMs === undefined ? undefined : Math.max(0, nowMs - director.heardAtMs),
      state: director.state,
    })),
  realServers: fleet.realServers
    .filter((real) => real.clusterId === clusterId)
    .map((real) => ({
      id: real.id,
      name: real.name,
      address: real.address,
      hasPinnedHostKey: real.hostKeyFingerprint !== undefined,
      probe: undefined,
    })),
});
