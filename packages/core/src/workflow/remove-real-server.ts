import type { Row } from "../director/commands.ts";
import type { Touched, Plan, PlanRequest, Proof } from "./plan.ts";
import { findRow, rowsOfRealServer, type ClusterFacts, type RealServerFacts } from "./facts.ts";
import { picturedDirectors, type PicturedDirector } from "./cluster-picture.ts";
import { clusterPreflight, conditionOf, remainingConditions } from "./preflight.ts";
import { runInvariants } from "./invariants.ts";
import { removalEdits } from "./file-edits.ts";
import { fileSteps } from "./file-steps.ts";
import {
  bare,
  drainStep,
  removeVipStep,
  stopServiceStep,
  type PicturedRealServer,
} from "./real-server-steps.ts";
import { vipsNeeded } from "./vips-needed.ts";

export type RemoveRealServer = Extract<PlanRequest, { kind: "removeRealServer" }>;

/**
 * Remove a real server (book 6.5.1): its service stops first and the checkers take it out, then the VIP leaves lo, then the file is
 * edited on every director, then each director is failed over in turn. A drain comes before the stop. Diffs are filled in by
 * whoever can ask the agents.
 */
export function planRemoveRealServer(
  request: RemoveRealServer,
  facts: ClusterFacts,
  real: RealServerFacts,
): Plan {
  const directors = picturedDirectors(facts);
  const rows = rowsEverywhere(directors, real.address);
  const pictured: PicturedRealServer = {
    id: real.id,
    address: real.address,
    rows,
    vips: vipsNeeded(directors, rows),
  };
  const gone = (directorId: string): Proof[] =>
    rows.map((row) => ({ kind: "rowGone", directorId, row: bare(row) }));
  const active = activeOn(facts, directors, rows);
  return {
    kind: request.kind,
    request,
    clusterId: facts.clusterId,
    clusterName: facts.clusterName,
    subject: real.address,
    madeAtMs: facts.nowMs,
    steps: [
      drainStep(pictured, directors, request.drainMost),
      stopServiceStep(pictured, directors),
      ...(pictured.vips.length === 0 ? [] : [removeVipStep(pictured, directors)]),
      ...fileSteps(facts, {
        directors,
        method: request.method,
        rowProofs: gone,
        edits: (director) => removalEdits(director.configured, real.address),
      }),
    ],
    preflight: [
      ...clusterPreflight(facts, directors),
      conditionOf("standsInFile", { address: real.address }, rows.length > 0),
      conditionOf("hostKeyPinned", { address: real.address }, real.hasPinnedHostKey),
      ...remainingConditions(facts, directors, rows),
    ],
    invariants: runInvariants(facts, rows),
    blastRadius: radius(directors, rows, active),
    refusedOnPurpose: [{ code: "vipBeforeService", values: { address: real.address } }],
    diffs: [],
  };
}

/** Each row once, with the weight of the first director that names it. */
function rowsEverywhere(
  directors: readonly PicturedDirector[],
  address: string,
): (Row & { weight: number })[] {
  const rows = directors.flatMap((director) => rowsOfRealServer(director.configured, address));
  const seen = new Map(rows.toReversed().map((row) => [JSON.stringify(bare(row)), row]));
  return [...seen.values()].toReversed();
}

function activeOn(facts: ClusterFacts, directors: readonly PicturedDirector[], rows: readonly Row[]): number {
  return directors
    .flatMap((director) => rows.map((row) => findRow(facts, director.facts.id, bare(row))))
    .reduce((sum, found) => sum + (found.kind === "found" ? found.destination.activeConnections : 0), 0);
}

function radius(directors: readonly PicturedDirector[], rows: readonly Row[], active: number): Touched[] {
  return [
    { code: "services", values: { count: rows.length } },
    { code: "connectionsNow", values: { count: active } },
    { code: "directors", values: { names: directors.map((each) => each.facts.name).join(", ") } },
  ];
}
