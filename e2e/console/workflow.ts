import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { ConsoleApi } from "./api.ts";

/** Workflows through the console's API, as the plan and run pages use it. */

const planSchema = z.looseObject({
  subject: z.string(),
  steps: z.array(z.looseObject({ id: z.string(), kind: z.string(), subject: z.string() })),
  preflight: z.array(z.looseObject({ code: z.string(), isMet: z.boolean().optional() })),
  diffs: z.array(z.looseObject({ lines: z.array(z.looseObject({ kind: z.string(), text: z.string() })) })),
});

export const runSchema = z.looseObject({
  id: z.string(),
  number: z.number(),
  status: z.enum(["running", "waiting", "paused", "aborting", "done", "undone", "failed"]),
  current: z.number(),
  pauseReason: z.object({ code: z.string(), detail: z.string() }).optional(),
  steps: z.array(z.looseObject({ status: z.string() })),
  plan: planSchema,
});
export type Run = z.infer<typeof runSchema>;

/** Makes the plan, starts it as a person who read and typed it would, and gives the run's id. */
export async function startWorkflow(api: ConsoleApi, request: unknown): Promise<string> {
  const plan = await api.query("workflows.plan", planSchema, request);
  const diffs = plan.diffs.map((diff) =>
    diff.lines
      .filter((line) => line.kind !== "same")
      .map((line) => `${line.kind} ${line.text}`)
      .join("\n"),
  );
  const { runId } = await api.mutate("workflows.start", z.object({ runId: z.string() }), {
    request,
    typedSubject: plan.subject,
    shown: { steps: plan.steps.map((step) => step.id), diffs },
  });
  return runId;
}

/** Waits for the end; a run that pauses is an error that says where and why. */
export async function finishRun(api: ConsoleApi, runId: string, limitMs = 300_000): Promise<Run> {
  const began = Date.now();
  for (;;) {
    const run = await api.query("workflows.read", runSchema, { runId });
    if (run.status === "done" || run.status === "undone") return run;
    const step = run.plan.steps[run.current]?.id ?? "its end";
    if (run.status === "paused" || run.status === "failed")
      throw new Error(`run ${run.number} is ${run.status} at ${step}: ${run.pauseReason?.detail ?? ""}`);
    if (Date.now() - began > limitMs) throw new Error(`run ${run.number} is still ${run.status} at ${step}`);
    await sleep(200);
  }
}
