import { describe, expect, it } from "vitest";
import type { Difference } from "./drift.ts";
import {
  driftNews,
  driftOf,
  followDrift,
  noHistory,
  type DriftHistory,
  type DriftLook,
} from "./follow-drift.ts";

const service = { kind: "address", protocol: "TCP", address: "10.0.0.1", port: 80 } as const;
const weight = (kernel: string): Difference => ({
  kind: "weight",
  service,
  realServer: { address: "10.1.0.1", port: 80 },
  configured: "100",
  kernel,
  undo: [],
});

const look = (
  atMs: number,
  differences: readonly Difference[],
  change: Partial<DriftLook> = {},
): DriftLook => ({
  atMs,
  differences,
  basis: "run 1 file 1",
  isMoving: false,
  writerOf: () => undefined,
  ...change,
});

/** What is shown after each look: "hand since 2000". */
const shown = (looks: readonly DriftLook[]): string[] => {
  let history: DriftHistory = noHistory;
  return looks.map((each) => {
    history = followDrift(history, each);
    return driftOf(history)
      .items.map(
        ({ by, isSinceExact, sinceMs }) => `${by} since ${isSinceExact ? "" : "at latest "}${sinceMs}`,
      )
      .join(", ");
  });
};

describe("a difference", () => {
  it("is shown from its second look on, by a hand when it appeared before our eyes, and is gone when it is undone", () => {
    expect(
      shown([look(1_000, []), look(2_000, [weight("3")]), look(3_000, [weight("3")]), look(4_000, [])]),
    ).toEqual(["", "", "hand since 2000", ""]);
  });

  it("that was there at the first look is nobody's, and may be older", () => {
    expect(shown([look(1_000, [weight("3")]), look(2_000, [weight("3")])])).toEqual([
      "",
      "notKnown since at latest 1000",
    ]);
  });

  it("that comes and goes between keepalived's write and its word is never shown", () => {
    expect(shown([look(1_000, []), look(2_000, [weight("0")]), look(3_000, [])])).toEqual(["", "", ""]);
  });

  it("begins anew when it comes back", () => {
    const looks = [[], [weight("3")], [weight("3")], [], [weight("3")], [weight("3")]];
    expect(shown(looks.map((each, index) => look(index * 1_000, each))).at(-1)).toBe("hand since 4000");
  });

  it("of another value than before differs since the first, by whoever wrote last", () => {
    const isOurs: Partial<DriftLook> = { writerOf: () => "console" };
    expect(
      shown([
        look(1_000, []),
        look(2_000, [weight("0")], isOurs),
        look(3_000, [weight("0")]),
        look(4_000, [weight("5")]),
      ]),
    ).toEqual(["", "console since 2000", "console since 2000", "hand since 2000"]);
  });
});

describe("news of a hand", () => {
  const told = (looks: readonly DriftLook[]): string[] => {
    let history: DriftHistory = noHistory;
    return looks.map((each) => {
      const before = history;
      history = followDrift(before, each);
      return driftNews(before, history, each)
        .map(({ atMs, before: was, now }) => `${atMs}: ${was ?? "none"} → ${now ?? "none"}`)
        .join(", ");
    });
  };

  it("are told once, when they are sure: what was done, what was done to that, and that it was undone", () => {
    expect(
      told([
        look(1_000, []),
        look(2_000, [weight("3")]),
        look(3_000, [weight("3")]),
        look(4_000, [weight("3")]),
        look(5_000, [weight("5")]),
        look(6_000, []),
      ]),
    ).toEqual(["", "", "2000: 100 → 3", "", "5000: 3 → 5", "6000: 5 → 100"]);
  });

  it("are not what keepalived, the console or a restart puts right", () => {
    const made = [look(1_000, []), look(2_000, [weight("3")]), look(3_000, [weight("3")])];
    const ends: readonly Partial<DriftLook>[] = [
      { writerOf: () => "console" },
      { writerOf: () => "keepalived" },
      { isMoving: true },
      { basis: "run 2 file 1" },
    ];
    for (const end of ends) expect(told([...made, look(4_000, [], end)]).at(-1)).toBe("");
  });

  it("are not what was there before anybody looked", () => {
    expect(told([look(1_000, [weight("3")]), look(2_000, [weight("3")])])).toEqual(["", ""]);
  });
});

describe("nobody is accused", () => {
  it("while keepalived was just started or reloaded: what stays is shown once it stands still", () => {
    const isMoving = { isMoving: true };
    expect(
      shown([
        look(1_000, []),
        look(2_000, [weight("3")], isMoving),
        look(3_000, [weight("3")], isMoving),
        look(4_000, [weight("3")]),
      ]),
    ).toEqual(["", "", "", "notKnown since 2000"]);
  });

  it("of what appears with another file or another run of the daemon", () => {
    const basis = { basis: "run 1 file 2" };
    expect(
      shown([look(1_000, []), look(2_000, [weight("3")], basis), look(3_000, [weight("3")], basis)]),
    ).toEqual(["", "", "notKnown since 2000"]);
  });

  it("of a row that keepalived says it has written itself", () => {
    const writerOf = () => "keepalived" as const;
    expect(
      shown([look(1_000, []), look(2_000, [weight("3")], { writerOf }), look(3_000, [weight("3")])]),
    ).toEqual(["", "", "notKnown since 2000"]);
  });
});

it("what the console itself has set is listed at once and not counted", () => {
  const first = followDrift(noHistory, look(1_000, []));
  const history = followDrift(first, look(2_000, [weight("0")], { writerOf: () => "console" }));
  expect(driftOf(history)).toMatchObject({ count: 0, items: [{ by: "console", sinceMs: 2_000 }] });
});

it("a table in which everything differs is counted whole and shown in part", () => {
  const differences = Array.from({ length: 2_000 }, (_, index): Difference => ({
    ...weight("3"),
    realServer: { address: "10.1.0.1", port: index + 1 },
  }));
  const history = followDrift(followDrift(noHistory, look(1, differences)), look(2, differences));
  const { count, items } = driftOf(history);
  expect([count, items.length]).toEqual([2_000, 500]);
});
