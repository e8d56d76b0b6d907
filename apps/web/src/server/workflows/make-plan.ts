import type { Fleet } from "@lvs/core/fleet/model";
import { planAddRealServer } from "@lvs/core/workflow/add-real-server";
import { planFailOver } from "@lvs/core/workflow/fail-over";
import type { RealServerFacts, ClusterFacts } from "@lvs/core/workflow/facts";
import {
  refusesStart,
  type Action,
  type Condition,
  type Plan,
  type PlanRequest,
} from "@lvs/core/workflow/plan";
import { planRemoveRealServer } from "@lvs/core/workflow/remove-real-server";
import type { AgentClient } from "../agents.ts";
import { problem } from "../problem.ts";
import { clusterFacts } from "../runner/cluster-facts.ts";

/** A plan from the facts of now: built by core, completed with what only the agents can say (the diff, `keepalived -t`) and the lock. */
export async function makePlan(
  request: PlanRequest,
  fleet: Fleet,
  agentFor: (directorId: string) => Promise<AgentClient>,
): Promise<Plan> {
  const facts = clusterFacts(fleet, request.clusterId, new Map());
  const plan = buildPlan(request, facts);
  const writes = plan.steps.flatMap((step) => step.actions).filter((action) => action.kind === "writeConfig");
  const tried = await Promise.all(writes.map((write) => tryWrite(write, facts, agentFor)));
  return {
    ...plan,
    preflight: [
      ...plan.preflight,
      ...tried.map((each) => each.condition),
      noOtherRun(fleet, request.clusterId),
    ],
    diffs: tried.map((each) => each.diff),
  };
}

function buildPlan(request: PlanRequest, facts: ClusterFacts): Plan {
  switch (request.kind) {
    case "removeRealServer":
      return planRemoveRealServer(request, facts, findRealServer(facts, request.realServerId));
    case "addRealServer":
      return planAddRealServer(request, facts, findRealServer(facts, request.realServerId));
    case "failOver":
      return planFailOver(request, facts);
  }
}

function findRealServer(facts: ClusterFacts, id: string): RealServerFacts {
  const real = facts.realServers.find((each) => each.id === id);
  if (real === undefined)
    throw problem("notFound", "This real server is not registered in the cluster any more.");
  return real;
}

type Write = Extract<Action, { kind: "writeConfig" }>;

/** Stages the edits on the director and lets the stage lapse: the reader sees the very diff, and keepalived has judged it. */
async function tryWrite(
  write: Write,
  facts: ClusterFacts,
  agentFor: (directorId: string) => Promise<AgentClient>,
): Promise<{ condition: Condition; diff: Plan["diffs"][number] }> {
  const directorName = facts.directors.find((each) => each.id === write.directorId)?.name ?? write.directorId;
  const values = { director: directorName };
  const nothing = { directorId: write.directorId, directorName, lines: [] };
  try {
    const staged = await (
      await agentFor(write.directorId)
    ).config.stage.mutate({
      baseSha256: write.baseSha256,
      change: { kind: "edits", edits: write.edits },
    });
    if (staged.outcome === "refused") {
      const detail = [staged.reason, ...staged.details].join(" ");
      return {
        condition: { code: "fileAccepted", values: { ...values, detail }, isMet: false },
        diff: nothing,
      };
    }
    return {
      condition: { code: "fileAccepted", values: { ...values, detail: "" }, isMet: true },
      diff: { ...nothing, lines: staged.diff },
    };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return { condition: { code: "fileAccepted", values: { ...values, detail } }, diff: nothing };
  }
}

function noOtherRun(fleet: Fleet, clusterId: string): Condition {
  const open = fleet.runs.find((run) => run.clusterId === clusterId && run.endedAtMs === undefined);
  return { code: "noOtherRun", values: { number: open?.number ?? 0 }, isMet: open === undefined };
}

/** The conditions that forbid a start. */
export function unmet(plan: Plan): Condition[] {
  return plan.preflight.filter(refusesStart);
}
