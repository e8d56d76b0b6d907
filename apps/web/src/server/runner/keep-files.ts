import { knownValue } from "@lvs/core/director/fact";
import { writtenKey } from "@lvs/core/workflow/prove";
import type { Run } from "@lvs/core/workflow/run";
import { fleetDirector } from "../live.ts";
import type { AgentHands } from "./agent-hands.ts";
import type { StepOutcome } from "./ports.ts";

interface Keeper {
  readonly config: Pick<AgentHands["config"], "confirm">;
}

/** Confirms the files that this run wrote, so that the agents' timers put nothing back. A file confirmed before is no error. */
export async function keepFiles(
  agentFor: (directorId: string) => Promise<Keeper>,
  run: Run,
  directorIds: readonly string[],
): Promise<StepOutcome> {
  for (const directorId of directorIds) {
    const unreachable = (reason: string): StepOutcome => ({
      kind: "unreachable",
      reason,
      machine: { kind: "director", id: directorId },
    });
    const config = fleetDirector(directorId)?.state?.config;
    const file = config === undefined ? undefined : knownValue(config);
    if (file === undefined) return unreachable("the director's file is not known now");
    // First of all: a fact from before the commit has no unconfirmed change either, and says nothing of this file.
    if (file.sha256 !== run.record[writtenKey(directorId)])
      return { kind: "refused", reason: "the file on the director is not the one this run wrote" };
    if (file.unconfirmed === undefined) continue;
    try {
      const result = await (
        await agentFor(directorId)
      ).config.confirm.mutate({ stageId: file.unconfirmed.stageId });
      if (result.outcome === "refused") return { kind: "refused", reason: result.reason };
    } catch (error) {
      return unreachable(error instanceof Error ? error.message : String(error));
    }
  }
  return { kind: "done" };
}
