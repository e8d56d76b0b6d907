import type { Plan, PlanRequest } from "./plan.ts";
import type { ClusterFacts } from "./facts.ts";
import { picturedDirectors, presentHolders } from "./cluster-picture.ts";
import { clusterPreflight } from "./preflight.ts";
import { runInvariants } from "./invariants.ts";
import { closeStep, failOverSteps, holderProofs } from "./director-steps.ts";

export type FailOver = Extract<PlanRequest, { kind: "failOver" }>;

/** Fail over each director in turn (book 6.5.1 steps 5 to 7): stop, the peer proven MASTER, start, proven back; then the next. */
export function planFailOver(request: FailOver, facts: ClusterFacts): Plan {
  const directors = picturedDirectors(facts);
  const holders = presentHolders(facts, directors);
  return {
    kind: request.kind,
    request,
    clusterId: facts.clusterId,
    clusterName: facts.clusterName,
    subject: facts.clusterName,
    madeAtMs: facts.nowMs,
    steps: [
      ...failOverSteps({ directors, holders, rowProofs: () => [] }),
      closeStep(facts.clusterName, holderProofs(directors, holders)),
    ],
    preflight: clusterPreflight(facts, directors),
    invariants: runInvariants(facts, []),
    blastRadius: [
      { code: "directors", values: { names: directors.map((each) => each.facts.name).join(", ") } },
    ],
    refusedOnPurpose: [{ code: "bothAtOnce", values: {} }],
    diffs: [],
  };
}
