import { z } from "zod";
import { planRequestSchema, planSchema } from "@lvs/core/workflow/plan";
import { hasEnded, runEventSchema } from "@lvs/core/workflow/progress";
import { runSchema, type Run } from "@lvs/core/workflow/run";
import { agentFor } from "../agents.ts";
import { currentFleet } from "../live.ts";
import { problem } from "../problem.ts";
import { ClusterBusy, findRun, recentRuns, runEvents } from "../runner/run-store.ts";
import { goOnEvents, pauseEvents, resumeEvents, startRun, tellRun, undoEvents } from "../runner/runner.ts";
import { procedure, router } from "../trpc.ts";
import { makePlan, unmet } from "./make-plan.ts";

const runIdSchema = z.object({ runId: z.string() });

/** Plans and runs. A plan is made, read, and made again from fresh facts at the start: what is shown is what is run, or the start is refused. */
export const workflowsRouter = router({
  /** Changes nothing: the agents only try the edit. */
  plan: procedure
    .input(planRequestSchema)
    .output(planSchema)
    .query(({ input }) => makePlan(input, currentFleet(), agentFor)),

  start: procedure
    .input(
      z.object({
        request: planRequestSchema,
        /** The subject as the person typed it. */
        typedSubject: z.string(),
        /** Of the plan that was shown: another number of steps or another diff now refuses the start. */
        shown: z.object({ steps: z.array(z.string()), diffs: z.array(z.string()) }),
      }),
    )
    .output(runIdSchema)
    .mutation(async ({ input, ctx }) => {
      const plan = await makePlan(input.request, currentFleet(), agentFor);
      if (input.typedSubject.trim() !== plan.subject)
        throw problem("nameMismatch", `Type "${plan.subject}" to start. Nothing was started.`);
      const open = unmet(plan);
      if (open.length > 0)
        throw problem(
          "preflightOpen",
          `Not started: ${open.map((each) => `${each.code} ${Object.values(each.values).join(" ")}`.trim()).join("; ")}.`,
        );
      if (!isAsShown(plan, input.shown))
        throw problem(
          "planChanged",
          "Not started: the facts changed and the plan with them. Read the new plan and start again.",
        );
      try {
        const run = await startRun(plan, ctx.person.name);
        return { runId: run.id };
      } catch (error) {
        if (error instanceof ClusterBusy)
          throw problem("runUnderWay", `Not started: ${error.message}`, error);
        throw error;
      }
    }),

  pause: procedure
    .input(runIdSchema)
    .output(runSchema)
    .mutation(({ input, ctx }) => tell(input.runId, () => pauseEvents(ctx.person.name))),

  resume: procedure
    .input(runIdSchema)
    .output(runSchema)
    .mutation(({ input, ctx }) =>
      tell(input.runId, (run) => {
        if (run.status !== "paused") throw problem("runNotPaused", "The run is not paused.");
        return resumeEvents(run, ctx.person.name);
      }),
    ),

  /** Lets the step under way count as done without its proof. */
  goOn: procedure
    .input(runIdSchema)
    .output(runSchema)
    .mutation(({ input, ctx }) =>
      tell(input.runId, (run) => {
        if (run.undoingDownTo !== undefined || run.steps[run.current]?.status !== "proving")
          throw problem("runNotProving", "Only a step that waits for its proof can go on without it.");
        return goOnEvents(run, ctx.person.name);
      }),
    ),

  undoStep: procedure
    .input(runIdSchema.extend({ index: z.int().min(0) }))
    .output(runSchema)
    .mutation(({ input, ctx }) =>
      tell(input.runId, (run) => {
        if (input.index > run.current) throw problem("stepNotBegun", "This step has not begun.");
        return undoEvents(input.index, ctx.person.name);
      }),
    ),

  /** Undoes every step from the last one back to the first. */
  abort: procedure
    .input(runIdSchema)
    .output(runSchema)
    .mutation(({ input, ctx }) => tell(input.runId, () => undoEvents(0, ctx.person.name))),

  list: procedure.output(z.array(runSchema)).query(() => recentRuns(100)),

  read: procedure
    .input(runIdSchema)
    .output(runSchema)
    .query(async ({ input }) => {
      const run = await findRun(input.runId);
      if (run === undefined) throw problem("notFound", "There is no such run.");
      return run;
    }),

  /** The whole record of a run, oldest first: what was stored, as it was stored. */
  events: procedure
    .input(runIdSchema)
    .output(z.array(z.object({ atMs: z.number(), event: runEventSchema })))
    .query(({ input }) => runEvents(input.runId)),
});

async function tell(id: string, say: Parameters<typeof tellRun>[1]): Promise<Run> {
  const run = await tellRun(id, (open) => {
    if (hasEnded(open)) throw problem("runEnded", "The run has ended.");
    return say(open);
  });
  if (run === undefined) throw problem("notFound", "There is no such open run.");
  return run;
}

function isAsShown(
  plan: z.infer<typeof planSchema>,
  shown: { steps: readonly string[]; diffs: readonly string[] },
): boolean {
  const diffs = plan.diffs.map((each) => diffText(each.lines));
  return (
    JSON.stringify(plan.steps.map((step) => step.id)) === JSON.stringify(shown.steps) &&
    JSON.stringify(diffs) === JSON.stringify(shown.diffs)
  );
}

/** The changed lines alone, as the browser sends back what it showed. */
function diffText(lines: readonly { kind: string; text: string }[]): string {
  return lines
    .filter((line) => line.kind !== "same")
    .map((line) => `${line.kind} ${line.text}`)
    .join("\n");
}
