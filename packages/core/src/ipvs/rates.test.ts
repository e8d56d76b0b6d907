import { describe, expect, it } from "vitest";
import type { Counters, IpvsTable } from "./model.ts";
import { chooseBaseline, rateBetween, ratesBetween, totalsMoveEveryMs } from "./rates.ts";
import { parseSave } from "./save-format.ts";

const counters = (connections: number, inBytes: number): Counters => ({
  connections,
  inPackets: 0,
  outPackets: 0,
  inBytes,
  outBytes: 0,
});

const tableWith = (rules: string, service: Counters, row: Counters): IpvsTable => {
  const table = parseSave(rules).value;
  const services = table.services.map((found) => ({
    ...found,
    counters: service,
    destinations: found.destinations.map((destination) => ({ ...destination, counters: row })),
  }));
  return { ...table, services };
};

const rules = "-A -t 10.0.0.1:80\n-a -t 10.0.0.1:80 -r 10.1.0.1\n";

describe("rates from two readings", () => {
  it("are what was counted, per second of the time between them", () => {
    const reading = rateBetween(counters(100, 5_000), counters(150, 10_000), 500);
    expect(reading).toEqual({
      kind: "rates",
      rates: {
        connectionsPerSecond: 100,
        inPacketsPerSecond: 0,
        outPacketsPerSecond: 0,
        inBytesPerSecond: 10_000,
        outBytesPerSecond: 0,
      },
    });
  });

  it("are not told across a reset, not even for counters that did not go back", () => {
    expect(rateBetween(counters(100, 5_000), counters(3, 9_000), 1000)).toEqual({ kind: "reset" });
  });

  it("are not told without time between, or without an earlier reading", () => {
    expect(rateBetween(counters(1, 1), counters(2, 2), 0)).toEqual({ kind: "no-time" });
    expect(rateBetween(counters(1, 1), counters(2, 2), Number.NaN)).toEqual({ kind: "no-time" });
    expect(rateBetween(undefined, counters(2, 2), 1000)).toEqual({ kind: "new" });
  });

  it("are told for every entry by itself: a real server made anew does not silence its service", () => {
    const before = tableWith(rules, counters(100, 0), counters(90, 0));
    const after = tableWith(`${rules}-A -f 7\n`, counters(110, 0), counters(2, 0));
    const rates = ratesBetween(before, after, 1000);
    expect([...rates.keys()]).toEqual(["TCP 10.0.0.1:80", "FWM 7"]);
    expect(rates.get("TCP 10.0.0.1:80")?.service.kind).toBe("rates");
    expect(rates.get("TCP 10.0.0.1:80")?.destinations.get("10.1.0.1:80")).toEqual({ kind: "reset" });
    expect(rates.get("FWM 7")?.service).toEqual({ kind: "new" });
  });

  it("read once a second from totals that move every two stay near the truth", () => {
    const perSecond = 1000;
    const totalAt = (atMs: number): number =>
      (Math.floor((atMs - 700) / totalsMoveEveryMs) * totalsMoveEveryMs * perSecond) / 1000;
    const readings = Array.from({ length: 30 }, (_, index) => {
      const atMs = 10_000 + index * 1000 + ((index * 37) % 50);
      return { atMs, counters: counters(totalAt(atMs), 0) };
    });
    const measured = readings.flatMap((reading, index) => {
      const baseline = chooseBaseline(readings.slice(0, index), reading.atMs);
      const found =
        baseline && rateBetween(baseline.counters, reading.counters, reading.atMs - baseline.atMs);
      return found?.kind === "rates" ? [found.rates.connectionsPerSecond] : [];
    });
    expect(measured.length).toBe(26);
    for (const rate of measured) expect(Math.abs(rate - perSecond) / perSecond).toBeLessThan(0.05);
    expect(chooseBaseline(readings.slice(0, 3), readings[3]?.atMs ?? 0)).toBeUndefined();
  });
});
