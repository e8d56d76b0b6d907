import type { Run } from "@lvs/core/workflow/run";
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

export async function pause(
  ports: DrivePorts,
  code: NonNullable<Run["pauseReason"]>["code"],
  detail: string,
): Promise<void> {
  await ports.emit({
    kind: "statusChanged",
    atMs: ports.nowMs(),
    status: "paused",
    reason: { code, detail },
  });
}

export async function waiting(ports: DrivePorts, run: Run, detail: string): Promise<void> {
  if (run.status === "waiting" || run.status === "aborting") return;
  await ports.emit({
    kind: "statusChanged",
    atMs: ports.nowMs(),
    status: "waiting",
    reason: { code: "factsUnknown", detail },
  });
}

export async function runAgain(ports: DrivePorts): Promise<void> {
  if (ports.read().status !== "waiting") return;
  await ports.emit({ kind: "statusChanged", atMs: ports.nowMs(), status: "running", reason: undefined });
}
