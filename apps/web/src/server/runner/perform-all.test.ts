import { expect, it } from "vitest";
import type { Action } from "@lvs/core/workflow/plan";
import { performAll } from "./perform-all.ts";
import type { ActionOutcome } from "./ports.ts";
import { World } from "./world.fixture.ts";

const writes = ["lvs-1", "lvs-2"].map((directorId): Action => ({
  kind: "writeConfig",
  directorId,
  baseSha256: "base",
  edits: [],
  activation: "none",
}));

/** What each action knew of the run's record when it was begun, and how the step ended. */
async function begun(outcomeOf: (directorId: string) => ActionOutcome) {
  const world = new World();
  const ports = world.ports();
  const knew: string[] = [];
  const outcome = await performAll(
    {
      ...ports,
      perform: async (action, { run, record }) => {
        if (action.kind !== "writeConfig") throw new Error("another action than asked for");
        knew.push(`${action.directorId}: ${Object.keys(run.record).join(" ")}`);
        await record(`written:${action.directorId}`, "new");
        return outcomeOf(action.directorId);
      },
    },
    world.run(),
    { actions: writes, index: 3 },
  );
  return { knew, outcome };
}

it("a later action knows what an earlier one of the same step wrote down", async () => {
  const { knew, outcome } = await begun(() => ({ kind: "done" }));
  expect(knew).toEqual(["lvs-1: ", "lvs-2: written:lvs-1"]);
  expect(outcome).toEqual({ kind: "done" });
});

it("the first action that is not done ends the step, and names the machine that could not be asked", async () => {
  const refused = await begun(() => ({ kind: "refused", reason: "changed" }));
  expect(refused.knew).toHaveLength(1);
  expect(refused.outcome).toEqual({ kind: "refused", reason: "changed" });
  const second = await begun((id) =>
    id === "lvs-2" ? { kind: "unreachable", reason: "cut" } : { kind: "done" },
  );
  expect(second.outcome).toEqual({
    kind: "unreachable",
    reason: "cut",
    machine: { kind: "director", id: "lvs-2" },
  });
});
