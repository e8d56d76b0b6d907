import { describe, expect, it } from "vitest";
import { type Forecast, type Running, forecast } from "./forecast.ts";
import type { InstanceConfig } from "./machine-model.ts";

const instance = (given: Partial<InstanceConfig> = {}): InstanceConfig => ({
  name: "VI_1",
  virtualRouterId: 51,
  link: "eth0",
  address: "192.0.2.1",
  addresses: ["192.0.2.15"],
  version: 2,
  priority: 150,
  startsAsMaster: false,
  advertIntervalMs: 1000,
  downTimerAdverts: 3,
  canPreempt: true,
  preemptDelayMs: 0,
  trackers: [{ kind: "file", tracker: "file drain", weight: -100, isReversed: false }],
  ...given,
});

/** lb1 is MASTER of 150, lb2 is BACKUP of 100. */
const pair = (lb1: Partial<InstanceConfig> = {}, lb2: Partial<InstanceConfig> = {}): Running[] => [
  { router: "lb1", isMaster: true, config: { instances: [instance(lb1)], groups: [] } },
  {
    router: "lb2",
    isMaster: false,
    config: { instances: [instance({ address: "192.0.2.2", priority: 100, ...lb2 })], groups: [] },
  },
];

const first = (all: readonly Forecast[]): Forecast => {
  const [only, ...others] = all;
  if (only === undefined || others.length > 0) throw new Error(`${all.length} virtual routers`);
  return only;
};

/** Rounded, as "least to most". */
const span = ({ leastMs, mostMs }: { leastMs: number; mostMs: number }): string =>
  `${Math.round(leastMs)} to ${Math.round(mostMs)}`;

const summary = (all: readonly Forecast[]) => {
  const { before, after, withoutMaster, withSeveral, settledAfter } = first(all);
  return {
    hands: `${before.join(" ")} → ${after.join(" ")}`,
    settled: span(settledAfter),
    none: span(withoutMaster),
    several: span(withSeveral),
  };
};

describe("a forecast", () => {
  it("of a stop: the peer after its skew, nobody until then", () => {
    expect(summary(forecast(pair(), { router: "lb1", kind: "stopped" }))).toEqual({
      hands: "lb1 → lb2",
      settled: "609 to 609",
      none: "609 to 609",
      several: "0 to 0",
    });
  });

  it("of a crash: the peer after three adverts and the skew, less what of the interval had passed", () => {
    const { hands, none } = summary(forecast(pair(), { router: "lb1", kind: "killed" }));
    expect(hands).toBe("lb1 → lb2");
    const [least = 0, most = 0] = none.split(" to ").map(Number);
    expect(least).toBeGreaterThanOrEqual(2609);
    expect(most).toBeLessThanOrEqual(3610);
    expect(most - least).toBeGreaterThan(800);
  });

  it("of a lowered priority: handed over with nobody missing", () => {
    const cause = { router: "lb1", kind: "tracked", tracker: "file drain" } as const;
    const seen = summary(forecast(pair(), { ...cause, report: { kind: "value", value: 1 } }));
    expect(seen).toMatchObject({ hands: "lb1 → lb2", none: "0 to 0", several: "0 to 0" });
    expect(seen.settled).not.toBe("0 to 0");
    const { withSeveral } = first(forecast(pair(), { ...cause, report: { kind: "value", value: 1 } }));
    expect(withSeveral).toEqual({ leastMs: 0, mostMs: 0 });
  });

  it("of a stop of the BACKUP: nothing changes", () => {
    expect(summary(forecast(pair(), { router: "lb2", kind: "stopped" }))).toEqual({
      hands: "lb1 → lb1",
      settled: "0 to 0",
      none: "0 to 0",
      several: "0 to 0",
    });
  });

  it("of a VIP added on one director alone: both MASTER, without end", () => {
    const config = { instances: [instance({ addresses: ["192.0.2.15", "192.0.2.16"] })], groups: [] };
    const seen = first(forecast(pair(), { router: "lb1", kind: "reloaded", config }));
    expect(seen.after.toSorted()).toEqual(["lb1", "lb2"]);
    expect(seen.withSeveral.leastMs).toBeGreaterThan(5000);
  });

  it("of a return: the old MASTER comes back, unless nopreempt keeps it waiting", () => {
    const [lb1, lb2] = [pair()[0], pair()[1]];
    if (lb1 === undefined || lb2 === undefined) throw new Error("no pair");
    const alone = [{ ...lb2, isMaster: true }];
    const back = { router: "lb1", kind: "started", config: lb1.config } as const;
    expect(summary(forecast(alone, back)).hands).toBe("lb2 → lb1");
    const modest = { instances: [instance({ canPreempt: false })], groups: [] };
    expect(summary(forecast(alone, { ...back, config: modest })).hands).toBe("lb2 → lb2");
  });

  it("keeps a MASTER of lower priority where nopreempt lets it", () => {
    const [lb1, lb2] = pair({ canPreempt: false });
    if (lb1 === undefined || lb2 === undefined) throw new Error("no pair");
    const running = [
      { ...lb1, isMaster: false },
      { ...lb2, isMaster: true },
    ];
    expect(summary(forecast(running, { router: "lb2", kind: "stopped" })).hands).toBe("lb2 → lb1");
  });

  it("speaks of every virtual router, also one that only the new file knows", () => {
    const config = { instances: [instance(), instance({ name: "VI_2", virtualRouterId: 52 })], groups: [] };
    const all = forecast(pair(), { router: "lb1", kind: "reloaded", config });
    expect(all.map(({ virtualRouterId, after }) => [virtualRouterId, ...after])).toEqual([
      [51, "lb1"],
      [52, "lb1"],
    ]);
  });
});
