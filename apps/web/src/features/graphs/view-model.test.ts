import { expect, test } from "vitest";
import { graphPoints, isRange } from "./view-model.ts";

test("a step without a measurement is a gap in the line, a measured zero is a zero", () => {
  const samples = {
    atMs: [1_000, 2_000, 3_000],
    stepMs: 1_000,
    metrics: { active: { values: [5, null, 0] } },
  };
  expect(graphPoints(samples, ["active", "inactive"])).toEqual([
    { atMs: 1_000, values: { active: 5, inactive: undefined } },
    { atMs: 2_000, values: { active: undefined, inactive: undefined } },
    { atMs: 3_000, values: { active: 0, inactive: undefined } },
  ]);
});

test("a range that is not offered is not taken from the address", () => {
  expect(isRange("1h")).toBe(true);
  expect(isRange("2h")).toBe(false);
  expect(isRange(null)).toBe(false);
});
