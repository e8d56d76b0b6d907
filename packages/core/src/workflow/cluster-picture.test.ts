import { describe, expect, it } from "vitest";
import type { ConfiguredInstance } from "../director/configured.ts";
import {
  detectionMs,
  holdersAfterStart,
  holdersAfterStop,
  picturedDirectors,
  presentHolders,
  stopGapMs,
  takeOverMs,
  type PicturedDirector,
} from "./cluster-picture.ts";
import { addressOf, factsOf, fixtureCluster, serviceId } from "./cluster.fixture.ts";

/** Directors with these instances: name to priority and what else differs from the fixture's. */
function directorWith(
  name: string,
  instances: Readonly<Record<string, Partial<ConfiguredInstance>>>,
): PicturedDirector {
  const [first] = picturedDirectors(factsOf(fixtureCluster()));
  const model = first?.configured.instances[0];
  if (first === undefined || model === undefined) throw new Error("fixture without instances");
  return {
    ...first,
    facts: { ...first.facts, id: name, name },
    configured: {
      ...first.configured,
      instances: Object.entries(instances).map(([instance, part]) => ({ ...model, name: instance, ...part })),
    },
  };
}

describe("the order of the directors", () => {
  it("is MASTER of most first, then by name", () => {
    const cluster = fixtureCluster();
    const names = () => picturedDirectors(factsOf(cluster)).map((each) => each.facts.name);
    expect(names()).toEqual(["lvs-1", "lvs-2"]);
    for (const director of cluster.directors)
      director.state = director.name === "lvs-2" ? "MASTER" : "BACKUP";
    expect(names()).toEqual(["lvs-2", "lvs-1"]);
    for (const director of cluster.directors) director.state = "BACKUP";
    cluster.directors.reverse();
    expect(names()).toEqual(["lvs-1", "lvs-2"]);
  });
});

describe("who holds an instance", () => {
  it("is nobody's word where two directors hold its address, or none", () => {
    const held = (states: readonly ("MASTER" | "BACKUP")[]) => {
      const cluster = fixtureCluster();
      for (const [index, director] of cluster.directors.entries()) director.state = states[index] ?? "BACKUP";
      const facts = factsOf(cluster);
      return [...presentHolders(facts, picturedDirectors(facts))];
    };
    expect(held(["MASTER", "BACKUP"])).toEqual([["VI_CACHE", "lvs-1"]]);
    expect(held(["MASTER", "MASTER"])).toEqual([]);
    expect(held(["BACKUP", "BACKUP"])).toEqual([]);
  });

  it("after a stop is the highest priority among those left, and only for what the leaving one held", () => {
    const a = directorWith("a", { WEB: { priority: 200 }, TCP: { priority: 50 } });
    const b = directorWith("b", { WEB: { priority: 100 }, TCP: { priority: 90 } });
    const c = directorWith("c", { WEB: { priority: 150 }, TCP: { priority: 60 } });
    const holders = new Map([
      ["WEB", "a"],
      ["TCP", "b"],
    ]);
    expect([...holdersAfterStop(holders, [a, b, c], a)]).toEqual([
      ["WEB", "c"],
      ["TCP", "b"],
    ]);
    expect([...holdersAfterStop(holders, [a], a)]).toEqual([["TCP", "b"]]);
  });

  it("after a start is the returning one where it may preempt with a higher priority, not with an equal one", () => {
    const peer = directorWith("b", { WEB: { priority: 150 } });
    const back = (part: Partial<ConfiguredInstance>): string | undefined => {
      const returning = directorWith("a", { WEB: part });
      return holdersAfterStart(new Map([["WEB", "b"]]), [returning, peer], returning).get("WEB");
    };
    expect(back({ priority: 151 })).toBe("a");
    expect(back({ priority: 150 })).toBe("b");
    expect(back({ priority: 200, preempt: false })).toBe("b");
    const alone = directorWith("a", { WEB: { priority: 10, preempt: false } });
    expect(holdersAfterStart(new Map(), [alone, peer], alone).get("WEB")).toBe("a");
  });
});

describe("how long it takes", () => {
  it("until the heir takes over is its skew time: of one second in version 2, of its advertisement interval in version 3", () => {
    const leaving = directorWith("a", { WEB: { priority: 200 } });
    const gap = (part: Partial<ConfiguredInstance>): number =>
      stopGapMs([leaving, directorWith("b", { WEB: { priority: 128, ...part } })], leaving, "WEB");
    expect(gap({ version: 2, advertIntervalCs: 300 })).toBe(500);
    expect(gap({ version: 3, advertIntervalCs: 300 })).toBe(1_500);
    expect(gap({ version: 3, advertIntervalCs: 10 })).toBe(50);
    expect(stopGapMs([leaving], leaving, "WEB")).toBe(0);
  });

  it("until a returning director has taken over counts four intervals, its preempt delay and its start", () => {
    const slow = directorWith("a", {
      WEB: { advertIntervalCs: 100, preemptDelayS: 60 },
      TCP: { advertIntervalCs: 300 },
    });
    expect(takeOverMs(slow)).toBe(4 * 3_000 + 60_000 + 5_000);
  });

  it("until the slowest checker calls a real server down: every try, every pause between them, one round before", () => {
    const [director] = picturedDirectors(factsOf(fixtureCluster()));
    const [service] = director?.configured.services ?? [];
    if (service === undefined) throw new Error("fixture without a service");
    const check = { kind: "TCP_CHECK", connectTimeoutS: 3, retry: 2, delayBeforeRetryS: 4, detail: "" };
    const realServers = service.realServers.map((each) => ({
      ...each,
      checks: [{ ...check, retry: 0 }, check],
    }));
    const row = { service: serviceId, address: addressOf(21), port: 80 };
    expect(detectionMs([{ ...service, delayLoopS: 10, realServers }], row)).toBe((3 * 7 + 10) * 1_000);
    expect(detectionMs([service], { ...row, port: 81 })).toBe(0);
  });
});
