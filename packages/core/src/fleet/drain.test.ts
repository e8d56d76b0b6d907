import { expect, test } from "vitest";
import { forecastDrain } from "./drain.ts";

const falling = (value: (seconds: number) => number): [number, number][] =>
  Array.from({ length: 13 }, (_, index) => [index * 5_000, value(index * 5)]);

test("connections that halve every minute are expected to reach a tenth after 3.3 minutes", () => {
  const forecast = forecastDrain(
    falling((seconds) => 1_000 * 2 ** (-seconds / 60)),
    50,
    60_000,
  );
  expect(forecast.fallingPerMinute).toBeCloseTo(500, 0);
  expect((forecast.expectedAtMs ?? 0) - 60_000).toBeCloseTo((60_000 * Math.log(10)) / Math.LN2, -2);
  expect(forecast.line.at(-1)?.[1]).toBeCloseTo(50, 5);
});

test("a count that does not fall has no forecast, and neither have ten seconds of noise", () => {
  expect(
    forecastDrain(
      falling(() => 9),
      0,
      60_000,
    ).expectedAtMs,
  ).toBeUndefined();
  expect(
    forecastDrain(
      falling((seconds) => 10 + seconds),
      0,
      60_000,
    ).expectedAtMs,
  ).toBeUndefined();
  expect(
    forecastDrain(
      [
        [59_000, 9],
        [60_000, 3],
      ],
      0,
      60_000,
    ).expectedAtMs,
  ).toBeUndefined();
});

test("what is low enough already is expected now", () => {
  expect(
    forecastDrain(
      falling(() => 3),
      10,
      60_000,
    ).expectedAtMs,
  ).toBe(60_000);
});
