import type { Action } from "@lvs/core/workflow/plan";
import type { Run } from "@lvs/core/workflow/run";
import { machineOf } from "@lvs/core/workflow/waiting";
import type { DrivePorts, StepOutcome } from "./ports.ts";

/** The actions of one step in their order; the first that is not done ends it. Every line said is stored with the step. */
export async function performAll(
  ports: DrivePorts,
  run: Run,
  { actions, index }: { actions: readonly Action[]; index: number },
): Promise<StepOutcome> {
  for (const action of actions) {
    const outcome = await ports.perform(action, {
      run: ports.read(),
      facts: await ports.facts(run),
      say: async (line) => {
        await ports.emit({ kind: "said", index, line: { ...line, atMs: ports.nowMs() } });
      },
      record: async (key, value) => {
        await ports.emit({ kind: "recorded", key, value });
      },
    });
    if (outcome.kind === "unreachable") return { ...outcome, machine: machineOf(action) };
    if (outcome.kind === "refused") return outcome;
  }
  return { kind: "done" };
}
