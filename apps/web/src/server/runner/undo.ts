import type { Run, StepStatus } from "@lvs/core/workflow/run";
import { causeOfFailure } from "@lvs/core/workflow/waiting";
import { describe, openProofs, proofsOf, waitForFacts } from "./open-proofs.ts";
import { performAll } from "./perform-all.ts";
import type { DrivePorts } from "./ports.ts";
import { lookMs, pause, runAgain, waitFor } from "./run-status.ts";

/** An undo's proof is waited for this long; then a person is asked. Longer than a checker's slowest round. */
const undoLimitMs = 180_000;

/** Undoes the last touched step at or after `downTo`, or ends the undo where none is left. */
export async function undoNext(
  ports: DrivePorts,
  { run, downTo, signal }: { run: Run; downTo: number; signal: AbortSignal },
): Promise<void> {
  const index = run.steps.findLastIndex((step, each) => each >= downTo && isTouched(step.status));
  const step = run.plan.steps[index];
  if (index === -1 || step === undefined) {
    await ports.emit({ kind: "undoFinished", atMs: ports.nowMs() });
    return;
  }
  if (run.steps[index]?.status !== "undoing")
    await ports.emit({ kind: "stepEntered", atMs: ports.nowMs(), index, status: "undoing" });
  const outcome = await performAll(ports, run, { actions: step.undo, index });
  switch (outcome.kind) {
    case "done":
      await runAgain(ports);
      break;
    case "refused":
      await pause(ports, "actionFailed", outcome.reason);
      return;
    case "unreachable":
      await ports.emit({
        kind: "said",
        index,
        line: { atMs: ports.nowMs(), where: "console", kind: "error", text: outcome.reason },
      });
      await waitFor(ports, [causeOfFailure(outcome.machine, outcome.reason, await ports.facts(run))]);
      await ports.wait(2_000);
      return;
  }
  await proveUndone(ports, { run, index, signal });
}

async function proveUndone(
  ports: DrivePorts,
  { run, index, signal }: { run: Run; index: number; signal: AbortSignal },
): Promise<void> {
  const step = run.plan.steps[index];
  let askedSince = ports.nowMs();
  while (step !== undefined) {
    if (signal.aborted || ports.read().status === "paused") return;
    const facts = await ports.facts(run);
    const open = openProofs(step.undoProofs, facts, run.record);
    if (open.length === 0) break;
    if (open.some((each) => each.evidence.status === "unknown")) {
      await waitForFacts(ports, facts, open);
      askedSince = ports.nowMs();
    } else {
      await runAgain(ports);
      if (ports.nowMs() - askedSince > undoLimitMs) {
        await pause(ports, "proofLate", describe(open), { openProofs: proofsOf(open) });
        return;
      }
    }
    await ports.wait(lookMs);
  }
  await runAgain(ports);
  await ports.emit({ kind: "stepEntered", atMs: ports.nowMs(), index, status: "undone" });
}

function isTouched(status: StepStatus): boolean {
  switch (status) {
    case "doing":
    case "proving":
    case "done":
    case "failed":
    case "undoing":
    case "skipped":
      return true;
    case "toCome":
    case "undone":
      return false;
  }
}
