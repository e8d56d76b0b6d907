import { describe, expect, it } from "vitest";
import { compareCandidates, effectivePriority, elect } from "./election.ts";
import { masterDownMs, skewMs } from "./timing.ts";
import { contributionOf, heededTrackers } from "./tracking.ts";

describe("the skew", () => {
  it.each([
    [2, 100, 1000, 609.375],
    [2, 100, 5000, 609.375],
    [3, 100, 1000, 609.375],
    [3, 100, 5000, 3046.875],
    [2, 255, 1000, 3.90625],
    [3, 254, 100, 0.78125],
  ] as const)("version %i, priority %i, interval %i ms: %f ms", (version, priority, interval, expected) => {
    expect(skewMs({ version, priority, masterAdvertIntervalMs: interval })).toBe(expected);
  });

  it("comes on top of three missed adverts", () => {
    expect(masterDownMs({ version: 3, priority: 150, masterAdvertIntervalMs: 1000 })).toBe(3414.0625);
    expect(masterDownMs({ version: 2, priority: 150, masterAdvertIntervalMs: 2000 })).toBe(6414.0625);
  });
});

describe("an election", () => {
  const low = { priority: 100, address: "192.0.2.2" };
  it("is won by the higher priority, then by the higher address as a number", () => {
    expect(elect([low, { priority: 150, address: "192.0.2.1" }])?.priority).toBe(150);
    expect(elect([low, { priority: 100, address: "192.0.2.10" }])?.address).toBe("192.0.2.10");
    expect(compareCandidates(low, low)).toBe(0);
  });

  it("is not won by one that leaves, nor by nobody", () => {
    expect(elect([{ priority: 0, address: "192.0.2.9" }])).toBeUndefined();
    expect(elect([])).toBeUndefined();
  });

  it("is between 1 and 254 for all but an owner", () => {
    expect([effectivePriority(100, 300), effectivePriority(100, -300)]).toEqual([254, 1]);
    expect(effectivePriority(255, -300)).toBe(255);
  });
});

describe("a tracker", () => {
  const use = (weight: number, isReversed = false) => ({
    kind: "script" as const,
    tracker: "t",
    weight,
    isReversed,
  });
  const up = { kind: "state", isUp: true } as const;
  const down = { kind: "state", isUp: false } as const;
  it.each([
    ["adds a positive weight while up", use(20), up, 20],
    ["adds nothing while down", use(20), down, 0],
    ["takes a negative weight while down", use(-20), down, -20],
    ["takes nothing while up", use(-20), up, 0],
    ["reversed, takes a positive weight while down", use(20, true), down, -20],
    ["without weight is a fault while down", use(0), down, "fault"],
    ["without weight, reversed, is a fault while up", use(0, true), up, "fault"],
    ["of a file multiplies", use(-3), { kind: "value", value: 10 }, -30],
    ["of a file is a fault at -254", use(1), { kind: "value", value: -254 }, "fault"],
    ["of a file adds 253 at most", use(2), { kind: "value", value: 200 }, 253],
    ["of a file without weight is a fault unless 0", use(0), { kind: "value", value: 1 }, "fault"],
    ["of a file without weight is well at 0", use(0), { kind: "value", value: 0 }, 0],
  ] as const)("%s", (_title, of, report, expected) => {
    expect(contributionOf(of, report)).toBe(expected);
  });

  it.each([
    ["file", 1, { group: [0], owner: [0] }],
    ["file", 2, { group: [], owner: [] }],
    ["script", 20, { group: [], owner: [] }],
    ["bfd", -20, { group: [], owner: [] }],
    ["interface", 20, { group: [0], owner: [] }],
    ["script", 0, { group: [0], owner: [0] }],
  ] as const)("%s of weight %i in a group, and of an owner", (kind, weight, expected) => {
    const weights = (weightless: "group" | "owner" | undefined) =>
      heededTrackers([{ ...use(weight), kind }], weightless).map((each) => each.weight);
    expect({ group: weights("group"), owner: weights("owner") }).toEqual(expected);
    expect(weights(undefined)).toEqual([weight]);
  });

  it("that has not reported changes nothing", () => {
    expect(contributionOf(use(0), undefined)).toBe(0);
  });
});
