import type { ConfiguredService } from "@lvs/core/director/configured";
import type { DirectorState, Verdict } from "@lvs/core/director/state";
import type { Destination, Rates, ServiceId, VirtualService } from "@lvs/core/ipvs/model";
import { noCounters, noRates } from "@lvs/core/ipvs/model";

/** A director with many rows: every one in the kernel, in the file and with a verdict, as on a machine in service. */
export interface LargeSize {
  readonly services: number;
  readonly realServers: number;
}

const vip = (service: number): string => `192.${service >> 16}.${(service >> 8) & 255}.${service & 255}`;
const realAddress = (service: number, row: number): string =>
  `10.${service >> 8}.${service & 255}.${row + 1}`;
const serviceId = (service: number): ServiceId => ({
  kind: "address",
  protocol: "TCP",
  address: vip(service),
  port: 80,
});
const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** `tick`: another one gives other counters, rates and connections. */
export function serviceAt(service: number, realServers: number, tick: number): VirtualService {
  const rates: Rates = { ...noRates, connectionsPerSecond: 40 + ((service + tick) % 20) };
  const row = (index: number): Destination => ({
    address: realAddress(service, index),
    port: 8080,
    forwarding: "Route",
    weight: index + 1,
    upperThreshold: 1_000,
    lowerThreshold: 900,
    activeConnections: 100 + ((index + tick) % 50),
    inactiveConnections: 20 + (tick % 7),
    persistentConnections: 0,
    counters: { ...noCounters, connections: 1_000_000 + tick * 40, inPackets: 9_000_000 + tick * 400 },
    rates: { ...rates, inPacketsPerSecond: 400 + tick },
  });
  return {
    id: serviceId(service),
    scheduler: "wlc",
    schedulerFlags: [],
    onePacket: false,
    counters: { ...noCounters, connections: 100_000_000 + tick * 4_000 },
    rates,
    destinations: numbers(realServers).map(row),
  };
}

const configuredAt = (service: number, realServers: number): ConfiguredService => ({
  id: serviceId(service),
  scheduler: "wlc",
  forwarding: "Route",
  quorum: 1,
  delayLoopS: 6,
  realServers: numbers(realServers).map((row) => ({
    address: realAddress(service, row),
    port: 8080,
    weight: row + 1,
    forwarding: "Route",
    upperThreshold: 1_000,
    lowerThreshold: 900,
    inhibitOnFailure: false,
    checks: [{ kind: "TCP_CHECK", connectTimeoutS: 3, retry: 1, delayBeforeRetryS: 1, detail: "" }],
    line: service * (realServers + 1) * 8 + row * 8,
  })),
  line: service * (realServers + 1) * 8,
});

const absent = { status: "absent", atMs: 0, reason: "not in this test" } as const;

/** Its times are `atMs`: on the director's clock. */
export function largeState({ services, realServers }: LargeSize, atMs: number): DirectorState {
  const verdicts: Verdict[] = numbers(services).flatMap((service) =>
    numbers(realServers).map((row) => ({
      service: serviceId(service),
      address: realAddress(service, row),
      port: 8080,
      verdict: "up",
      sinceMs: atMs,
    })),
  );
  const table = {
    version: "1.2.1",
    size: 4096,
    services: numbers(services).map((each) => serviceAt(each, realServers, 0)),
  };
  return {
    host: absent,
    settings: absent,
    speakers: absent,
    log: [],
    table: { status: "known", atMs, value: table },
    health: { status: "known", atMs, value: verdicts },
    vrrp: { status: "known", atMs, value: [] },
    drift: { status: "known", atMs, value: { items: [], count: 0 } },
    daemon: { status: "known", atMs, value: { engine: "keepalived", isRunning: true, processes: [] } },
    config: {
      status: "known",
      atMs,
      value: {
        path: "/etc/keepalived/keepalived.conf",
        sha256: "a".repeat(64),
        loadedSha256: "a".repeat(64),
        sizeBytes: 20_000_000,
        modifiedAtMs: atMs,
        owner: "root",
        mode: "0644",
        diagnostics: [],
        configured: {
          instances: [],
          services: numbers(services).map((each) => configuredAt(each, realServers)),
        },
      },
    },
  };
}
