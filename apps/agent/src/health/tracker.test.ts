import { describe, expect, it } from "vitest";
import type { Configured } from "@lvs/core/director/configured";
import { noCounters, noRates, type IpvsTable } from "@lvs/core/ipvs/model";
import { parseCheckerLogLine } from "./log-line.ts";
import { parseCheckerNotice } from "./notify-line.ts";
import { HealthTracker } from "./tracker.ts";

const check = { kind: "TCP_CHECK", connectTimeoutS: 5, retry: 1, delayBeforeRetryS: 1, detail: "" };
const id = { kind: "address", protocol: "TCP", address: "192.0.2.15", port: 80 } as const;
const real = (address: string) => ({
  address,
  port: 80,
  weight: 1,
  forwarding: "Route" as const,
  upperThreshold: 0,
  lowerThreshold: 0,
  inhibitOnFailure: false,
  checks: [check],
  line: 1,
});
const configured: Configured = {
  instances: [],
  services: [
    {
      id,
      scheduler: "rr",
      forwarding: "Route",
      quorum: 1,
      delayLoopS: 6,
      realServers: [real("10.0.0.1"), real("10.0.0.2")],
      line: 1,
    },
  ],
};
const row = (address: string) => ({
  ...real(address),
  activeConnections: 0,
  inactiveConnections: 0,
  persistentConnections: 0,
  counters: noCounters,
  rates: noRates,
});
const table: IpvsTable = {
  version: "1.2.1",
  size: 4096,
  services: [
    {
      id,
      scheduler: "rr",
      schedulerFlags: [],
      onePacket: false,
      counters: noCounters,
      rates: noRates,
      destinations: [row("10.0.0.1")],
    },
  ],
};
const fullTable: IpvsTable = {
  ...table,
  services: table.services.map((each) => ({ ...each, destinations: [row("10.0.0.1"), row("10.0.0.2")] })),
};
const startedAtMs = 100_000;

function tracker(): HealthTracker {
  const health = new HealthTracker();
  health.setConfigured(configured);
  health.setTable(table, startedAtMs);
  health.setCheckers(startedAtMs);
  return health;
}
const verdicts = (health: HealthTracker, nowMs: number) => health.view(nowMs).map(({ verdict }) => verdict);
const say = (health: HealthTracker, line: string, atMs: number) => {
  const notice = parseCheckerNotice(line);
  if (notice === undefined) throw new Error(line);
  return health.notice(notice, atMs);
};
const log = (health: HealthTracker, line: string, atMs: number, isOnlySource = false) => {
  const found = parseCheckerLogLine(line);
  if (found === undefined) throw new Error(line);
  return health.logLine(found, atMs, isOnlySource);
};

describe("a verdict", () => {
  it("is taken from the table while keepalived has said nothing: a missing row is down, once it had the time to come", () => {
    expect(verdicts(tracker(), startedAtMs + 5_000)).toEqual(["up", "unknown"]);
    expect(verdicts(tracker(), startedAtMs + 13_000)).toEqual(["up", "down"]);
  });

  it("is unknown without running checkers, and where the table could not be read", () => {
    const dead = tracker();
    dead.setCheckers(undefined);
    expect(verdicts(dead, startedAtMs + 60_000)).toEqual(["unknown", "unknown"]);
    const blind = tracker();
    blind.setTable(undefined, startedAtMs);
    expect(verdicts(blind, startedAtMs + 60_000)).toEqual(["unknown", "unknown"]);
    blind.setConfigured(configured);
    expect(verdicts(blind, startedAtMs + 60_000)).toEqual(["unknown", "unknown"]);
  });

  it("follows the FIFO, with the time and with the cause that the log gave before or gives after", () => {
    const health = tracker();
    log(health, "Sat Nov 21 06:15:18 2026: TCP connection to [10.0.0.1]:tcp:80 failed.", 199_000);
    expect(say(health, "RS [10.0.0.1]:tcp:80 [192.0.2.15]:tcp:80 DOWN", 200_000)).toMatchObject([
      { kind: "realServerDown", subject: "TCP 192.0.2.15:80 10.0.0.1:80" },
    ]);
    say(health, "RS [10.0.0.2]:tcp:80 [192.0.2.15]:tcp:80 DOWN", 200_001);
    log(
      health,
      "Nov 21 06:15:18 lvs-1 Keepalived_healthcheckers[12]: TCP connection to [10.0.0.2]:tcp:80 timeout.",
      200_100,
    );
    expect(health.view(200_200)).toMatchObject([
      { verdict: "down", sinceMs: 200_000, cause: "TCP connection to [10.0.0.1]:tcp:80 failed." },
      { verdict: "down", sinceMs: 200_001, cause: "TCP connection to [10.0.0.2]:tcp:80 timeout." },
    ]);
    expect(say(health, "RS [10.0.0.1]:tcp:80 [192.0.2.15]:tcp:80 UP", 201_000)).toMatchObject([
      { kind: "realServerUp" },
    ]);
    expect(health.view(201_000)[0]).toEqual({
      service: id,
      address: "10.0.0.1",
      port: 80,
      verdict: "up",
      sinceMs: 201_000,
    });
  });

  it("follows the log's own words where there is no FIFO, and only there", () => {
    const line = "Removing service [10.0.0.1]:tcp:80 from VS [192.0.2.15]:tcp:80";
    const withFifo = tracker();
    expect(log(withFifo, line, 200_000)).toEqual([]);
    const without = tracker();
    expect(log(without, line, 200_000, true)).toMatchObject([{ kind: "realServerDown" }]);
    expect(
      log(without, "Adding service [10.0.0.1]:tcp:80 to VS [192.0.2.15]:tcp:80", 201_000, true),
    ).toMatchObject([{ kind: "realServerUp" }]);
  });

  it("is forgotten when the checkers are started anew", () => {
    const health = tracker();
    say(health, "RS [10.0.0.1]:tcp:80 [192.0.2.15]:tcp:80 DOWN", 200_000);
    health.setCheckers(300_000);
    expect(verdicts(health, 300_500)).toEqual(["up", "unknown"]);
  });
});

describe("keepalived's answer", () => {
  const answered = (isAlive: boolean): HealthTracker => {
    const health = tracker();
    health.setAnswering(true);
    health.answer(
      ["10.0.0.1", "10.0.0.2"].map((address) => ({ service: id, address, port: 80, isAlive })),
      200_000,
    );
    return health;
  };

  it("is needed where a row is missing without a word, and nothing is guessed until it comes", () => {
    const health = tracker();
    expect(health.isInDoubt).toBe(true);
    health.setAnswering(true);
    expect(verdicts(health, startedAtMs + 60_000)).toEqual(["up", "unknown"]);
    health.setTable(fullTable, 200_000);
    expect(health.isInDoubt).toBe(false);
  });

  it("tells a row that its checker took out from one that somebody else took out", () => {
    const [byChecker, byHand] = [answered(false), answered(true)];
    expect([byChecker.isInDoubt, byHand.isInDoubt]).toEqual([false, false]);
    expect(byChecker.view(201_000)[1]).toMatchObject({ verdict: "down", seenAtMs: startedAtMs });
    expect(byHand.view(201_000)[1]).toMatchObject({ verdict: "up" });
  });

  it("holds for as long as the row stands as it did: then it is asked again", () => {
    const health = answered(false);
    health.setTable(fullTable, 202_000);
    expect(health.isInDoubt).toBe(true);
    expect(verdicts(health, 202_000)[1]).toBe("up");
  });

  it("gives way to keepalived's own word", () => {
    const health = answered(true);
    say(health, "RS [10.0.0.2]:tcp:80 [192.0.2.15]:tcp:80 DOWN", 203_000);
    expect(verdicts(health, 203_000)).toEqual(["up", "down"]);
  });

  it("is not needed for a real server without checks: nothing but a hand takes it out", () => {
    const health = new HealthTracker();
    const [service] = configured.services;
    if (service === undefined) throw new Error("the sample has a service");
    const realServers = service.realServers.map((each) => ({ ...each, checks: [] }));
    health.setConfigured({ ...configured, services: [{ ...service, realServers }] });
    health.setTable(table, startedAtMs);
    health.setCheckers(startedAtMs);
    expect(health.isInDoubt).toBe(false);
    expect(verdicts(health, startedAtMs + 60_000)).toEqual(["up", "up"]);
  });
});

describe("a service that keepalived names in its own way", () => {
  const of = (service: Partial<Configured["services"][number]>): Configured["services"][number] => ({
    id,
    scheduler: "rr",
    forwarding: "Route",
    quorum: 1,
    delayLoopS: 6,
    realServers: [real("10.0.0.1")],
    line: 1,
    ...service,
  });
  const named = (line: string): string[] => {
    const health = new HealthTracker();
    const mark = { kind: "fwmark", mark: 7, family: "inet" } as const;
    const other = { ...id, address: "192.0.2.16" };
    health.setConfigured({
      instances: [],
      services: [of({}), of({ id: other, group: "G" }), of({ id: mark, group: "H" })],
    });
    health.setCheckers(startedAtMs);
    say(health, line, 200_000);
    return verdicts(health, 200_000);
  };

  it("is named by its group, and no other service that has the same real server is meant", () => {
    expect(named("RS [10.0.0.1]:tcp:80 [G]:0 DOWN")).toEqual(["unknown", "down", "unknown"]);
  });

  it("has a real server without protocol where it is a mark", () => {
    expect(named("RS [10.0.0.1]:none:80 FWM 7 DOWN")).toEqual(["unknown", "unknown", "down"]);
  });
});

describe("lines of the FIFO", () => {
  it.each([
    ["VS [192.0.2.15]:tcp:80 UP", { kind: "service", isUp: true, service: id }],
    ["VS FWM 7 DOWN", { kind: "service", isUp: false, service: { kind: "fwmark", mark: 7 } }],
    ["VS [GRP]:80 DOWN", { kind: "service", isUp: false, service: { kind: "group", name: "GRP" } }],
    [
      "RS [2001:db8::11]:udp:53 [2001:db8::5]:udp:53 DOWN",
      {
        kind: "realServer",
        address: "2001:db8::11",
        port: 53,
        isUp: false,
        service: { kind: "address", protocol: "UDP", address: "2001:db8::5", port: 53 },
      },
    ],
  ])("%s", (line, expected) => expect(parseCheckerNotice(line)).toMatchObject(expected));

  it.each([
    "",
    "RS",
    'INSTANCE "VI_1" MASTER 150',
    "VS [192.0.2.15]:tcp:80 SIDEWAYS",
    "RS [x]:tcp:80 [192.0.2.15]:tcp:80 UP",
  ])("that say nothing known are not guessed at: %s", (line) =>
    expect(parseCheckerNotice(line)).toBeUndefined(),
  );
});

describe("a table that is looked at in steps", () => {
  it("says nothing of any row before all of it was looked at for the first time", () => {
    const health = new HealthTracker();
    health.setConfigured(configured);
    health.setCheckers(startedAtMs);
    const steps = health.setTableInSteps(fullTable, startedAtMs);
    steps.next();
    expect(verdicts(health, startedAtMs + 1_000)).toEqual(["unknown", "unknown"]);
    steps.next();
    expect(verdicts(health, startedAtMs + 1_000)).toEqual(["up", "up"]);
  });

  it("is what a new configuration is held against at once", () => {
    const health = tracker();
    const [service] = configured.services;
    if (service === undefined) throw new Error("no service");
    const realServers = [...service.realServers, real("10.0.0.3")];
    health.setConfigured({ ...configured, services: [{ ...service, realServers }] });
    expect(verdicts(health, startedAtMs + 5_000)).toEqual(["up", "unknown", "unknown"]);
  });
});

describe("what was worked out before", () => {
  const steps: readonly ((health: HealthTracker, atMs: number) => void)[] = [
    (health, atMs) => health.setTable(structuredClone(table), atMs),
    (health, atMs) => health.setTable(structuredClone(fullTable), atMs),
    (health, atMs) => health.setTable(undefined, atMs),
    (health, atMs) => void say(health, "RS [10.0.0.1]:tcp:80 [192.0.2.15]:tcp:80 DOWN", atMs),
    (health, atMs) => void say(health, "RS [10.0.0.1]:tcp:80 [192.0.2.15]:tcp:80 UP", atMs),
    (health, atMs) => void log(health, "TCP connection to [10.0.0.1]:tcp:80 failed.", atMs),
    (health, atMs) => health.setCheckers(atMs),
    (health) => health.setCheckers(undefined),
    (health) => health.setAnswering(true),
    (health) => health.setAnswering(false),
    (health) => health.forgetVerdicts(),
    (health, atMs) =>
      health.answer([{ service: id, address: "10.0.0.2", port: 80, isAlive: atMs % 2 === 0 }], atMs),
    (health) => health.setConfigured(configured),
  ];

  it("is never in the way of what is so now, whatever happened in between", () => {
    for (let seed = 1; seed <= 400; seed += 1) {
      const [looked, fresh] = [tracker(), tracker()];
      let state = seed;
      let atMs = startedAtMs;
      for (let step = 0; step < 12; step += 1) {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
        atMs += state % 40_001;
        for (const health of [looked, fresh]) steps[(state >>> 8) % steps.length]?.(health, atMs);
        looked.view(atMs);
        void looked.isInDoubt;
      }
      expect(looked.view(atMs), `seed ${seed}`).toEqual(fresh.view(atMs));
      expect(looked.isInDoubt, `seed ${seed}`).toBe(fresh.isInDoubt);
    }
  });

  it("is handed out again as the same objects while nothing differs, block by block", () => {
    const health = tracker();
    const before = health.view(startedAtMs + 1_000);
    health.setTable(structuredClone(table), startedAtMs + 2_000);
    expect(health.view(startedAtMs + 2_000)).toBe(before);
  });
});
