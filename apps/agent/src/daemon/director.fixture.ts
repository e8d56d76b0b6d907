import type { DirectorEvent } from "@lvs/core/director/change";
import { noCounters, noRates, type Destination, type IpvsTable } from "@lvs/core/ipvs/model";
import type { InterfaceAddress } from "@lvs/core/net/netlink-address";
import type { Settings } from "../config.ts";
import { SimulatedEngine } from "../engine/simulated-engine.ts";
import { fileLog } from "../keepalived-log/file-log.ts";
import { simulatedSystem, type SimulatedSystem } from "../system/simulated/simulated-system.ts";
import { Director } from "./director.ts";

export const conf = "/etc/keepalived/keepalived.conf";
export const fifo = "/run/keepalived/notify.fifo";
export const log = "/var/log/keepalived.log";
export const text = `global_defs {
    notify_fifo ${fifo}
}
vrrp_instance VI_1 {
    state BACKUP
    interface eth0
    virtual_router_id 51
    priority 150
    virtual_ipaddress {
        192.0.2.1
    }
}
virtual_server 192.0.2.1 80 {
    delay_loop 2
    lb_algo wlc
    lb_kind DR
    protocol TCP
    real_server 10.0.0.1 80 {
        weight 1
        TCP_CHECK {
            connect_timeout 1
        }
    }
}
`;
const settings: Settings = {
  stateDirectory: "/var/lib/lvs-agent",
  listen: { host: "127.0.0.1", port: 0 },
  token: undefined,
  address: undefined,
  name: undefined,
  keepalivedConf: conf,
  keepalivedBinary: "keepalived",
  keepalivedLog: undefined,
  fifos: [],
  service: { start: undefined, stop: undefined, reload: undefined },
};
export const service = { kind: "address", protocol: "TCP", address: "192.0.2.1", port: 80 } as const;
const row: Destination = {
  address: "10.0.0.1",
  port: 80,
  forwarding: "Route",
  weight: 1,
  upperThreshold: 0,
  lowerThreshold: 0,
  activeConnections: 0,
  inactiveConnections: 0,
  persistentConnections: 0,
  counters: noCounters,
  rates: noRates,
};
const table: IpvsTable = {
  version: "1.2.1",
  size: 4096,
  services: [
    {
      id: service,
      scheduler: "wlc",
      schedulerFlags: [],
      onePacket: false,
      counters: noCounters,
      rates: noRates,
      destinations: [row],
    },
  ],
};
export const vip: InterfaceAddress = {
  interfaceIndex: 2,
  family: "inet",
  address: "192.0.2.1",
  prefixLength: 32,
  scope: "global",
  isTentative: false,
  isDuplicate: false,
  isDeprecated: false,
  isSecondary: false,
  isPermanent: true,
};

export interface Running {
  readonly system: SimulatedSystem;
  readonly engine: SimulatedEngine;
  readonly director: Director;
  readonly agent: ReturnType<Director["agent"]>;
  readonly events: DirectorEvent[];
  pass(ms: number): Promise<void>;
}

function machine(): SimulatedSystem {
  const system = simulatedSystem({ ipvs: table });
  system.files.put(conf, text);
  system.files.put(log, "");
  system.files.put("/proc/sys/kernel/hostname", "lvs-1\n");
  system.files.put("/proc/sys/kernel/osrelease", "6.1.0\n");
  system.files.put("/proc/sys/kernel/random/boot_id", "boot\n");
  system.files.put("/proc/loadavg", "0.10 0.10 0.10 1/100 1\n");
  system.kernel.setLink({
    index: 2,
    name: "eth0",
    isUp: true,
    isRunning: true,
    isLoopback: false,
    mtu: 1500,
  });
  return system;
}

/** A director whose agent has looked once. */
export async function run(system: SimulatedSystem = machine()): Promise<Running> {
  const engine = new SimulatedEngine(() => system.files.textOf(conf) ?? "");
  engine.instances = [
    {
      name: "VI_1",
      state: "BACKUP",
      interface: "eth0",
      virtualRouterId: 51,
      version: 2,
      priority: 150,
      effectivePriority: 150,
      advertIntervalCs: 100,
      addresses: [{ address: "192.0.2.1", device: undefined }],
      lastTransitionAtMs: 1,
    },
  ];
  const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const director = new Director({
    system,
    settings,
    engine,
    keepalivedLog: fileLog(system, log),
    log: silent,
    agentId: "a1",
    version: "test",
  });
  const agent = director.agent();
  const events: DirectorEvent[] = [];
  const stop = new AbortController();
  void (async () => {
    for await (const { change } of agent.state.watch({ lastEventId: undefined, signal: stop.signal })) {
      if (change.kind === "event") events.push(change.event);
    }
  })();
  const pass = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 50) await system.clock.advance(50);
  };
  const started = director.start();
  await pass(200);
  await started;
  return { system, engine, director, agent, events, pass };
}
