import { describe, expect, it } from "vitest";
import type { FleetDirector } from "@lvs/core/fleet/model";
import { noCounters, noRates, type Counters, type IpvsTable } from "@lvs/core/ipvs/model";
import { totalsMoveEveryMs } from "@lvs/core/ipvs/rates";
import { makeSampler } from "./sampler.ts";
import { stateWith } from "./testing/agent.ts";

function table(service: Partial<Counters>, server: Partial<Counters>): IpvsTable {
  return {
    version: "1.2.1",
    size: 4096,
    services: [
      {
        id: { kind: "address", protocol: "TCP", address: "192.0.2.1", port: 80 },
        scheduler: "wlc",
        schedulerFlags: [],
        onePacket: false,
        counters: { ...noCounters, ...service },
        rates: noRates,
        destinations: [
          {
            address: "192.0.2.7",
            port: 80,
            forwarding: "Route",
            weight: 1,
            upperThreshold: 0,
            lowerThreshold: 0,
            activeConnections: 4,
            inactiveConnections: 2,
            persistentConnections: 0,
            counters: { ...noCounters, ...server },
            rates: noRates,
          },
        ],
      },
    ],
  };
}

function director(
  atMs: number,
  at: IpvsTable,
  status: "connected" | "connecting" = "connected",
): FleetDirector {
  return {
    id: "d1",
    name: "lvs-1",
    clusterId: "c1",
    address: "192.0.2.5",
    port: 8443,
    connection: { status, sinceMs: 0 },
    state: stateWith(at, atMs),
  };
}

describe("samples", () => {
  it("are what was counted since the last reading, per second, of the service and of each real server", () => {
    const sampler = makeSampler();
    expect(sampler.take([director(1_000, table({}, {}))])).toEqual([]);
    const rows = sampler.take([
      director(6_000, table({ connections: 50, inBytes: 5_000 }, { connections: 25 })),
    ]);
    expect(
      rows.map((row) => [
        row.destination,
        row.rates.connectionsPerSecond,
        row.rates.inBytesPerSecond,
        row.active,
        row.inactive,
      ]),
    ).toEqual([
      ["", 10, 1_000, 4, 2],
      ["192.0.2.7:80", 5, 0, 4, 2],
    ]);
  });

  it("leave a gap for what was zeroed, not read again, or not heard", () => {
    const sampler = makeSampler();
    sampler.take([director(1_000, table({ connections: 50 }, { connections: 5 }))]);
    expect(
      sampler
        .take([director(6_000, table({ connections: 1 }, { connections: 6 }))])
        .map((row) => row.destination),
    ).toEqual(["192.0.2.7:80"]);
    expect(sampler.take([director(6_000, table({ connections: 1 }, { connections: 6 }))])).toEqual([]);
    sampler.take([director(8_000, table({ connections: 2 }, { connections: 7 }), "connecting")]);
    expect(sampler.take([director(11_000, table({ connections: 9 }, { connections: 9 }))])).toEqual([]);
  });

  it("of a steady stream are steady, though the kernel moves its totals every two seconds and is asked every five", () => {
    const sampler = makeSampler();
    const perSecond = 1_000;
    /** As the kernel shows it: what had come in at its last tick. */
    const at = (atMs: number): FleetDirector => {
      const connections = Math.floor((atMs - 700) / totalsMoveEveryMs) * 2 * perSecond;
      return director(atMs, table({ connections }, { connections: connections / 2 }));
    };
    const rates: number[] = [];
    for (let startMs = 10_000; startMs < 70_000; startMs += 5_000) {
      const jitterMs = (startMs / 5_000) % 3;
      const rows = sampler.take([at(startMs + jitterMs * 20)]);
      rates.push(...rows.map((row) => row.rates.connectionsPerSecond));
      sampler.look([at(startMs + 1_000 + jitterMs * 10)]);
      sampler.look([at(startMs + 4_000)]);
    }
    expect(rates.length).toBe(22);
    for (const [index, rate] of rates.entries()) {
      const truth = index % 2 === 0 ? perSecond : perSecond / 2;
      expect(Math.abs(rate - truth) / truth).toBeLessThan(0.02);
    }
  });

  it("of a service that was removed and made anew are a gap, then what the new one counts", () => {
    const sampler = makeSampler();
    const empty: IpvsTable = { ...table({}, {}), services: [] };
    const counts = (atMs: number, connections: number) =>
      director(atMs, table({ connections }, { connections }));
    const numbers = (rows: ReturnType<typeof sampler.take>) =>
      rows.map((row) => row.rates.connectionsPerSecond);
    sampler.look([counts(1_000, 5_000)]);
    expect(numbers(sampler.take([counts(5_000, 5_040)]))).toEqual([10, 10]);
    sampler.look([director(6_000, empty)]);
    expect(numbers(sampler.take([counts(10_000, 8)]))).toEqual([]);
    sampler.look([counts(11_000, 8)]);
    expect(numbers(sampler.take([counts(15_000, 88)]))).toEqual([20, 20]);
  });

  it("begin anew where the director's clock was set back", () => {
    const sampler = makeSampler();
    sampler.look([director(100_000, table({}, {}))]);
    sampler.look([director(1_000, table({ connections: 10 }, {}))]);
    const rows = sampler.take([director(5_000, table({ connections: 50 }, {}))]);
    expect(rows[0]?.rates.connectionsPerSecond).toBe(10);
  });
});
