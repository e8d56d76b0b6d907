import { describe, expect, it } from "vitest";
import type { FleetDirector } from "@lvs/core/fleet/model";
import { noCounters, noRates, type Counters, type IpvsTable } from "@lvs/core/ipvs/model";
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
});
