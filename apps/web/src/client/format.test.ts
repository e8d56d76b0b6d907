import { describe, expect, it } from "vitest";
import { axisTime } from "./format.ts";

const at = (day: number, hour: number, minute: number): number =>
  new Date(2026, 10, day, hour, minute, 7).getTime();

const over = (spanMs: number) => axisTime([{ atMs: 0 }, { atMs: spanMs }]);

describe("the writing of a time axis", () => {
  it.each([
    ["a minute", 60_000, "12:30:07"],
    ["an hour", 3_600_000, "12:30"],
    ["a day", 86_400_000, "12:30"],
    ["a week", 7 * 86_400_000, "Nov 20 12:30"],
  ])("over %s tells its points apart", (_, spanMs, expected) => {
    expect(over(spanMs)(at(20, 12, 30))).toBe(expected);
  });

  it("names the day alone at midnight", () => {
    expect(over(7 * 86_400_000)(at(20, 0, 0))).toBe("Nov 20");
  });

  it("of no points is one of seconds", () => {
    expect(axisTime([])(at(20, 12, 30))).toBe("12:30:07");
  });
});
