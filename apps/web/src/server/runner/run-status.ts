import type { Run, WaitCause } from "@lvs/core/workflow/run";
import { causeKey } from "@lvs/core/workflow/waiting";
import type { DrivePorts } from "./ports.ts";

/** How often the proofs are looked at again where nothing says that something changed. */
export const lookMs = 250;

/** Where a run keeps that a person saw the broken invariant at this step and went on. */
export function overrideKey(index: number): string {
  return `override:${index}`;
}

/** Where a run keeps that a person let this step go on without its proof. */
export function goOnKey(index: number): string {
  return `goOn:${index}`;
}

type PauseReason = NonNullable<Run["pauseReason"]>;

/** `what` is not true, for the screen; `detail` says the same for the log. */
export async function pause(
  ports: DrivePorts,
  code: PauseReason["code"],
  detail: string,
  what: Pick<PauseReason, "openProofs" | "broken"> = {},
): Promise<void> {
  await ports.emit({
    kind: "statusChanged",
    atMs: ports.nowMs(),
    status: "paused",
    reason: { code, detail, ...what },
  });
}

/**
 * The run waits for these machines. A run that is being undone says so too and stays one that is. Told once: again only where it waits
 * for another machine or for another reason, not for other words of the same.
 */
export async function waitFor(ports: DrivePorts, waitsFor: WaitCause[]): Promise<void> {
  const run = ports.read();
  if (run.status === "paused" || isWaitingFor(run, waitsFor)) return;
  const detail = waitsFor.map((each) => `${each.code} ${each.name} ${each.detail}`.trim()).join("; ");
  await ports.emit({
    kind: "statusChanged",
    atMs: ports.nowMs(),
    status: run.undoingDownTo === undefined ? "waiting" : "aborting",
    reason: { code: "factsUnknown", detail, waitsFor },
  });
}

function isWaitingFor({ pauseReason }: Run, waitsFor: readonly WaitCause[]): boolean {
  const keys = (causes: readonly WaitCause[]): string => causes.map(causeKey).toSorted().join("\n");
  return pauseReason?.waitsFor !== undefined && keys(pauseReason.waitsFor) === keys(waitsFor);
}

/** Nothing is waited for any more. */
export async function runAgain(ports: DrivePorts): Promise<void> {
  const { status, pauseReason, undoingDownTo } = ports.read();
  if (status !== "waiting" && (status !== "aborting" || pauseReason === undefined)) return;
  await ports.emit({
    kind: "statusChanged",
    atMs: ports.nowMs(),
    status: undoingDownTo === undefined ? "running" : "aborting",
    reason: undefined,
  });
}
