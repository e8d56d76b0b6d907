import { describe, expect, it } from "vitest";
import type { DumpedInstance } from "./json-dump.ts";
import { parseVrrpNotice } from "./notify-line.ts";
import { VrrpTracker } from "./tracker.ts";

const vip = { address: "192.0.2.1", interface: "eth0" };
const dumped: DumpedInstance = {
  name: "VI_1",
  state: "BACKUP",
  interface: "eth0",
  virtualRouterId: 51,
  version: 2,
  priority: 150,
  effectivePriority: 150,
  advertIntervalCs: 100,
  addresses: [{ address: "192.0.2.1", device: undefined }],
  lastTransitionAtMs: 500,
};

function running(state: DumpedInstance["state"] = "BACKUP"): VrrpTracker {
  const tracker = new VrrpTracker();
  tracker.loadDump([{ ...dumped, state }], { askedAtMs: 900, nowMs: 1_000 });
  return tracker;
}
const say = (tracker: VrrpTracker, line: string, atMs: number) => {
  const notice = parseVrrpNotice(line);
  if (notice === undefined) throw new Error(line);
  return tracker.notice(notice, atMs);
};

describe("an instance", () => {
  it("starts as the dump says, with the dump's own time", () => {
    expect(running().view()).toMatchObject([
      {
        name: "VI_1",
        state: "BACKUP",
        lastTransition: { atMs: 500, to: "BACKUP", source: "dump" },
        isOrphaned: false,
      },
    ]);
  });

  it("becomes MASTER by the FIFO's word and holds its address by the kernel's", () => {
    const tracker = running();
    expect(tracker.addAddress(vip, 1_999.7)).toMatchObject([{ kind: "addressAdded", subject: "192.0.2.1" }]);
    expect(tracker.view()).toMatchObject([
      { state: "BACKUP", addresses: [{ isHeld: true, changedAtMs: 1_999.7 }] },
    ]);
    expect(say(tracker, 'INSTANCE "VI_1" MASTER 150', 2_000)).toMatchObject([
      {
        kind: "vrrpTransition",
        subject: "VI_1",
        atMs: 2_000,
        detail: "BACKUP → MASTER (FIFO, priority 150)",
      },
    ]);
    expect(tracker.view()).toMatchObject([
      { state: "MASTER", lastTransition: { atMs: 2_000, from: "BACKUP", to: "MASTER", source: "fifo" } },
    ]);
    expect(say(tracker, 'INSTANCE "VI_1" MASTER 150', 2_001)).toEqual([]);
  });

  it("changes its effective priority without a transition", () => {
    const tracker = running("MASTER");
    expect(say(tracker, 'INSTANCE "VI_1" MASTER_PRIORITY 120', 2_000)).toEqual([]);
    expect(tracker.view()).toMatchObject([{ state: "MASTER", priority: 150, effectivePriority: 120 }]);
  });

  it("is orphaned when keepalived dies and the address stays, and no more once the address is gone", () => {
    const tracker = running("MASTER");
    tracker.addAddress(vip, 1_500);
    expect(tracker.setDead(3_000)).toMatchObject([
      { kind: "vrrpTransition", detail: expect.stringContaining("MASTER → STOP") },
    ]);
    expect(tracker.setDead(3_001)).toEqual([]);
    expect(tracker.view()).toMatchObject([
      { state: "STOP", isOrphaned: true, addresses: [{ isHeld: true }] },
    ]);
    tracker.removeAddress(vip, 4_000);
    expect(tracker.view()).toMatchObject([
      { state: "STOP", isOrphaned: false, addresses: [{ isHeld: false }] },
    ]);
  });

  it("keeps what the FIFO said after a dump was asked for: the dump is older", () => {
    const tracker = running();
    say(tracker, 'INSTANCE "VI_1" MASTER 150', 2_000);
    tracker.loadDump([dumped], { askedAtMs: 1_990, nowMs: 2_010 });
    expect(tracker.view()).toMatchObject([{ state: "MASTER" }]);
    tracker.loadDump([dumped], { askedAtMs: 2_100, nowMs: 2_110 });
    expect(tracker.view()).toMatchObject([{ state: "BACKUP" }]);
  });

  it("that a reload takes away is gone", () => {
    const tracker = running("MASTER");
    say(tracker, 'INSTANCE "VI_1" DELETED 150', 2_000);
    expect(tracker.view()).toEqual([]);
  });

  it("of a file whose daemon never ran is shown as stopped, orphaned where its address stands", () => {
    const tracker = new VrrpTracker();
    tracker.setConfigured([
      {
        name: "VI_1",
        initialState: "MASTER",
        interface: "eth0",
        virtualRouterId: 51,
        priority: 100,
        advertIntervalCs: 100,
        version: 2,
        preempt: true,
        preemptDelayS: 0,
        hasPassword: false,
        unicastPeers: [],
        virtualAddresses: [{ address: "192.0.2.1/32", isExcluded: false }],
        trackFiles: [],
        trackInterfaces: [],
        line: 1,
      },
    ]);
    expect(tracker.view()).toMatchObject([{ state: "STOP", isOrphaned: false }]);
    tracker.setStanding([vip], 1_000);
    expect(tracker.view()).toMatchObject([{ state: "STOP", isOrphaned: true }]);
    tracker.guess(2_000);
    expect(tracker.view()).toMatchObject([{ state: "MASTER", lastTransition: { source: "address" } }]);
  });
});

describe("lost announcements", () => {
  it("are made up for by the next picture: what came and what went", () => {
    const tracker = running();
    tracker.setStanding([vip], 1_000);
    const other = { address: "192.0.2.9", interface: "eth0" };
    expect(tracker.setStanding([other], 2_000).map(({ kind, subject }) => [kind, subject])).toEqual([
      ["addressRemoved", "192.0.2.1"],
      ["addressAdded", "192.0.2.9"],
    ]);
  });
});
