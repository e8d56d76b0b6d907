import { describe, expect, it } from "vitest";
import { simulatedSystem, type SimulatedSystem } from "../system/simulated/simulated-system.ts";
import { findKeepalived, keepalivedFinder } from "./keepalived-processes.ts";

const conf = "/etc/keepalived/keepalived.conf";

function machine(): SimulatedSystem {
  const system = simulatedSystem();
  system.files.put("/proc/stat", "cpu 1 2 3\nbtime 1780000000\n");
  return system;
}

describe("keepalived's processes", () => {
  it("are told apart by their pid files", async () => {
    const system = machine();
    system.processes.start({ pid: 100, name: "keepalived", argv: ["keepalived", "-n"], startTicks: 500 });
    system.processes.start({ pid: 101, name: "keepalived", argv: ["keepalived", "-n"], parentPid: 100 });
    system.processes.start({ pid: 102, name: "keepalived", argv: ["keepalived", "-n"], parentPid: 100 });
    system.files.put("/run/keepalived/vrrp.pid", "101\n");
    system.files.put("/run/keepalived/checkers.pid", "102\n");
    const { parent, processes } = await findKeepalived(system, conf);
    expect(parent).toMatchObject({ pid: 100, startTicks: 500 });
    expect(processes.map(({ role, pid }) => [role, pid])).toEqual([
      ["parent", 100],
      ["vrrp", 101],
      ["checkers", 102],
    ]);
    expect(processes[0]?.startedAtMs).toBe(1_780_000_005_000);
  });

  it("are told apart by their order where there are no pid files: the checkers start first", async () => {
    const system = machine();
    for (const [pid, parentPid] of [
      [10, 1],
      [11, 10],
      [12, 10],
    ] as const) {
      system.processes.start({ pid, parentPid, name: "keepalived", argv: ["keepalived"] });
    }
    const { processes } = await findKeepalived(system, conf);
    expect(processes.map(({ role, pid }) => [role, pid])).toEqual([
      ["parent", 10],
      ["checkers", 11],
      ["vrrp", 12],
    ]);
  });

  it("that were started without the checkers are VRRP's", async () => {
    const system = machine();
    system.processes.start({ pid: 10, name: "keepalived", argv: ["keepalived", "-P"] });
    system.processes.start({ pid: 11, name: "keepalived", argv: ["keepalived", "-P"], parentPid: 10 });
    const { processes } = await findKeepalived(system, conf);
    expect(processes.map(({ role }) => role)).toEqual(["parent", "vrrp"]);
  });

  it("of another configuration, of a test run and of a zombie are not ours", async () => {
    const system = machine();
    system.processes.start({ pid: 10, name: "keepalived", argv: ["keepalived", "-f", "/etc/other.conf"] });
    system.processes.start({ pid: 11, name: "keepalived", argv: ["keepalived", "-t", "-f", conf] });
    system.processes.start({ pid: 12, name: "keepalived", argv: [], state: "Z" });
    expect(await findKeepalived(system, conf)).toEqual({ parent: undefined, ids: [], processes: [] });
    expect((await findKeepalived(system, "/etc/other.conf")).parent?.pid).toBe(10);
  });

  it("are not yet there while one forks into the background: it ends, and its child is the daemon", async () => {
    const system = machine();
    const foreground = { name: "keepalived", argv: ["keepalived", "-D"], sessionId: 5 };
    system.processes.start({ ...foreground, pid: 10 });
    expect((await findKeepalived(system, conf)).parent).toBeUndefined();
    system.processes.start({ ...foreground, pid: 13, parentPid: 10, sessionId: 13 });
    expect((await findKeepalived(system, conf)).parent?.pid).toBe(13);
    system.processes.end(10);
    system.processes.start({ ...foreground, pid: 14, parentPid: 13, sessionId: 13 });
    expect((await findKeepalived(system, conf)).ids.map(({ pid }) => pid)).toEqual([13, 14]);
  });

  it("of a daemon stay its children, whatever session they lead", async () => {
    const system = machine();
    const one = { name: "keepalived", argv: ["keepalived"] };
    system.processes.start({ ...one, pid: 11, parentPid: 20, sessionId: 11 });
    system.processes.start({ ...one, pid: 20 });
    expect((await findKeepalived(system, conf)).parent?.pid).toBe(20);
  });

  it("that stay in the foreground of another's session are known by their children", async () => {
    const system = machine();
    const foreground = { name: "keepalived", argv: ["keepalived", "-n"], sessionId: 5 };
    system.processes.start({ ...foreground, pid: 10 });
    system.processes.start({ ...foreground, pid: 11, parentPid: 10 });
    expect((await findKeepalived(system, conf)).parent?.pid).toBe(10);
  });

  it("are looked at again cheaply, and another run or a lost child is seen at once", async () => {
    const system = machine();
    const start = (first: number) => {
      for (const [pid, parentPid] of [
        [first, 1],
        [first + 1, first],
        [first + 2, first],
      ] as const) {
        system.processes.start({ pid, parentPid, name: "keepalived", argv: ["keepalived"] });
      }
    };
    start(10);
    const find = keepalivedFinder(system, conf);
    const first = await find();
    expect(await find()).toBe(first);
    system.processes.end(12);
    expect((await find()).processes.map(({ role }) => role)).toEqual(["parent"]);
    for (const pid of [10, 11]) system.processes.end(pid);
    expect((await find()).parent).toBeUndefined();
    start(20);
    expect((await find()).parent?.pid).toBe(20);
  });
});
