import type { Condition, Step } from "@lvs/core/workflow/plan";
import type { ClusterFacts } from "@lvs/core/workflow/facts";
import { runInvariants } from "@lvs/core/workflow/invariants";
import { hasEnded } from "@lvs/core/workflow/progress";
import type { Run } from "@lvs/core/workflow/run";
import { causeOfFailure } from "@lvs/core/workflow/waiting";
import type { DrivePorts } from "./ports.ts";
import {
  describe,
  describeCondition,
  openProofs,
  proofsOf,
  waitForFacts,
  type OpenProof,
} from "./open-proofs.ts";
import { performAll } from "./perform-all.ts";
import { goOnKey, lookMs, overrideKey, pause, runAgain, waitFor } from "./run-status.ts";
import { undoNext } from "./undo.ts";

/** A guard or an invariant may be untrue for this long (a hand-over, a checker's round) before it stops a run. */
const graceMs = 15_000;

/**
 * Takes a run from where it stands to its end, or until a person must decide. Safe to call again after any interruption: what it
 * needs to know is in the run, and every action may be done twice.
 */
export async function driveRun(ports: DrivePorts, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const run = ports.read();
    if (hasEnded(run) || run.status === "paused") return;
    if (run.undoingDownTo === undefined) await advance(ports, run, signal);
    else await undoNext(ports, { run, downTo: run.undoingDownTo, signal });
  }
}

async function advance(ports: DrivePorts, run: Run, signal: AbortSignal): Promise<void> {
  const step = run.plan.steps[run.current];
  const progress = run.steps[run.current];
  if (step === undefined || progress === undefined) {
    await ports.emit({ kind: "statusChanged", atMs: ports.nowMs(), status: "done", reason: undefined });
    return;
  }
  switch (progress.status) {
    case "toCome":
    case "failed":
    case "undone":
      await enter(ports, { run, step, signal });
      return;
    case "doing":
      await act(ports, run, step);
      return;
    case "proving":
    case "undoing":
      await prove(ports, { run, step, signal });
      return;
    case "done":
    case "skipped":
      await ports.emit({
        kind: "stepEntered",
        atMs: ports.nowMs(),
        index: run.current,
        status: progress.status,
      });
      return;
  }
}

/** A step that the run stands at. `signal`: nothing new is begun and nothing is waited for any more; the run stays where it is. */
interface Standing {
  readonly run: Run;
  readonly step: Step;
  readonly signal: AbortSignal;
}

/** Guards and invariants first: what must be true right before the step is read now, not remembered. */
async function enter(ports: DrivePorts, { run, step, signal }: Standing): Promise<void> {
  if (run.isPauseRequested) {
    await pause(ports, "asked", "");
    return;
  }
  const since = ports.nowMs();
  for (;;) {
    const now = ports.read();
    if (signal.aborted) return;
    if (now.status === "paused" || now.undoingDownTo !== undefined || now.isPauseRequested) return;
    const facts = await ports.facts(run);
    const open = openProofs(step.guards, facts, run.record);
    const breach = brokenInvariant(now, facts);
    if (open.length === 0 && breach === undefined) break;
    if (open.some((each) => each.evidence.status === "unknown")) await waitForFacts(ports, facts, open);
    else if (ports.nowMs() - since > graceMs) {
      await pauseBroken(ports, open, breach);
      return;
    }
    await ports.wait(lookMs);
  }
  await runAgain(ports);
  await ports.emit({ kind: "stepEntered", atMs: ports.nowMs(), index: run.current, status: "doing" });
}

async function pauseBroken(
  ports: DrivePorts,
  open: readonly OpenProof[],
  breach: Condition | undefined,
): Promise<void> {
  if (open.length > 0) await pause(ports, "invariantBroken", describe(open), { openProofs: proofsOf(open) });
  else if (breach !== undefined)
    await pause(ports, "invariantBroken", describeCondition(breach), { broken: breach });
}

async function act(ports: DrivePorts, run: Run, step: Step): Promise<void> {
  const outcome = await performAll(ports, run, { actions: step.actions, index: run.current });
  switch (outcome.kind) {
    case "done":
      await runAgain(ports);
      await ports.emit({ kind: "stepEntered", atMs: ports.nowMs(), index: run.current, status: "proving" });
      return;
    case "refused":
      await ports.emit({ kind: "stepEntered", atMs: ports.nowMs(), index: run.current, status: "failed" });
      await pause(ports, "actionFailed", outcome.reason);
      return;
    case "unreachable":
      await waitFor(ports, [causeOfFailure(outcome.machine, outcome.reason, await ports.facts(run))]);
      await ports.wait(1_000);
      return;
  }
}

/** Every proof true for `holdMs` without a break; then the files are kept and the step is done. */
async function prove(ports: DrivePorts, { run, step, signal }: Standing): Promise<void> {
  let provenSince: number | undefined;
  let brokenSince: number | undefined;
  let askedSince = ports.nowMs();
  for (;;) {
    const now = ports.read();
    if (signal.aborted) return;
    if (now.status === "paused" || now.undoingDownTo !== undefined || now.current !== run.current) return;
    const facts = await ports.facts(run);
    const open = openProofs(step.proofs, facts, now.record);
    const breach = brokenInvariant(now, facts);
    const nowMs = ports.nowMs();
    brokenSince = breach === undefined ? undefined : (brokenSince ?? nowMs);
    provenSince = open.length > 0 ? undefined : (provenSince ?? nowMs);
    if (breach !== undefined && brokenSince !== undefined && nowMs - brokenSince > graceMs) {
      await pause(ports, "invariantBroken", describeCondition(breach), { broken: breach });
      return;
    }
    if (provenSince !== undefined && nowMs - provenSince >= step.holdMs) break;
    if (now.record[goOnKey(now.current)] !== undefined) break;
    if (open.some((each) => each.evidence.status === "unknown")) {
      await waitForFacts(ports, facts, open);
      askedSince = ports.nowMs();
    } else {
      await runAgain(ports);
      if (nowMs - askedSince > step.limitMs) {
        await pause(ports, "proofLate", describe(open), { openProofs: proofsOf(open) });
        return;
      }
    }
    await ports.wait(lookMs);
  }
  await finish(ports, step);
}

async function finish(ports: DrivePorts, step: Step): Promise<void> {
  const run = ports.read();
  const written = step.actions.flatMap((each) => (each.kind === "writeConfig" ? [each.directorId] : []));
  const kept = written.length === 0 ? { kind: "done" as const } : await ports.keepFiles(run, written);
  switch (kept.kind) {
    case "done":
      await runAgain(ports);
      await ports.emit({ kind: "stepEntered", atMs: ports.nowMs(), index: run.current, status: endOf(run) });
      return;
    case "refused":
      await pause(ports, "actionFailed", kept.reason);
      return;
    case "unreachable":
      await waitFor(ports, [causeOfFailure(kept.machine, kept.reason, await ports.facts(run))]);
      await ports.wait(1_000);
      return;
  }
}

function endOf(run: Run): "done" | "skipped" {
  return run.record[goOnKey(run.current)] === undefined ? "done" : "skipped";
}

/** An invariant that is known to be broken now, unless a person has already said to go on with this step. */
function brokenInvariant(run: Run, facts: ClusterFacts): Condition | undefined {
  if (run.record[overrideKey(run.current)] !== undefined) return undefined;
  return runInvariants(facts, []).find((each) => each.isMet === false);
}
