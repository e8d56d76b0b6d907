import type { ClusterFacts } from "@lvs/core/workflow/facts";
import type { Condition, Proof } from "@lvs/core/workflow/plan";
import { evaluateProof, type Evidence } from "@lvs/core/workflow/prove";
import type { Run } from "@lvs/core/workflow/run";
import { causesOfUnknown } from "@lvs/core/workflow/waiting";
import type { DrivePorts } from "./ports.ts";
import { waitFor } from "./run-status.ts";

export interface OpenProof {
  readonly proof: Proof;
  readonly evidence: Evidence;
}

/** The proofs that are not there yet, with what was read. */
export function openProofs(
  proofs: readonly Proof[],
  facts: ClusterFacts,
  record: Run["record"],
): OpenProof[] {
  return proofs
    .map((proof) => ({ proof, evidence: evaluateProof(proof, facts, record) }))
    .filter((each) => each.evidence.status !== "proven");
}

/** For the record and the log; the screen prints the proofs themselves from the catalogue. */
export function describe(open: readonly OpenProof[]): string {
  return open
    .map((each) => `${each.proof.kind} ${each.evidence.status} ${each.evidence.live}`.trim())
    .join("; ");
}

export function describeCondition({ code, values }: Condition): string {
  return [code, ...Object.values(values)].join(" ");
}

export function proofsOf(open: readonly OpenProof[]): Proof[] {
  return open.map((each) => each.proof);
}

/** Some of these could not be asked: the run waits for their machines. */
export async function waitForFacts(
  ports: DrivePorts,
  facts: ClusterFacts,
  open: readonly OpenProof[],
): Promise<void> {
  const unknown = open.filter((each) => each.evidence.status === "unknown").map((each) => each.proof);
  await waitFor(ports, causesOfUnknown(unknown, facts));
}
