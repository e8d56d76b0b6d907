import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { tryCounter } from "./try-counter.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("a counter of tries", () => {
  it("lets as many through as allowed, then none until the time is over", () => {
    const counter = tryCounter({ most: 2, withinMs: 1_000 });
    expect([counter.take("a"), counter.take("a"), counter.take("a")]).toEqual([true, true, false]);
    expect(counter.take("b")).toBe(true);
    vi.advanceTimersByTime(1_001);
    expect(counter.take("a")).toBe(true);
  });

  it("forgets a key on request", () => {
    const counter = tryCounter({ most: 1, withinMs: 1_000 });
    counter.take("a");
    counter.forget("a");
    expect(counter.take("a")).toBe(true);
  });

  it("stays small when somebody makes keys up, and still counts those at hand", () => {
    const counter = tryCounter({ most: 1, withinMs: 60_000 });
    for (let number = 0; number < 30_000; number += 1) counter.take(`made up ${number}`);
    expect(counter.take("made up 29999")).toBe(false);
  });
});
