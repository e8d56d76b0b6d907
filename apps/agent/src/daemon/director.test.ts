import { describe, expect, it } from "vitest";
import type { DirectorEvent } from "@lvs/core/director/change";
import { knownValue } from "@lvs/core/director/fact";
import { noCounters, noRates, type Destination, type IpvsTable } from "@lvs/core/ipvs/model";
import type { InterfaceAddress } from "@lvs/core/net/netlink-address";
import type { Settings } from "../config.ts";
import { SimulatedEngine } from "../engine/simulated-engine.ts";
import { setWeight } from "../ipvs/set-weight.ts";
import { simulatedSystem, type SimulatedSystem } from "../system/simulated/simulated-system.ts";
import { SystemError } from "../system/system-error.ts";
import { Director } from "./director.ts";

const conf = "/etc/keepalived/keepalived.conf";
const fifo = "/run/keepalived/notify.fifo";
const log = "/var/log/keepalived.log";
const text = `global_defs {
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
  keepalivedLog: log,
  fifos: [],
  service: { start: undefined, stop: undefined, reload: undefined },
};
const service = { kind: "address", protocol: "TCP", address: "192.0.2.1", port: 80 } as const;
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
const vip: InterfaceAddress = {
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

interface Running {
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

async function run(system: SimulatedSystem = machine()): Promise<Running> {
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
  const director = new Director({ system, settings, engine, log: silent, agentId: "a1", version: "test" });
  const agent = director.agent();
  const events: DirectorEvent[] = [];
  const stop = new AbortController();
  void (async () => {
    for await (const { change } of agent.state.watch(undefined, stop.signal)) {
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
const instance = ({ agent }: Running) => knownValue(agent.state.read().vrrp)?.[0];
const verdict = ({ agent }: Running) => knownValue(agent.state.read().health)?.[0]?.verdict;
const kinds = ({ events }: Running) => events.map(({ kind }) => kind);

describe("a takeover", () => {
  it("is on the stream with the address and with keepalived's word, without waiting for a sweep", async () => {
    const at = await run();
    expect(instance(at)).toMatchObject({ state: "BACKUP", addresses: [{ isHeld: false }] });
    at.system.kernel.addAddress(vip);
    at.system.fifos.write(fifo, 'INSTANCE "VI_1" MASTER 150');
    expect(instance(at)).toMatchObject({
      state: "MASTER",
      addresses: [{ isHeld: true }],
      lastTransition: { from: "BACKUP", to: "MASTER", source: "fifo" },
    });
    await at.pass(50);
    expect(kinds(at)).toEqual(expect.arrayContaining(["addressAdded", "vrrpTransition"]));
    expect(knownValue(at.agent.state.read().host)?.interfaces[0]?.addresses).toEqual(["192.0.2.1/32"]);
  });

  it("whose daemon then dies leaves an orphan within a sweep", async () => {
    const at = await run();
    at.system.kernel.addAddress(vip);
    at.system.fifos.write(fifo, 'INSTANCE "VI_1" MASTER 150');
    at.engine.isUp = false;
    await at.pass(1_100);
    expect(instance(at)).toMatchObject({ state: "STOP", isOrphaned: true });
    expect(kinds(at)).toContain("daemonStopped");
    expect(verdict(at)).toBe("unknown");
  });
});

describe("a row of the table", () => {
  it("that a checker takes out is down and no hand's work", async () => {
    const at = await run();
    expect(verdict(at)).toBe("up");
    at.system.fifos.write(fifo, "RS [10.0.0.1]:tcp:80 [192.0.2.1]:tcp:80 DOWN");
    at.system.files.append(log, "TCP connection to [10.0.0.1]:tcp:80 failed.\n");
    await setWeight(at.system, { service, address: "10.0.0.1", port: 80, weight: 0 });
    await at.pass(3_000);
    expect(verdict(at)).toBe("down");
    expect(knownValue(at.agent.state.read().health)?.[0]?.cause).toContain("failed");
    expect(kinds(at)).not.toContain("tableChangedByHand");
  });

  it("that somebody changes is named, the agent's own change is not", async () => {
    const at = await run();
    await at.pass(1_000);
    await setWeight(at.system, { service, address: "10.0.0.1", port: 80, weight: 3 });
    await at.pass(3_000);
    const named = at.events.filter(({ kind }) => kind === "tableChangedByHand");
    expect(named).toMatchObject([{ subject: "TCP 192.0.2.1:80 10.0.0.1:80", detail: "weight 1 → 3" }]);
    const ours = await at.agent.table.setWeight({
      row: { service, address: "10.0.0.1", port: 80 },
      weight: 5,
    });
    expect(ours).toMatchObject({ outcome: "done", previousWeight: 3, destination: { weight: 5 } });
    await at.pass(3_000);
    expect(at.events.filter(({ kind }) => kind === "tableChangedByHand")).toHaveLength(1);
  });

  it("is unknown, not gone, while the kernel cannot be asked", async () => {
    const at = await run();
    at.system.kernel.failure = new SystemError({
      door: "netlink",
      code: "failed",
      subject: "IPVS",
      reason: "does not answer",
    });
    await at.pass(1_100);
    expect(at.agent.state.read().table).toMatchObject({
      status: "unknown",
      reason: expect.stringContaining("does not answer"),
    });
    at.system.kernel.failure = undefined;
    await at.pass(1_100);
    expect(at.agent.state.read().table.status).toBe("known");
  });
});

describe("keepalived.conf", () => {
  it("changed by hand is shown as not loaded, until keepalived reads it", async () => {
    const at = await run();
    await at.pass(1_000);
    at.system.files.put(conf, text.replace("priority 150", "priority 140"));
    await at.pass(1_100);
    const config = () => knownValue(at.agent.state.read().config);
    expect(config()?.configured.instances[0]?.priority).toBe(140);
    expect(config()?.loadedSha256).not.toBe(config()?.sha256);
    at.system.files.append(log, "Sat Nov 21 06:24:09 2026: Reloading ...\n");
    await at.pass(1_000);
    expect(config()?.loadedSha256).toBe(config()?.sha256);
    expect(kinds(at)).toContain("configChanged");
    expect((await at.agent.config.versions()).map(({ isCurrent }) => isCurrent)).toEqual([true, false]);
  });
});

describe("the log", () => {
  it("is passed on without the password that a debugging daemon prints", async () => {
    const at = await run();
    at.system.files.append(log, "   Authentication type = SIMPLE_PASSWORD\n   Password = s3cretXX\n");
    await at.pass(600);
    expect(at.agent.state.read().log.join("\n")).toContain("Password = ••••");
    expect(JSON.stringify(at.agent.state.read())).not.toContain("s3cretXX");
  });
});

describe("an end of the agent", () => {
  it("touches neither the daemon nor the table", async () => {
    const at = await run();
    const closing = at.director.close();
    await at.pass(1_000);
    await closing;
    expect(at.engine.orders).toEqual([]);
    expect(at.system.processes.sent).toEqual([]);
    expect(at.system.kernel.ipvs?.table.services[0]?.destinations).toHaveLength(1);
  });
});
