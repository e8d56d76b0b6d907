import { z } from "zod";
import {
  outputLineSchema,
  runStatusSchema,
  runSchema,
  stepStatusSchema,
  type Run,
  type RunStep,
} from "./run.ts";
import type { Plan } from "./plan.ts";

/**
 * Everything that can happen to a run, one stored event each. The run is what its events add up to, so a console that was killed
 * reads them back and knows where it stood.
 */
export const runEventSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("stepEntered"),
    atMs: z.number(),
    index: z.int(),
    status: stepStatusSchema,
  }),
  z.object({ kind: z.literal("said"), index: z.int(), line: outputLineSchema }),
  z.object({ kind: z.literal("recorded"), key: z.string(), value: z.string() }),
  z.object({ kind: z.literal("pauseAsked"), by: z.string() }),
  z.object({
    kind: z.literal("statusChanged"),
    atMs: z.number(),
    status: runStatusSchema,
    reason: runSchema.shape.pauseReason,
    by: z.string().optional(),
  }),
  z.object({ kind: z.literal("undoAsked"), atMs: z.number(), downTo: z.int(), by: z.string() }),
  z.object({ kind: z.literal("undoFinished"), atMs: z.number() }),
]);
export type RunEvent = z.infer<typeof runEventSchema>;

/** A run before its first event. */
export function newRun(start: {
  id: string;
  number: number;
  plan: Plan;
  startedBy: string;
  startedAtMs: number;
}): Run {
  return {
    ...start,
    clusterId: start.plan.clusterId,
    status: "running",
    isPauseRequested: false,
    current: 0,
    record: {},
    steps: start.plan.steps.map((): RunStep => ({ status: "toCome", output: [] })),
  };
}

/** The run after one event. Pure; an event of a step that the plan does not have changes nothing. */
export function stepRun(run: Run, event: RunEvent): Run {
  switch (event.kind) {
    case "stepEntered":
      return enterStep(run, event);
    case "said":
      return withStep(run, event.index, (step) => ({ ...step, output: [...step.output, event.line] }));
    case "recorded":
      return { ...run, record: { ...run.record, [event.key]: event.value } };
    case "pauseAsked":
      return { ...run, isPauseRequested: true };
    case "statusChanged":
      return changeStatus(run, event);
    case "undoAsked":
      return {
        ...withoutPauseReason(run),
        status: "aborting",
        isPauseRequested: false,
        undoingDownTo: event.downTo,
      };
    case "undoFinished":
      return finishUndo(run, event.atMs);
  }
}

/** Whether the run has ended and holds its cluster no longer. */
export function hasEnded(run: Run): boolean {
  return run.status === "done" || run.status === "undone" || run.status === "failed";
}

/** Index of the step that a run begins when it goes on: the one it stands before, or the one after the step under way; may be past the last. */
export function nextIndex(run: Run): number {
  return isBegun(run, run.current) ? run.current + 1 : run.current;
}

/** Index of the step that an undo takes back first: the one under way or failed, else the one before; -1 where nothing was done. */
export function undoIndex(run: Run): number {
  const status = run.steps[run.current]?.status;
  return isBegun(run, run.current) || status === "failed" ? run.current : run.current - 1;
}

/** Whether going on has nothing more to begin in this step: it is under way or over. A failed step is begun again. */
export function isBegun({ steps }: Run, index: number): boolean {
  const status = steps[index]?.status;
  return status !== undefined && status !== "toCome" && status !== "undone" && status !== "failed";
}

function enterStep(run: Run, event: Extract<RunEvent, { kind: "stepEntered" }>): Run {
  const next = withStep(run, event.index, (step) => enteredStep(step, event));
  switch (event.status) {
    case "done":
    case "skipped":
      return { ...next, current: event.index + 1 };
    case "undone":
      return { ...next, current: event.index };
    case "toCome":
    case "doing":
    case "proving":
    case "failed":
    case "undoing":
      return { ...next, current: event.index };
  }
}

function enteredStep(step: RunStep, { status, atMs }: { status: RunStep["status"]; atMs: number }): RunStep {
  switch (status) {
    case "toCome":
      return { status, output: step.output };
    case "doing":
      return { status, output: step.output, startedAtMs: atMs };
    case "proving":
    case "undoing":
      return { ...step, status };
    case "done":
    case "failed":
    case "undone":
    case "skipped":
      return { ...step, status, endedAtMs: atMs };
  }
}

function changeStatus(run: Run, event: Extract<RunEvent, { kind: "statusChanged" }>): Run {
  const next = {
    ...withoutPauseReason(run),
    status: event.status,
    isPauseRequested: event.status === "paused" ? false : run.isPauseRequested,
  };
  switch (event.status) {
    case "paused":
      return event.reason === undefined ? next : { ...next, pauseReason: event.reason };
    case "done":
    case "undone":
    case "failed":
      return { ...next, endedAtMs: event.atMs };
    case "running":
    case "waiting":
    case "aborting":
      return event.reason === undefined ? next : { ...next, pauseReason: event.reason };
  }
}

/** Undone to the first step: the run is over. Undone to a later one: it waits for a person there, the steps ready to be done again. */
function finishUndo(run: Run, atMs: number): Run {
  const { undoingDownTo, ...rest } = run;
  if (undoingDownTo === undefined) return run;
  if (undoingDownTo === 0) return { ...rest, status: "undone", endedAtMs: atMs };
  return {
    ...rest,
    status: "paused",
    current: undoingDownTo,
    pauseReason: { code: "asked", detail: "" },
    steps: run.steps.map((step, index) =>
      index >= undoingDownTo ? { status: "toCome" as const, output: step.output } : step,
    ),
  };
}

function withoutPauseReason(run: Run): Run {
  const { pauseReason: _reason, ...rest } = run;
  return rest;
}

function withStep(run: Run, index: number, change: (step: RunStep) => RunStep): Run {
  return { ...run, steps: run.steps.map((step, each) => (each === index ? change(step) : step)) };
}
