import { knownValue } from "@lvs/core/director/fact";
import { writtenKey } from "@lvs/core/workflow/prove";
import type { Run } from "@lvs/core/workflow/run";
import type { AgentClient } from "../agents.ts";
import { fleetDirector } from "../live.ts";
import type { ActionOutcome } from "./ports.ts";

/** Confirms the files that this run wrote, so that the agents' timers put nothing back. A file confirmed before is no error. */
export async function keepFiles(
  agentFor: (directorId: string) => Promise<AgentClient>,
  run: Run,
  directorIds: readonly string[],
): Promise<ActionOutcome> {
  for (const directorId of directorIds) {
    const config = fleetDirector(directorId)?.state?.config;
    const file = config === undefined ? undefined : knownValue(config);
    if (file === undefined) return { kind: "unreachable", reason: "the director's file is not known now" };
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
      return { kind: "unreachable", reason: error instanceof Error ? error.message : String(error) };
    }
  }
  return { kind: "done" };
}
