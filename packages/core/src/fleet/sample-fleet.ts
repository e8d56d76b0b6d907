import type { Configured, ConfiguredRealServer, ConfiguredService } from "../director/configured.ts";
import type { Speakers } from "../director/speakers.ts";
import type { DirectorState, Verdict, VrrpInstance } from "../director/state.ts";
import { driftOf, followDrift, noHistory } from "../drift/follow-drift.ts";
import { findDrift } from "../drift/find-drift.ts";
import { readDrift } from "../drift/read-drift.ts";
import { noCounters, noRates, type Destination, type VirtualService } from "../ipvs/model.ts";
import type { Fleet, FleetDirector } from "./model.ts";

/** Builders for the tests of this folder: one healthy pair, from which each test takes what it breaks. Not part of the product. */

export const sampleNowMs = 1_000_000_000;
export const sampleVip = "192.0.2.1";

export const sampleDestination = (address: string, change: Partial<Destination> = {}): Destination => ({
  address,
  port: 80,
  forwarding: "Route",
  weight: 100,
  upperThreshold: 0,
  lowerThreshold: 0,
  activeConnections: 0,
  inactiveConnections: 0,
  persistentConnections: 0,
  counters: noCounters,
  rates: noRates,
  ...change,
});

export const sampleService = (
  destinations: readonly Destination[],
  inPacketsPerSecond = 0,
): VirtualService => ({
  id: { kind: "address", protocol: "TCP", address: sampleVip, port: 80 },
  scheduler: "wlc",
  schedulerFlags: [],
  onePacket: false,
  counters: noCounters,
  rates: { ...noRates, inPacketsPerSecond },
  destinations: [...destinations],
});

export const sampleRealServer = (
  address: string,
  change: Partial<ConfiguredRealServer> = {},
): ConfiguredRealServer => ({
  address,
  port: 80,
  weight: 100,
  forwarding: "Route",
  upperThreshold: 0,
  lowerThreshold: 0,
  inhibitOnFailure: false,
  checks: [{ kind: "TCP_CHECK", connectTimeoutS: 3, retry: 1, delayBeforeRetryS: 1, detail: "" }],
  line: 20,
  ...change,
});

export const sampleConfigured = (
  realServers: readonly ConfiguredRealServer[],
  change: {
    routerId?: string;
    priority?: number;
    isMaster?: boolean;
    service?: Partial<ConfiguredService>;
  } = {},
): Configured => ({
  routerId: change.routerId ?? "lvs-1",
  instances: [
    {
      name: "VI_1",
      initialState: (change.isMaster ?? true) ? "MASTER" : "BACKUP",
      interface: "eth0",
      virtualRouterId: 51,
      priority: change.priority ?? 180,
      advertIntervalCs: 100,
      version: 2,
      preempt: true,
      preemptDelayS: 0,
      hasPassword: true,
      unicastPeers: [],
      virtualAddresses: [{ address: `${sampleVip}/32`, isExcluded: false }],
      trackFiles: [],
      trackInterfaces: [],
      line: 8,
    },
  ],
  services: [
    {
      id: { kind: "address", protocol: "TCP", address: sampleVip, port: 80 },
      scheduler: "wlc",
      forwarding: "Route",
      quorum: 1,
      delayLoopS: 6,
      realServers: [...realServers],
      line: 15,
      ...change.service,
    },
  ],
});

const known = <Value>(value: Value): { status: "known"; atMs: number; value: Value } => ({
  status: "known",
  atMs: sampleNowMs,
  value,
});

export interface SampleStateParts {
  readonly destinations: readonly Destination[];
  readonly configured: Configured;
  readonly verdicts?: readonly Verdict[];
  readonly isMaster: boolean;
  readonly isHeld?: boolean;
  readonly instance?: Partial<VrrpInstance>;
  /** Unless told: eth0 is listened to, nobody speaks. */
  readonly speakers?: Speakers;
}

export const sampleState = (parts: SampleStateParts): DirectorState => withDrift(sampleFacts(parts));

/** With what an agent would say of drift that it saw appear a second ago, while nobody else was at work. */
export const withDrift = (facts: Omit<DirectorState, "drift">): DirectorState => {
  const reading = readDrift(facts);
  if (reading.status !== "known") return { ...facts, drift: { ...reading, atMs: sampleNowMs } };
  const look = { basis: reading.basis, isMoving: false, writerOf: () => undefined };
  const before = followDrift(noHistory, { ...look, atMs: sampleNowMs - 2_000, differences: [] });
  const first = { ...look, atMs: sampleNowMs - 1_000, differences: findDrift(reading.question) };
  const history = followDrift(followDrift(before, first), { ...first, atMs: sampleNowMs });
  return { ...facts, drift: known(driftOf(history)) };
};

const sampleFacts = (parts: SampleStateParts): Omit<DirectorState, "drift"> => ({
  host: known({
    hostname: "lvs",
    kernelRelease: "6.1.0",
    bootId: "1",
    agentVersion: "0.1.0",
    hasIpvsadm: true,
    load1: 0.1,
    interfaces: [],
  }),
  table: known({
    version: "1.2.1",
    size: 4096,
    services: [sampleService(parts.destinations, parts.isMaster ? 50 : 0)],
  }),
  settings: known({ timeouts: { tcpS: 900, tcpFinS: 120, udpS: 300 }, sysctls: {}, syncDaemons: [] }),
  vrrp: known([
    {
      name: "VI_1",
      state: parts.isMaster ? "MASTER" : "BACKUP",
      virtualRouterId: 51,
      interface: "eth0",
      version: 2,
      priority: parts.isMaster ? 180 : 150,
      effectivePriority: parts.isMaster ? 180 : 150,
      advertIntervalCs: 100,
      addresses: [{ address: sampleVip, interface: "eth0", isHeld: parts.isHeld ?? parts.isMaster }],
      isOrphaned: false,
      ...parts.instance,
    },
  ]),
  speakers: known(parts.speakers ?? { links: ["eth0"], deaf: [], speakers: [], omitted: 0, findings: [] }),
  health: known([...(parts.verdicts ?? [])]),
  config: known({
    path: "/etc/keepalived/keepalived.conf",
    sha256: "aa",
    sizeBytes: 1,
    modifiedAtMs: 0,
    owner: "root",
    mode: "0644",
    configured: parts.configured,
    diagnostics: [],
    loadedSha256: "aa",
  }),
  daemon: known({ engine: "keepalived", version: "2.2.7", isRunning: true, processes: [] }),
  log: [],
});

export const sampleDirector = (name: string, state: DirectorState): FleetDirector => ({
  id: name,
  name,
  clusterId: "c1",
  address: "192.0.2.11",
  port: 8443,
  connection: { status: "connected", sinceMs: 0 },
  state,
  heardAtMs: sampleNowMs,
  clockOffsetMs: 0,
});

const servers = ["192.0.2.101", "192.0.2.102"];

/** The state of one director of the healthy pair: two real servers in the table as the file asks. */
export const healthyState = (isMaster: boolean, change: Partial<SampleStateParts> = {}): DirectorState =>
  sampleState({
    destinations: servers.map((address) =>
      sampleDestination(address, { activeConnections: isMaster ? 5 : 0 }),
    ),
    configured: sampleConfigured(
      servers.map((address) => sampleRealServer(address)),
      { routerId: isMaster ? "lvs-1" : "lvs-2", priority: isMaster ? 180 : 150, isMaster },
    ),
    isMaster,
    ...change,
  });

export const sampleFleet = (
  first: DirectorState = healthyState(true),
  second: DirectorState = healthyState(false),
): Fleet => ({
  nowMs: sampleNowMs,
  clusters: [{ id: "c1", name: "cdn" }],
  directors: [sampleDirector("lvs-1", first), sampleDirector("lvs-2", second)],
  realServers: [],
  runs: [],
});
