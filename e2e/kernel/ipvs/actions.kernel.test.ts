import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseSyncDaemons, parseTimeouts } from "@lvs/core/ipvs/listing-state";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { whyNoLab } from "../../lab/machine/requirements.ts";
import { type BareRun, runOnBareKernel } from "./bare-kernel.ts";

const problems = whyNoLab();
if (problems.length > 0) console.log(`skipped: ${problems.join("; ")}`);

const probe = join(import.meta.dirname, "../../../apps/agent/src/probe/main.ts");

/** Each action by the agent's own code, and at once what ipvsadm says of the kernel. */
const script = `
coproc PROBE { exec ${process.execPath} ${probe}; }
say() { echo "$1" >&"\${PROBE[1]}"; read -r reply <&"\${PROBE[0]}"; echo "$reply"; }
ip link add dum0 type dummy; ip addr add 198.51.100.9/24 dev dum0; ip link set dum0 up
say 'set-timeouts {"tcpS":90,"udpS":70}' >timeouts.set; ipvsadm -L --timeout >timeouts.listing
say 'set-timeouts {"tcpS":120}' >timeouts.rule; say 'set-timeouts {"udpS":30000000}' >timeouts.range
ipvsadm -L --timeout >timeouts.refused
say 'set-timeouts {"tcpFinS":45,"isRuleWaived":true}' >timeouts.waived; ipvsadm -L --timeout >timeouts.waived-listing
say 'start-daemon {"role":"backup","interface":"dum0","syncId":9}' >daemon.backup
say 'start-daemon {"role":"master","interface":"dum0","syncId":7,"maxLength":1400,"group":"224.0.0.83","port":9848,"ttl":3}' >daemon.master
ipvsadm -L --daemon >daemon.listing
say 'settings' >settings.read
say 'start-daemon {"role":"master","interface":"dum0","syncId":8}' >daemon.again
say 'stop-daemon master' >daemon.stopped; ipvsadm -L --daemon >daemon.left
say 'stop-daemon master' >daemon.none
say 'start-daemon {"role":"master","interface":"nosuch0","syncId":8}' >daemon.nodevice
say 'start-daemon {"role":"master","interface":"dum0","syncId":8,"group":"192.0.2.1"}' >daemon.invalid
ipvsadm -L --daemon >daemon.after
ipvsadm -A -t 198.51.100.9:80 -s wlc; ipvsadm -A -f 7 -6 -s rr -p 60; ipvsadm -a -f 7 -6 -r [2001:db8::1]:0 -g -w 3
for ((n = 1; n <= 120; n++)); do echo "-a -t 198.51.100.9:80 -r 10.0.0.$n:8080 -g -w $n"; done | ipvsadm -R
web='{"kind":"address","protocol":"TCP","address":"198.51.100.9","port":80}'
say "flush $web" >flush.done; ipvsadm -S -n >flush.rules
say "flush $web" >flush.again
say 'flush {"kind":"address","protocol":"TCP","address":"198.51.100.9","port":81}' >flush.none
say 'flush {"kind":"fwmark","mark":7,"family":"inet6"}' >flush.mark; ipvsadm -S -n >flush.mark-rules
exit 0
`;

describe.skipIf(problems.length > 0)("what the agent does to IPVS, as ipvsadm then sees it", () => {
  let run: BareRun;
  const read = (name: string): string => readFileSync(join(run.folder, name), "utf8");
  const said = (name: string): unknown => JSON.parse(read(name));

  beforeAll(async () => {
    run = await runOnBareKernel({ script, files: {}, timeoutMs: 240_000, memoryMb: 512 });
  }, 300_000);
  afterAll(() => run.remove());

  it("timeouts: those that are set, and one that was left out stays", () => {
    expect(said("timeouts.set")).toMatchObject({
      value: {
        status: "done",
        previous: { tcpS: 900, tcpFinS: 120, udpS: 300 },
        timeouts: parseTimeouts(read("timeouts.listing")).value,
      },
    });
    expect(read("timeouts.listing")).toBe("Timeout (tcp tcpfin udp): 90 120 70\n");
  });

  it("timeouts against the rule or out of the kernel's range leave all three as they were", () => {
    expect(said("timeouts.rule")).toMatchObject({ value: { reason: "tcp-not-below-fin" } });
    expect(said("timeouts.range")).toEqual({ value: { status: "refused", reason: "out-of-range" } });
    expect(read("timeouts.refused")).toBe(read("timeouts.listing"));
    expect(said("timeouts.waived")).toMatchObject({ value: { status: "done" } });
    expect(read("timeouts.waived-listing")).toBe("Timeout (tcp tcpfin udp): 90 45 70\n");
  });

  it("sync daemons: started with what was asked for and the kernel's choice for the rest", () => {
    const daemons = parseSyncDaemons(read("daemon.listing"));
    expect(daemons.diagnostics).toEqual([]);
    expect(said("daemon.master")).toMatchObject({
      value: {
        status: "done",
        daemon: { role: "master", syncId: 7, maxLength: 1400, group: "224.0.0.83", port: 9848, ttl: 3 },
        daemons: daemons.value,
      },
    });
    expect(said("daemon.backup")).toMatchObject({
      value: { status: "done", daemon: { role: "backup", interface: "dum0", syncId: 9, port: 8848 } },
    });
    expect(said("settings.read")).toMatchObject({
      value: {
        status: "known",
        value: {
          timeouts: { tcpS: 90, tcpFinS: 45, udpS: 70 },
          syncDaemons: daemons.value,
          sysctls: { expire_nodest_conn: "0", sync_threshold: "3 50" },
        },
      },
    });
  });

  it("sync daemons: a second of one role, none to stop, no interface and a wrong group are told apart", () => {
    expect(said("daemon.again")).toMatchObject({ value: { reason: "already-runs", running: { syncId: 7 } } });
    expect(said("daemon.stopped")).toMatchObject({
      value: { status: "done", stopped: { syncId: 7 }, daemons: parseSyncDaemons(read("daemon.left")).value },
    });
    expect(read("daemon.left")).toMatch(/^backup sync daemon [^\n]*\n$/);
    expect(said("daemon.none")).toMatchObject({ value: { reason: "not-running" } });
    expect(said("daemon.nodevice")).toMatchObject({ value: { reason: "no-such-interface" } });
    expect(said("daemon.invalid")).toMatchObject({ value: { reason: "invalid" } });
    expect(read("daemon.after")).toBe(read("daemon.left"));
  });

  it("a flush of one service takes all of its real servers and leaves the others", () => {
    const answer = said("flush.done");
    expect(answer).toMatchObject({ value: { status: "done", service: { destinations: [] } } });
    expect(answer).toHaveProperty("value.removed.length", 120);
    expect(read("flush.rules")).toBe(
      "-A -t 198.51.100.9:80 -s wlc\n-A -f 7 -6 -s rr -p 60\n-a -f 7 -6 -r [2001:db8::1]:0 -g -w 3\n",
    );
    expect(said("flush.again")).toMatchObject({ value: { status: "done", removed: [] } });
    expect(said("flush.none")).toMatchObject({ value: { reason: "no-such-service" } });
    expect(said("flush.mark")).toMatchObject({ value: { status: "done", removed: [{ weight: 3 }] } });
    expect(read("flush.mark-rules")).not.toContain("-a ");
  });
});
