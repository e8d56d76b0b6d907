import type { ConfigFile } from "@lvs/core/director/state";
import type { AgentHands } from "./agent-hands.ts";
import type { ActionOutcome, PerformContext } from "./ports.ts";

/** The file from before on one director. What this run wrote and nobody has confirmed yet is taken back, anything older is restored. */
export interface PutBack {
  readonly agent: Pick<AgentHands["config"], "restore" | "revert">;
  /** As heard last; undefined: not known now. */
  readonly file: ConfigFile | undefined;
  readonly wanted: { readonly sha256: string; readonly activation: "none" | "reload" | "restart" };
  /** The file this run wrote there, if it came to that. */
  readonly written: string | undefined;
  readonly where: string;
  readonly say: PerformContext["say"];
}

export async function putBack(order: PutBack): Promise<ActionOutcome> {
  const { agent, file, say, wanted, where, written } = order;
  if (file?.sha256 === wanted.sha256 && (file.loadedSha256 ?? wanted.sha256) === wanted.sha256) {
    await say({ where, kind: "note", text: "the file from before is in place" });
    return { kind: "done" };
  }
  if (file?.unconfirmed !== undefined && file.sha256 === written)
    return takeBack(order, file.unconfirmed.stageId);
  const result = await agent.restore.mutate({
    ...wanted,
    ...(written === undefined ? {} : { expectedSha256: written }),
  });
  if (result.outcome === "refused") {
    // Written a moment ago and not heard of yet: the next look knows its stage.
    if (result.code === "stagePending" && file?.unconfirmed === undefined)
      return { kind: "unreachable", reason: `${where}: ${result.reason}` };
    return refusedAt(order, result);
  }
  for (const text of result.output) await say({ where, kind: "output", text });
  if (result.outcome === "reverted") return { kind: "refused", reason: `${where}: ${result.reason}` };
  await say({ where, kind: "note", text: `the file from before is back, ${wanted.sha256.slice(0, 12)}` });
  return { kind: "done" };
}

async function takeBack(order: PutBack, stageId: string): Promise<ActionOutcome> {
  const { agent, say, wanted, where } = order;
  const result = await agent.revert.mutate({ stageId });
  if (result.outcome === "refused") return refusedAt(order, result);
  for (const text of result.output) await say({ where, kind: "output", text });
  if (result.sha256 !== wanted.sha256)
    return {
      kind: "refused",
      reason: `${where}: taken back to ${result.sha256.slice(0, 12)}, which is not the file from before the run`,
    };
  await say({ where, kind: "note", text: `taken back before it was kept, ${wanted.sha256.slice(0, 12)}` });
  return { kind: "done" };
}

async function refusedAt(
  { say, where }: PutBack,
  refusal: { readonly reason: string; readonly details: readonly string[] },
): Promise<ActionOutcome> {
  for (const text of refusal.details) await say({ where, kind: "error", text });
  return { kind: "refused", reason: `${where}: ${refusal.reason}` };
}
