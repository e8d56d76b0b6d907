import { differenceKindSchema, driftAuthorSchema } from "@lvs/core/drift/drift";
import { fleetEventSchema } from "@lvs/core/fleet/fleet-event";
import { conditionCodeSchema, stepSchema, touchedSchema, workflowKindSchema } from "@lvs/core/workflow/plan";
import { runSchema, runStatusSchema, stepStatusSchema, waitCauseSchema } from "@lvs/core/workflow/run";
import { describe, expect, test } from "vitest";
import { problemCodes } from "../server/problem.ts";
import english from "./en.json" with { type: "json" };
import chinese from "./zh-CN.json" with { type: "json" };

/** What says met or not met stands beside the sentences. */
const withoutState = (conditions: object): object =>
  Object.fromEntries(Object.entries(conditions).filter(([key]) => key !== "state"));

const pauseCodes = runSchema.shape.pauseReason.unwrap().shape.code.options;

/** Every code that a screen turns into words has them: nothing is ever shown raw. */
const codes: readonly (readonly [string, readonly string[], (messages: typeof english) => object])[] = [
  ["a kind of drift", differenceKindSchema.options, ({ drift }) => drift.what],
  ["an author of drift", driftAuthorSchema.options, ({ drift }) => drift.who],
  ["a condition", conditionCodeSchema.options, ({ conditions }) => withoutState(conditions)],
  ["what a plan touches", touchedSchema.shape.code.options, ({ radius }) => radius],
  ["a reason to pause", pauseCodes, ({ runs }) => runs.pause],
  ["a cause of waiting", waitCauseSchema.shape.code.options, ({ waits }) => waits.cause],
  ["a status of a run", runStatusSchema.options, ({ runs }) => runs.status],
  ["a status of a step", stepStatusSchema.options, ({ steps }) => steps.status],
  ["a step's name", stepSchema.shape.kind.options, ({ steps }) => steps.name],
  ["what a step does", stepSchema.shape.kind.options, ({ steps }) => steps.does],
  ["a step's way back", stepSchema.shape.kind.options, ({ steps }) => steps.back],
  ["a step that is under way", stepSchema.shape.kind.options, ({ steps }) => steps.now_],
  ["a workflow", workflowKindSchema.options, ({ plans }) => plans.kind],
  ["a workflow's title", workflowKindSchema.options, ({ plans }) => plans.title],
  ["a refusal or failure", [...problemCodes, "other"], ({ problems }) => problems],
  ["a kind of event", fleetEventSchema.shape.kind.options, ({ changes }) => changes.kinds],
];

describe.each(codes)("%s", (_, names, of) => {
  test.each([
    ["English", english],
    ["Chinese", chinese],
  ] as const)("has a sentence of its own in %s, and no sentence is without a code", (__, messages) => {
    expect(Object.keys(of(messages)).toSorted()).toEqual(names.toSorted());
  });
});
