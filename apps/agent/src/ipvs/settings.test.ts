import { parseSave, printSave } from "@lvs/core/ipvs/save-format";
import { describe, expect, it } from "vitest";
import { simulatedSystem } from "../system/simulated/simulated-system.ts";
import { SystemError } from "../system/system-error.ts";
import { flushService } from "./flush-service.ts";
import { setTimeouts } from "./set-timeouts.ts";
import { readIpvsSettings } from "./settings.ts";
import { startSyncDaemon, stopSyncDaemon } from "./sync-daemon.ts";

const unanswered = new SystemError({
  door: "netlink",
  code: "timed-out",
  subject: "netlink generic",
  reason: "no answer",
});

const rules = `-A -t 192.0.2.1:80 -s wlc
-a -t 192.0.2.1:80 -r 10.0.0.1:80 -g -w 100
-a -t 192.0.2.1:80 -r 10.0.0.2:80 -g -w 100
-A -u 192.0.2.1:53 -s rr
-a -u 192.0.2.1:53 -r 10.0.0.1:53 -m -w 1
`;
const web = { kind: "address", protocol: "TCP", address: "192.0.2.1", port: 80 } as const;

describe("settings", () => {
  it("are timeouts, sync daemons and the sysctls that this kernel has", async () => {
    const system = simulatedSystem();
    system.files.put("/proc/sys/net/ipv4/vs/expire_nodest_conn", "0\n");
    system.files.put("/proc/sys/net/ipv4/vs/sync_threshold", "3\t50\n");
    system.files.put("/proc/sys/net/ipv4/vs/amemthresh", "1024\n");
    await startSyncDaemon(system, { role: "master", interface: "eth0", syncId: 51, ttl: 2 });
    await setTimeouts(system, { udpS: 60 });
    expect(await readIpvsSettings(system)).toMatchObject({
      status: "known",
      value: {
        timeouts: { tcpS: 900, tcpFinS: 120, udpS: 60 },
        sysctls: { expire_nodest_conn: "0", sync_threshold: "3 50" },
        syncDaemons: [{ role: "master", interface: "eth0", syncId: 51, ttl: 2 }],
      },
    });
  });

  it("that could not be asked are unknown, not absent", async () => {
    expect(await readIpvsSettings(simulatedSystem())).toMatchObject({ status: "unknown" });
    expect(await readIpvsSettings(simulatedSystem({ ipvs: "absent" }))).toMatchObject({ status: "absent" });
  });
});

describe("setting timeouts", () => {
  it("gives what the kernel then holds and what was there before; what was left out stays", async () => {
    const system = simulatedSystem();
    expect(await setTimeouts(system, { tcpS: 90, udpS: 70 })).toEqual({
      status: "done",
      previous: { tcpS: 900, tcpFinS: 120, udpS: 300 },
      timeouts: { tcpS: 90, tcpFinS: 120, udpS: 70 },
      concerns: [{ kind: "idleForgotten", tcpS: 90 }],
    });
    expect(system.kernel.ipvs?.timeouts).toEqual({ tcpS: 90, tcpFinS: 120, udpS: 70 });
  });

  it("refuses a shortened TCP timeout that is not below the FIN timeout, whichever of the two is set, unless that is waived", async () => {
    const system = simulatedSystem();
    const wouldBe = { tcpS: 120, tcpFinS: 120, udpS: 300 };
    const refusal = { status: "refused", reason: "tcp-not-below-fin", wouldBe };
    expect(await setTimeouts(system, { tcpS: 120 })).toEqual(refusal);
    await setTimeouts(system, { tcpS: 90 });
    expect(await setTimeouts(system, { tcpFinS: 60 })).toMatchObject({ reason: "tcp-not-below-fin" });
    expect(system.kernel.ipvs?.timeouts.tcpFinS).toBe(120);
    const waived = await setTimeouts(system, { tcpFinS: 60 }, { isRuleWaived: true });
    expect(waived).toMatchObject({
      status: "done",
      concerns: [{ kind: "tcpNotBelowFin", tcpS: 90, tcpFinS: 60 }, { kind: "idleForgotten" }],
    });
    // The pair stands as it does; UDP is another matter.
    expect(await setTimeouts(system, { udpS: 20 })).toMatchObject({ status: "done" });
  });

  it("refuses what is no timeout, and writes none of it", async () => {
    const system = simulatedSystem();
    expect(await setTimeouts(system, {})).toEqual({ status: "refused", reason: "nothing-to-set" });
    for (const tcpS of [0, -1, 1.5, 2 ** 32])
      expect(await setTimeouts(system, { tcpS })).toEqual({ status: "refused", reason: "out-of-range" });
    // Only the kernel knows how many of its ticks fit.
    expect(await setTimeouts(system, { tcpS: 2_147_483_647, udpS: 10 })).toEqual({
      status: "refused",
      reason: "out-of-range",
    });
    expect(system.kernel.ipvs?.timeouts).toEqual({ tcpS: 900, tcpFinS: 120, udpS: 300 });
  });
});

describe("sync daemons", () => {
  const backup = { role: "backup", interface: "eth1", syncId: 9 } as const;

  it("start and stop, each proved by what the kernel then runs", async () => {
    const system = simulatedSystem();
    const started = await startSyncDaemon(system, backup);
    expect(started).toMatchObject({ status: "done", daemon: backup, daemons: [backup] });
    const master = { role: "master", interface: "eth1", syncId: 10 } as const;
    expect(await startSyncDaemon(system, master)).toMatchObject({ daemons: [master, backup] });
    expect(await stopSyncDaemon(system, "backup")).toMatchObject({
      status: "done",
      stopped: backup,
      daemons: [master],
    });
    expect(system.kernel.ipvs?.daemons.map(({ role }) => role)).toEqual(["master"]);
  });

  it("of a role that runs already are refused with the one that runs; one that does not run cannot be stopped", async () => {
    const system = simulatedSystem();
    await startSyncDaemon(system, backup);
    expect(await startSyncDaemon(system, { ...backup, syncId: 10 })).toMatchObject({
      status: "refused",
      reason: "already-runs",
      running: backup,
    });
    expect(await stopSyncDaemon(system, "master")).toEqual({ status: "refused", reason: "not-running" });
    expect(await startSyncDaemon(system, { ...backup, role: "master", syncId: 256 })).toEqual({
      status: "refused",
      reason: "invalid",
    });
  });
});

describe("flushing a service", () => {
  it("takes its real servers out and nothing else, and says which", async () => {
    const system = simulatedSystem({ ipvs: parseSave(rules).value });
    const result = await flushService(system, web);
    expect(result).toMatchObject({
      status: "done",
      removed: [{ address: "10.0.0.1", weight: 100 }, { address: "10.0.0.2" }],
      service: { id: web, destinations: [] },
    });
    const left = rules.replaceAll(/^-a -t .*\n/gm, "");
    const table = system.kernel.ipvs?.table;
    expect(table === undefined ? "" : printSave(table)).toBe(left);
    expect(await flushService(system, { ...web, port: 81 })).toEqual({
      status: "refused",
      reason: "no-such-service",
    });
  });

  it("whose rows do not go says which stayed and why", async () => {
    const system = simulatedSystem({ ipvs: parseSave(rules).value });
    const { ipvs } = system.kernel;
    if (ipvs === undefined) throw new Error("no ipvs");
    const answer = ipvs.answer.bind(ipvs);
    const removeDestination = 7;
    let removals = 0;
    ipvs.answer = (request) => {
      if (request[16] === removeDestination) removals += 1;
      return request[16] === removeDestination && removals === 2
        ? { errno: 16, messages: [] }
        : answer(request);
    };
    expect(await flushService(system, web)).toMatchObject({
      status: "failed",
      error: { code: "changed" },
      refused: [{ errno: "EBUSY", change: { destination: { address: "10.0.0.2" } } }],
      service: { destinations: [{ address: "10.0.0.2" }] },
    });
  });
});

describe("every action", () => {
  it("without the module is refused, and fails where the kernel cannot be asked", async () => {
    const absent = simulatedSystem({ ipvs: "absent" });
    const silent = simulatedSystem();
    silent.kernel.failure = unanswered;
    const daemon = { role: "master", interface: "eth0", syncId: 1 } as const;
    for (const action of [
      async (system: typeof absent) => await setTimeouts(system, { udpS: 60 }),
      async (system: typeof absent) => await startSyncDaemon(system, daemon),
      async (system: typeof absent) => await stopSyncDaemon(system, "master"),
      async (system: typeof absent) => await flushService(system, web),
    ]) {
      expect(await action(absent)).toEqual({ status: "refused", reason: "no-ip_vs-module" });
      expect(await action(silent)).toEqual({ status: "failed", error: unanswered });
    }
  });
});
