import type { ConfigEdit } from "../keepalived/edit.ts";
import { presentHolders, type PicturedDirector } from "./cluster-picture.ts";
import { closeStep, failOverSteps, holderProofs } from "./director-steps.ts";
import type { ClusterFacts } from "./facts.ts";
import type { Action, DirectorMethod, Proof, Step } from "./plan.ts";

/** The end of adding and of removing: the file on every director, each of them in turn by `method`, and everything read once more. */
export function fileSteps(facts: ClusterFacts, write: ConfigWrite): Step[] {
  const { directors, method, rowProofs } = write;
  const holders = presentHolders(facts, directors);
  return [
    ...writeSteps(write),
    ...(method === "stopStart" ? failOverSteps({ directors, holders, rowProofs }) : []),
    closeStep(facts.clusterName, [
      ...directors.flatMap((director) => rowProofs(director.facts.id)),
      ...holderProofs(directors, holders),
    ]),
  ];
}

interface ConfigWrite {
  readonly directors: readonly PicturedDirector[];
  readonly method: DirectorMethod;
  readonly edits: (director: PicturedDirector) => ConfigEdit[];
  readonly rowProofs: (directorId: string) => Proof[];
}

/**
 * `stopStart`: every file is written in one step and nobody reads it yet. `reload`: one step a director, BACKUP first, since a
 * bad file is then found where no client is.
 */
function writeSteps(write: ConfigWrite): Step[] {
  const { directors } = write;
  switch (write.method) {
    case "stopStart":
      return [writeStep(write, directors, "writeConfig")];
    case "reload":
      return directors.toReversed().map((director) => writeStep(write, [director], "reload"));
  }
}

function writeStep(
  write: ConfigWrite,
  directors: readonly PicturedDirector[],
  kind: "writeConfig" | "reload",
): Step {
  const isReload = kind === "reload";
  const ids = directors.map((each) => each.facts.id);
  return {
    id: `${kind}:${ids.join("+")}`,
    kind,
    subject: directors.map((each) => each.facts.name).join(", "),
    guards: directors.map((each) => ({ kind: "configIs", directorId: each.facts.id, sha256: each.sha256 })),
    actions: directors.map((each): Action => ({
      kind: "writeConfig",
      directorId: each.facts.id,
      baseSha256: each.sha256,
      edits: write.edits(each),
      activation: isReload ? "reload" : "none",
    })),
    proofs: ids.flatMap((directorId): Proof[] => [
      { kind: "configWritten", directorId },
      ...(isReload ? [{ kind: "configLoaded" as const, directorId }, ...write.rowProofs(directorId)] : []),
    ]),
    undo: directors.map((each) => ({
      kind: "restoreConfig",
      directorId: each.facts.id,
      sha256: each.sha256,
      activation: "reload",
    })),
    undoProofs: directors.flatMap((each): Proof[] => [
      { kind: "configIs", directorId: each.facts.id, sha256: each.sha256 },
      { kind: "configLoaded", directorId: each.facts.id },
    ]),
    holdMs: isReload ? 2_000 : 0,
    limitMs: 60_000,
    expected: { clientsCut: 0, vipGapMs: 0 },
  };
}
