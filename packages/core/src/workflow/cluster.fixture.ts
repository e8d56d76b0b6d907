import type { Configured, ConfiguredService } from "../director/configured.ts";
import type { DirectorState, VrrpState } from "../director/state.ts";
import { noCounters, noRates, type IpvsTable, type ServiceId } from "../ipvs/model.ts";
import type { ClusterFacts, DirectorFacts, RealServerProbe, Unheard, WireDispute } from "./facts.ts";

/** A cluster of two directors for tests: one VIP, one service, real servers .21 to .2N. Everything that a test turns is a field. */
export interface FixtureDirector {
  id: string;
  name: string;
  priority: number;
  isRunning: boolean;
  isConnected: boolean;
  state: VrrpState;
  /** Last octets of the real servers in the file, and those that the daemon has loaded. */
  file: number[];
  loaded: number[];
  /** Weight by last octet of the rows in the kernel. */
  kernel: Map<number, { weight: number; active: number }>;
}

export interface FixtureRealServer {
  octet: number;
  isServing: boolean;
  hasVip: boolean;
  isReachable: boolean;
}

export interface FixtureCluster {
  nowMs: number;
  wire: { disputes: WireDispute[]; unheard: Unheard[] };
  directors: FixtureDirector[];
  realServers: FixtureRealServer[];
}

export const vip = "192.0.2.64";
export const serviceId: ServiceId = { kind: "address", protocol: "TCP", address: vip, port: 80 };

export function addressOf(octet: number): string {
  return `192.0.2.${octet}`;
}

export function fixtureCluster(octets: number[] = [21, 22, 23]): FixtureCluster {
  const rows = (): FixtureDirector["kernel"] =>
    new Map(octets.map((octet) => [octet, { weight: 100, active: 0 }]));
  const director = (name: string, priority: number, state: VrrpState): FixtureDirector => ({
    id: name,
    name,
    priority,
    isRunning: true,
    isConnected: true,
    state,
    file: [...octets],
    loaded: [...octets],
    kernel: rows(),
  });
  return {
    nowMs: 1_000_000,
    wire: { disputes: [], unheard: [] },
    directors: [director("lvs-1", 180, "MASTER"), director("lvs-2", 150, "BACKUP")],
    realServers: octets.map((octet) => ({ octet, isServing: true, hasVip: true, isReachable: true })),
  };
}

/** What the console would know of it. */
export function factsOf(cluster: FixtureCluster): ClusterFacts {
  return {
    clusterId: "c1",
    clusterName: "cdn",
    nowMs: cluster.nowMs,
    wire: cluster.wire,
    directors: cluster.directors.map((director) => directorFactsOf(cluster, director)),
    realServers: cluster.realServers.map((real) => ({
      id: `rs${real.octet}`,
      name: `rs${real.octet}`,
      address: addressOf(real.octet),
      hasPinnedHostKey: true,
      probe: probeOf(real),
    })),
  };
}

function probeOf(real: FixtureRealServer): RealServerProbe {
  if (!real.isReachable) return { answers: {}, loopbackAddresses: undefined, arp: undefined };
  const flag = real.hasVip ? 1 : 0;
  return {
    answers: { 80: real.isServing },
    loopbackAddresses: real.hasVip ? ["127.0.0.1", vip] : ["127.0.0.1"],
    arp: { allIgnore: flag, allAnnounce: 2 * flag, loIgnore: flag, loAnnounce: 2 * flag },
  };
}

function directorFactsOf(cluster: FixtureCluster, director: FixtureDirector): DirectorFacts {
  return {
    id: director.id,
    name: director.name,
    isConnected: director.isConnected,
    ageMs: 100,
    state: directorStateOf(cluster, director),
  };
}

export function hashOf(octets: readonly number[]): string {
  return `file of ${octets.join(" ")}`;
}

function directorStateOf(cluster: FixtureCluster, director: FixtureDirector): DirectorState {
  const atMs = cluster.nowMs;
  const isMaster = director.isRunning && director.state === "MASTER";
  const known = <Value>(value: Value) => ({ status: "known" as const, atMs, value });
  return {
    host: known({
      hostname: director.name,
      kernelRelease: "6.1",
      bootId: "b",
      agentVersion: "0",
      hasIpvsadm: true,
      load1: 0,
      interfaces: [],
    }),
    table: known(tableOf(director)),
    settings: { status: "unknown", atMs, reason: "not asked" },
    vrrp: known([
      {
        name: "VI_CACHE",
        state: director.isRunning ? director.state : "STOP",
        virtualRouterId: 51,
        interface: "eth0",
        version: 2,
        priority: director.priority,
        effectivePriority: director.priority,
        advertIntervalCs: 100,
        addresses: [{ address: vip, interface: "eth0", isHeld: isMaster }],
        isOrphaned: false,
      },
    ]),
    drift: known({ items: [], count: 0 }),
    speakers: known({ links: ["eth0"], deaf: [], speakers: [], omitted: 0, findings: [] }),
    health: known(
      director.file.map((octet) => ({
        service: serviceId,
        address: addressOf(octet),
        port: 80,
        verdict: verdictOf(director, octet),
      })),
    ),
    config: known({
      path: "/etc/keepalived/keepalived.conf",
      sha256: hashOf(director.file),
      sizeBytes: 1,
      modifiedAtMs: atMs,
      owner: "root",
      mode: "0644",
      configured: configuredOfFile(director),
      diagnostics: [],
      loadedSha256: hashOf(director.loaded),
    }),
    daemon: known({ engine: "keepalived", isRunning: director.isRunning, processes: [] }),
    log: [],
  };
}

/** An agent names every real server of the file on disk; of one that keepalived has not read yet it knows nothing. */
function verdictOf({ kernel, loaded }: FixtureDirector, octet: number): "up" | "down" | "unknown" {
  if (!loaded.includes(octet)) return "unknown";
  return kernel.has(octet) ? "up" : "down";
}

function tableOf(director: FixtureDirector): IpvsTable {
  const destinations = [...director.kernel].map(([octet, row]) => ({
    address: addressOf(octet),
    port: 80,
    forwarding: "Route" as const,
    weight: row.weight,
    upperThreshold: 0,
    lowerThreshold: 0,
    activeConnections: row.active,
    inactiveConnections: 0,
    persistentConnections: 0,
    counters: noCounters,
    rates: noRates,
  }));
  const service = {
    id: serviceId,
    scheduler: "wlc",
    schedulerFlags: [],
    onePacket: false,
    counters: noCounters,
    rates: noRates,
    destinations,
  };
  return { version: "1.2.1", size: 4_096, services: director.isRunning ? [service] : [] };
}

function configuredOfFile(director: FixtureDirector): Configured {
  const service: ConfiguredService = {
    id: serviceId,
    scheduler: "wlc",
    forwarding: "Route",
    quorum: 1,
    delayLoopS: 2,
    line: 20,
    realServers: director.file.map((octet, index) => ({
      address: addressOf(octet),
      port: 80,
      weight: 100,
      forwarding: "Route",
      upperThreshold: 0,
      lowerThreshold: 0,
      inhibitOnFailure: false,
      line: 30 + index,
      checks: [{ kind: "TCP_CHECK", connectTimeoutS: 1, retry: 1, delayBeforeRetryS: 1, detail: "" }],
    })),
  };
  return {
    routerId: director.name,
    services: [service],
    instances: [
      {
        name: "VI_CACHE",
        initialState: director.priority === 180 ? "MASTER" : "BACKUP",
        interface: "eth0",
        virtualRouterId: 51,
        priority: director.priority,
        advertIntervalCs: 100,
        version: 2,
        preempt: true,
        preemptDelayS: 0,
        hasPassword: true,
        unicastPeers: [],
        virtualAddresses: [{ address: `${vip}/32`, isExcluded: false }],
        trackFiles: [],
        trackInterfaces: [],
        line: 10,
      },
    ],
  };
}
