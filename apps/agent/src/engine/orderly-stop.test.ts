import { describe, expect, it } from "vitest";
import type { InterfaceAddress } from "@lvs/core/net/netlink-address";
import { simulatedSystem, type SimulatedSystem } from "../system/simulated/simulated-system.ts";
import { keepalivedEngine } from "./keepalived.ts";

const conf = "/etc/keepalived/keepalived.conf";
const jsonSignal = 36;
const [parent, checkers, vrrp] = [10, 11, 12];
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
const dump = JSON.stringify([
  {
    data: {
      iname: "VI_1",
      ifp_ifname: "eth0",
      vrid: 51,
      base_priority: 150,
      effective_priority: 150,
      adver_int: 1,
      state: 2,
      version: 2,
      vips: ["192.0.2.1/32 dev eth0 scope global"],
    },
  },
]);

const drop = "ip -4 route add blackhole 192.0.2.1 proto 213";
const cleared = ["-4", "-6"].map((family) => `ip ${family} route flush type blackhole proto 213`);

interface Machine {
  readonly system: SimulatedSystem;
  readonly engine: ReturnType<typeof keepalivedEngine>;
  /** Signals, commands of the service manager and what became of the VIP and the table, in their order. */
  readonly story: string[];
  /** What ends when the parent is told to stop; the VIP leaves before that. */
  vrrpNeedsMs: number;
  stop(): Promise<readonly string[]>;
}

/** keepalived as MASTER, as far as a stop goes: the VRRP process takes the VIP away and ends, the checkers end once they may run. */
function machine(): Machine {
  const system = simulatedSystem();
  const { clock, processes, commands, kernel, files } = system;
  const story: string[] = [];
  files.put("/proc/stat", "btime 1770000000\n");
  files.put(conf, "global_defs {\n}\n");
  files.put(`/proc/${parent}/environ`, "HOME=/\0");
  kernel.setLink({ index: 2, name: "eth0", isUp: true, isRunning: true, isLoopback: false, mtu: 1500 });
  kernel.addAddress(vip);
  const run = (pid: number, state = "S") =>
    processes.start({
      pid,
      parentPid: pid === parent ? 1 : parent,
      name: "keepalived",
      argv: ["keepalived"],
      startTicks: pid,
      state,
    });
  for (const pid of [parent, checkers, vrrp]) run(pid);
  const end = (pid: number) => {
    processes.end(pid);
    story.push(`${pid} ended`);
  };
  const engine = keepalivedEngine(system, {
    binary: "keepalived",
    configPath: conf,
    service: { start: ["start"], stop: ["stop"], reload: undefined },
  });
  const made: Machine = {
    system,
    engine,
    story,
    vrrpNeedsMs: 300,
    stop: async () => {
      let isOver = false;
      const stopping = engine.stop().finally(() => {
        isOver = true;
      });
      stopping.catch(() => undefined);
      for (let step = 0; step < 400 && !isOver; step += 1) await clock.advance(50);
      return stopping;
    },
  };
  let isTold = false;
  const childrenEnd = () => {
    isTold = true;
    clock.after(made.vrrpNeedsMs, () => {
      kernel.removeAddress(vip);
      story.push("VIP gone");
      clock.after(100, () => processes.end(vrrp));
    });
  };
  processes.onSignal(({ process, signal }) => {
    if (signal === jsonSignal) return files.put("/tmp/keepalived.json", dump);
    story.push(`${signal} ${process.pid}`);
    if (signal === "SIGSTOP") run(process.pid, "T");
    if (signal === "SIGCONT") run(process.pid);
    if (signal === "SIGCONT" && isTold) {
      end(checkers);
      processes.end(parent);
    }
    if (signal === "SIGTERM") childrenEnd();
  });
  commands.install("keepalived", () => ({ stdout: `${jsonSignal}\n` }));
  commands.install("renice", () => ({}));
  commands.install("ip", (argv) => {
    story.push(argv.join(" "));
    return {};
  });
  commands.install("stop", async () => {
    story.push("service stop");
    for (let look = 0; look < 100 && (await processes.find(parent)) !== undefined; look += 1) {
      await clock.sleep(50);
    }
    return { stdout: "stopped\n" };
  });
  return made;
}

describe("keepalived's stop on a director that holds a VIP", () => {
  it("takes the VIPs away first and the table last", async () => {
    const at = machine();
    const lines = await at.stop();
    expect(at.story).toEqual([
      drop,
      `SIGSTOP ${checkers}`,
      `SIGTERM ${parent}`,
      "VIP gone",
      "service stop",
      `SIGCONT ${checkers}`,
      `${checkers} ended`,
      ...cleared,
    ]);
    expect(lines.join("\n")).toMatch(
      /192\.0\.2\.1 left after \d+ ms; the table is held for another 1000 ms/u,
    );
    expect(lines).toContain("stopped");
  });

  it("lets the checkers go on when the VIPs do not leave, before the parent's patience ends", async () => {
    const at = machine();
    at.vrrpNeedsMs = 60_000;
    const startMs = at.system.clock.monotonicMs();
    let continuedMs = 0;
    at.system.processes.onSignal(({ signal }) => {
      if (signal === "SIGCONT") continuedMs ||= at.system.clock.monotonicMs() - startMs;
    });
    const lines = await at.stop();
    expect(lines.join("\n")).toContain("192.0.2.1 did not leave within");
    expect(continuedMs).toBeGreaterThan(2_000);
    expect(continuedMs).toBeLessThan(5_000);
  });

  it("lets the checkers go on when the service manager fails, and tells its failure", async () => {
    const at = machine();
    at.system.commands.install("stop", () => ({ exitCode: 1, stderr: "no" }));
    await expect(at.stop()).rejects.toThrow("ended with 1: no");
    expect(at.story).toContain(`SIGCONT ${checkers}`);
  });

  it("lets the checkers go on when the parent is gone before it is told", async () => {
    const at = machine();
    at.system.processes.onSignal(({ signal }) => {
      if (signal === "SIGSTOP") at.system.processes.end(parent);
    });
    await expect(at.stop()).rejects.toThrow("has ended");
    expect(at.story).toEqual([drop, `SIGSTOP ${checkers}`, `SIGCONT ${checkers}`, ...cleared]);
  });

  it("holds the table as well where keepalived does not say which VIPs it holds", async () => {
    const at = machine();
    at.system.commands.install("keepalived", () => ({ exitCode: 1 }));
    await at.stop();
    expect(at.story.indexOf("VIP gone")).toBeLessThan(at.story.indexOf(`SIGCONT ${checkers}`));
    expect(at.story).toContain("VIP gone");
  });
});

describe("keepalived's stop is the service manager's alone", () => {
  const isPlain = async (at: Machine) => {
    at.system.commands.install("stop", () => ({}));
    const lines = await at.stop();
    expect(at.story).toEqual([]);
    expect(at.system.commands.ran.at(-1)?.argv).toEqual(["stop"]);
    return lines;
  };

  it("where no VIP stands", async () => {
    const at = machine();
    at.system.kernel.removeAddress(vip);
    await isPlain(at);
  });

  it("where no checkers run", async () => {
    const at = machine();
    at.system.processes.end(checkers);
    at.system.files.put("/run/vrrp.pid", `${vrrp}\n`);
    await isPlain(at);
  });

  it("where child_wait_time leaves no time to hold the table, and it says so", async () => {
    const at = machine();
    at.system.files.put(conf, "global_defs {\n  child_wait_time 2\n}\n");
    expect((await isPlain(at))[0]).toContain("child_wait_time is 2 s");
  });
});

describe("an agent that starts", () => {
  it("takes away the routes of a former run and lets the checkers go on that it left paused, and no others", async () => {
    const { system, engine, story } = machine();
    expect(await engine.recover()).toEqual([]);
    expect(story.splice(0)).toEqual(cleared);
    for (const [pid, argv] of [
      [checkers, ["keepalived"]],
      [20, ["keepalived", "-f", "/etc/other.conf"]],
    ] as const) {
      system.processes.start({ pid, parentPid: parent, name: "keepalived", argv: [...argv], state: "T" });
    }
    expect(await engine.recover()).toEqual([
      `kill -CONT ${checkers}: a process of keepalived was found paused`,
    ]);
    expect(story).toEqual([...cleared, `SIGCONT ${checkers}`]);
  });
});
