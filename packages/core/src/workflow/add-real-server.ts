import type { Plan, PlanRequest, Proof } from "./plan.ts";
import { rowsOfRealServer, type ClusterFacts, type RealServerFacts } from "./facts.ts";
import { picturedDirectors } from "./cluster-picture.ts";
import { clusterPreflight, conditionOf } from "./preflight.ts";
import { runInvariants } from "./invariants.ts";
import { additionEdits, groupsOf } from "./file-edits.ts";
import { fileSteps } from "./file-steps.ts";
import { addVipStep, bare, startServiceStep, type PicturedRealServer } from "./real-server-steps.ts";
import { vipsNeeded } from "./vips-needed.ts";

export type AddRealServer = Extract<PlanRequest, { kind: "addRealServer" }>;

/** Add a real server (book 6.5.1): service, LVS script, both verified, then the file on every director, then each director in turn. */
export function planAddRealServer(request: AddRealServer, facts: ClusterFacts, real: RealServerFacts): Plan {
  const directors = picturedDirectors(facts);
  const pictured: PicturedRealServer = {
    id: real.id,
    address: real.address,
    rows: request.rows,
    vips: vipsNeeded(directors, request.rows),
  };
  const present = (directorId: string): Proof[] =>
    request.rows.map((row) => ({ kind: "rowPresent", directorId, row: bare(row) }));
  const standsAlready = directors.filter(
    (each) => rowsOfRealServer(each.configured, real.address).length > 0,
  );
  return {
    kind: request.kind,
    request,
    clusterId: facts.clusterId,
    clusterName: facts.clusterName,
    subject: real.address,
    madeAtMs: facts.nowMs,
    steps: [
      startServiceStep(pictured),
      ...(pictured.vips.length === 0 ? [] : [addVipStep(pictured)]),
      ...fileSteps(facts, {
        directors,
        method: request.method,
        rowProofs: present,
        edits: (director) => additionEdits(director.configured, request.rows),
      }),
    ],
    preflight: [
      ...clusterPreflight(facts, directors),
      conditionOf("hostKeyPinned", { address: real.address }, real.hasPinnedHostKey),
      conditionOf("notInFileYet", { address: real.address }, standsAlready.length === 0),
      ...directors.flatMap((director) =>
        groupsOf(director.configured, request.rows).map(({ group, isWhole }) =>
          conditionOf("groupWhole", { group, director: director.facts.name }, isWhole),
        ),
      ),
    ],
    invariants: runInvariants(facts, []),
    blastRadius: [
      { code: "services", values: { count: request.rows.length } },
      { code: "directors", values: { names: directors.map((each) => each.facts.name).join(", ") } },
    ],
    refusedOnPurpose: [{ code: "fileBeforeService", values: { address: real.address } }],
    diffs: [],
  };
}
