import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { InstanceConfig, RouterConfig } from "./machine-model.ts";
import { stoppedRouter } from "./machine-model.ts";
import { step } from "./machine.ts";
import { type Happening, linkTracker, simulate } from "./simulation.ts";

const seed = Number(process.env["FC_SEED"] ?? 20_261_121);
const numRuns = Number(process.env["FC_RUNS"] ?? 1) * 100;
console.info(`vrrp/machine: seed ${seed}`);

const instance = (given: Partial<InstanceConfig> = {}): InstanceConfig => ({
  name: "VI",
  virtualRouterId: 51,
  link: "eth0",
  address: "192.0.2.1",
  addresses: ["192.0.2.15"],
  version: 3,
  priority: 100,
  startsAsMaster: false,
  advertIntervalMs: 1000,
  downTimerAdverts: 3,
  canPreempt: true,
  preemptDelayMs: 0,
  trackers: [{ kind: "interface", tracker: linkTracker("eth0"), weight: 0, isReversed: false }],
  ...given,
});

const alone = (given: Partial<InstanceConfig> = {}): RouterConfig => ({
  instances: [instance(given)],
  groups: [],
});

/** Twice: "a" at .1 and "b" at .2 of priority 150 and 100. */
const started = (a: Partial<InstanceConfig> = {}, b: Partial<InstanceConfig> = {}): Happening[] => [
  { atMs: 0, router: "a", kind: "started", config: alone({ priority: 150, ...a }) },
  { atMs: 0, router: "b", kind: "started", config: alone({ address: "192.0.2.2", ...b }) },
];

/** "3414 a MASTER" per transition from `fromMs` on. */
const timeline = (happenings: readonly Happening[], span: { fromMs?: number; untilMs: number }): string[] =>
  simulate(happenings, span.untilMs)
    .transitions.filter(({ atMs }) => atMs >= (span.fromMs ?? 0))
    .map(({ atMs, router, of, name, state }) => {
      const what = of === "group" || name !== "VI" ? `${router}/${name}` : router;
      return `${Math.round(atMs)} ${what} ${state}`;
    });

describe("two directors", () => {
  it("begin as BACKUP; the higher priority is MASTER after its master-down time", () => {
    expect(timeline(started(), { untilMs: 20_000 })).toEqual(["0 a BACKUP", "0 b BACKUP", "3414 a MASTER"]);
  });

  it("of equal priority: both take over at once, the higher address stays", () => {
    expect(timeline(started({ priority: 100 }), { untilMs: 20_000 })).toEqual([
      "0 a BACKUP",
      "0 b BACKUP",
      "3609 a MASTER",
      "3609 b MASTER",
      "3609 a BACKUP",
    ]);
  });

  it("an owner is MASTER at once", () => {
    const lines = timeline(started({ priority: 255, startsAsMaster: true }), { untilMs: 20_000 });
    expect(lines).toEqual(["0 b BACKUP", "0 a MASTER"]);
  });

  it("a MASTER that stops says so: its peer takes over after the skew alone", () => {
    const lines = timeline([...started(), { atMs: 10_000, router: "a", kind: "stopped" }], {
      fromMs: 9_000,
      untilMs: 20_000,
    });
    expect(lines).toEqual(["10000 a STOP", "10609 b MASTER"]);
  });

  it("a MASTER that is killed is missed for three adverts and the skew", () => {
    const lines = timeline([...started(), { atMs: 10_415, router: "a", kind: "killed" }], {
      fromMs: 9_000,
      untilMs: 20_000,
    });
    expect(lines).toEqual(["14024 b MASTER"]);
  });

  it("a lower priority by a tracker hands over without a gap: the old MASTER leaves when it hears the new one", () => {
    const trackers = [{ kind: "file", tracker: "drain", weight: -100, isReversed: false } as const];
    const lines = timeline(
      [
        ...started({ trackers }),
        {
          atMs: 10_000,
          router: "a",
          kind: "tracked",
          tracker: "drain",
          report: { kind: "value", value: 1 },
        },
      ],
      { fromMs: 9_000, untilMs: 20_000 },
    );
    expect(lines).toEqual(["13024 b MASTER", "13024 a BACKUP"]);
  });

  it("different address lists make both MASTER", () => {
    const lines = timeline(started({}, { addresses: ["192.0.2.16"] }), { untilMs: 20_000 });
    expect(lines.slice(2)).toEqual(["3414 a MASTER", "3609 b MASTER"]);
  });

  it("version 2 with different intervals makes both MASTER, version 3 learns the MASTER's", () => {
    const v2 = timeline(started({ version: 2 }, { version: 2, advertIntervalMs: 2000 }), {
      untilMs: 20_000,
    });
    expect(v2).toContain("6609 b MASTER");
    const v3 = timeline(
      [...started({}, { advertIntervalMs: 2000 }), { atMs: 10_415, router: "a", kind: "killed" }],
      { fromMs: 9_000, untilMs: 20_000 },
    );
    expect(v3).toEqual(["14024 b MASTER"]);
  });
});

describe("a director that comes back", () => {
  const back = (b: Partial<InstanceConfig>): Happening[] => [
    { atMs: 0, router: "b", kind: "started", config: alone({ address: "192.0.2.2" }) },
    { atMs: 10_000, router: "a", kind: "started", config: alone({ priority: 150, ...b }) },
  ];

  it("preempts after its master-down time", () => {
    expect(timeline(back({}), { fromMs: 9_000, untilMs: 40_000 })).toEqual([
      "10000 a BACKUP",
      "13414 a MASTER",
      "13414 b BACKUP",
    ]);
  });

  it("never preempts with nopreempt", () => {
    expect(timeline(back({ canPreempt: false }), { fromMs: 9_000, untilMs: 40_000 })).toEqual([
      "10000 a BACKUP",
    ]);
  });

  it("waits for preempt_delay from the first lower advert, then for the adverts it has followed", () => {
    expect(timeline(back({ preemptDelayMs: 4_500 }), { fromMs: 9_000, untilMs: 40_000 })).toEqual([
      "10000 a BACKUP",
      "18024 a MASTER",
      "18024 b BACKUP",
    ]);
  });
});

describe("a cut link", () => {
  const link = (atMs: number, isUp: boolean): Happening => ({
    atMs,
    router: "a",
    kind: "tracked",
    tracker: linkTracker("eth0"),
    report: { kind: "state", isUp },
  });

  it("is a FAULT at once; whoever comes back is BACKUP first", () => {
    const lines = timeline([...started(), link(10_415, false), link(20_000, true)], {
      fromMs: 9_000,
      untilMs: 40_000,
    });
    expect(lines).toEqual([
      "10415 a FAULT",
      "14024 b MASTER",
      "20000 a BACKUP",
      "23414 a MASTER",
      "23414 b BACKUP",
    ]);
  });

  it("that nobody notices makes both MASTER until it is healed", () => {
    const lines = timeline(
      [
        ...started(),
        { atMs: 10_415, router: "a", kind: "isolated" },
        { atMs: 20_000, router: "a", kind: "rejoined" },
      ],
      { fromMs: 9_000, untilMs: 40_000 },
    );
    expect(lines).toEqual(["14024 b MASTER", "20024 b BACKUP"]);
  });
});

describe("a reload", () => {
  const reloaded = (priority: number): Happening[] => [
    ...started(),
    { atMs: 10_000, router: "a", kind: "reloaded", config: alone({ priority }) },
  ];

  it("with the same file changes nothing", () => {
    expect(timeline(reloaded(150), { fromMs: 9_000, untilMs: 20_000 })).toEqual([]);
  });

  it("with a lower priority hands over after the peer's master-down time", () => {
    expect(timeline(reloaded(50), { fromMs: 9_000, untilMs: 20_000 })).toEqual([
      "13609 b MASTER",
      "13610 a BACKUP",
    ]);
  });

  it("without the instance says that it leaves", () => {
    const happenings: Happening[] = [
      ...started(),
      { atMs: 10_000, router: "a", kind: "reloaded", config: { instances: [], groups: [] } },
    ];
    expect(timeline(happenings, { fromMs: 9_000, untilMs: 20_000 })).toEqual([
      "10000 a DELETED",
      "10609 b MASTER",
    ]);
  });
});

describe("a sync group", () => {
  const pair = (priority: number, address: string): RouterConfig => ({
    instances: ["inside", "outside"].map((name, index) =>
      instance({
        name,
        link: name,
        virtualRouterId: 51 + index,
        priority,
        address,
        trackers: [{ kind: "interface", tracker: linkTracker(name), weight: 0, isReversed: false }],
      }),
    ),
    groups: [{ name: "G", instances: ["inside", "outside"], usesTrackerWeights: false }],
  });

  it("moves as one: a fault of one member is everybody's", () => {
    const lines = timeline(
      [
        { atMs: 0, router: "a", kind: "started", config: pair(150, "192.0.2.1") },
        { atMs: 0, router: "b", kind: "started", config: pair(100, "192.0.2.2") },
        {
          atMs: 10_000,
          router: "a",
          kind: "tracked",
          tracker: linkTracker("inside"),
          report: { kind: "state", isUp: false },
        },
      ],
      { untilMs: 20_000 },
    );
    expect(lines.slice(6)).toEqual([
      "3414 a/outside MASTER",
      "3414 a/inside MASTER",
      "3414 a/G MASTER",
      "10000 a/inside FAULT",
      "10000 a/outside FAULT",
      "10000 a/G FAULT",
      "13024 b/inside MASTER",
      "13024 b/outside MASTER",
      "13024 b/G MASTER",
    ]);
  });
});

describe("a sync group of three", () => {
  it("becomes MASTER with the last member that would, not before", () => {
    const names = ["x", "y", "z"];
    const config = {
      instances: names.map((name, index) => instance({ name, virtualRouterId: 60 + index })),
      groups: [{ name: "G", instances: names, usesTrackerWeights: false }],
    };
    let { state } = step(stoppedRouter, { kind: "routerStarted", config });
    const phases = names.map((name) => {
      state = step(state, { kind: "timerExpired", instance: name, timer: "masterDown" }).state;
      return state.instances.map(({ phase }) => phase).join(" ");
    });
    expect(phases).toEqual(["BACKUP BACKUP BACKUP", "BACKUP BACKUP BACKUP", "MASTER MASTER MASTER"]);
    expect(state.groups.map(({ phase }) => phase)).toEqual(["MASTER"]);
  });
});

describe("whatever happens", () => {
  const priority = fc.integer({ min: 1, max: 254 });
  const config = fc.record({ priority, startsAsMaster: fc.boolean(), address: fc.constant("") });
  const router = fc.constantFrom("a", "b", "c");
  const addresses: Readonly<Record<string, string>> = { a: "192.0.2.1", b: "192.0.2.2", c: "192.0.2.3" };
  const happening = fc.record({
    router,
    given: config,
    afterMs: fc.integer({ min: 1, max: 6000 }),
    kind: fc.constantFrom("started", "reloaded", "stopped", "killed", "isolated", "rejoined"),
  });

  it("one network that is whole and left alone has exactly one MASTER", () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 20 }), (random) => {
        let atMs = 0;
        const running = new Set<string>();
        const happenings = random.flatMap(({ router: name, given, afterMs, kind }): Happening[] => {
          atMs += afterMs;
          if (kind === "started" && running.has(name)) return [];
          if (kind === "reloaded" && !running.has(name)) return [];
          if (kind === "started") running.add(name);
          if (kind === "stopped" || kind === "killed") running.delete(name);
          const own = alone({ ...given, address: addresses[name] ?? "" });
          return kind === "started" || kind === "reloaded"
            ? [{ atMs, router: name, kind, config: own }]
            : [{ atMs, router: name, kind }];
        });
        const healed = ["a", "b", "c"].map((name): Happening => ({ atMs, router: name, kind: "rejoined" }));
        const last = new Map<string, string>();
        for (const each of simulate([...happenings, ...healed], atMs + 30_000).transitions) {
          last.set(each.router, each.state);
        }
        const masters = [...running].filter((name) => last.get(name) === "MASTER");
        expect(masters).toHaveLength(Math.min(1, running.size));
      }),
      { seed, numRuns },
    );
  });

  it("a step changes nothing of the state it is given, and gives the same twice", () => {
    const before = step(stoppedRouter, { kind: "routerStarted", config: alone() }).state;
    const copy = structuredClone(before);
    const event = { kind: "timerExpired", instance: "VI", timer: "masterDown" } as const;
    const first = step(before, event);
    expect(before).toEqual(copy);
    expect(step(before, event)).toEqual(first);
    expect(first.effects.map(({ kind }) => kind)).toEqual([
      "sendAdvertisement",
      "holdAddresses",
      "announceAddresses",
      "startTimer",
      "reportState",
      "cancelTimer",
      "startTimer",
    ]);
  });
});
