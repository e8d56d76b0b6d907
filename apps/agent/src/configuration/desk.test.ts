import { describe, expect, it } from "vitest";
import type { Activation, CommitResult } from "@lvs/core/director/commands";
import type { DirectorEvent } from "@lvs/core/director/change";
import type { EngineCheck } from "../engine/engine.ts";
import { SimulatedEngine } from "../engine/simulated-engine.ts";
import { SystemError } from "../system/system-error.ts";
import { simulatedSystem, type SimulatedSystem } from "../system/simulated/simulated-system.ts";
import type { DumpedInstance } from "../vrrp/json-dump.ts";
import { ConfigurationDesk } from "./desk.ts";
import { Lock } from "./lock.ts";
import { PendingChange } from "./pending-change.ts";
import { ConfigVersions, sha256Of } from "./versions.ts";

const path = "/etc/keepalived/keepalived.conf";
const state = "/var/lib/lvs-agent";
const oldText = `vrrp_instance VI_1 {
    state BACKUP
    interface eth0   # the wire
    virtual_router_id 51
    priority 150
    authentication {
        auth_type PASS
        auth_pass s3cretXX
    }
    virtual_ipaddress {
        192.0.2.1
    }
}
`;
const shaOf = (text: string) => sha256Of(new TextEncoder().encode(text));
const setPriority = { kind: "setPriority", instance: "VI_1", priority: 140 } as const;

const dumped: DumpedInstance = {
  name: "VI_1",
  state: "BACKUP",
  interface: "eth0",
  virtualRouterId: 51,
  version: 2,
  priority: 150,
  effectivePriority: 150,
  advertIntervalCs: 100,
  addresses: [],
  lastTransitionAtMs: undefined,
};

interface Machine {
  readonly system: SimulatedSystem;
  readonly engine: SimulatedEngine;
  readonly events: DirectorEvent[];
  readonly log: string[];
  desk: ConfigurationDesk;
}

function makeDesk({ system, engine, events, log }: Omit<Machine, "desk">): ConfigurationDesk {
  return new ConfigurationDesk({
    system,
    engine,
    path,
    versions: new ConfigVersions(system, state),
    pending: new PendingChange(system, state),
    lock: new Lock(),
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    collectLog: () => () => log,
    readTable: async () => undefined,
    loadedSha256: () => shaOf(engine.loaded),
    touched: async () => undefined,
    report: (event) => void events.push(event),
  });
}

function machine(): Machine {
  const system = simulatedSystem();
  system.files.put(path, oldText, { mode: 0o640, uid: 12, gid: 34 });
  system.files.put("/proc/sys/kernel/hostname", "lvs-1\n");
  const engine = new SimulatedEngine(() => system.files.textOf(path) ?? "");
  engine.instances = [dumped];
  const parts = { system, engine, events: [], log: [] };
  return { ...parts, desk: makeDesk(parts) };
}

/** Lets the machine's time pass until the work is done. */
async function finish<Value>(system: SimulatedSystem, work: Promise<Value>): Promise<Value> {
  let isOpen = true;
  const done = work.finally(() => {
    isOpen = false;
  });
  for (let turn = 0; isOpen && turn < 500; turn += 1) await system.clock.advance(100);
  return done;
}

async function commit(at: Machine, activation: Activation, confirmWithinMs = 60_000): Promise<CommitResult> {
  const staged = await at.desk.stage({
    baseSha256: shaOf(oldText),
    change: { kind: "edits", edits: [setPriority] },
  });
  if (staged.outcome !== "staged") throw new Error(JSON.stringify(staged));
  return finish(at.system, at.desk.commit({ stageId: staged.stageId, activation, confirmWithinMs }));
}
const textOf = (at: Machine) => at.system.files.textOf(path);
const newText = oldText.replace("priority 150", "priority 140");

describe("a commit", () => {
  it("changes the bytes that were meant and no other, and keeps owner and mode", async () => {
    const at = machine();
    expect(await commit(at, "reload")).toMatchObject({ outcome: "applied", sha256: shaOf(newText) });
    expect(textOf(at)).toBe(newText);
    expect(await at.system.files.stat(path)).toMatchObject({ mode: 0o640, uid: 12, gid: 34 });
    expect(at.engine.orders).toEqual(["reload"]);
    expect(at.desk.unconfirmed).toMatchObject({ sha256: shaOf(newText), previousSha256: shaOf(oldText) });
  });

  it("of a file that the daemon dies of puts the old one back at once and starts the daemon again", async () => {
    const at = machine();
    at.engine.diesOf = (text) => text === newText;
    expect(await commit(at, "reload")).toMatchObject({
      outcome: "reverted",
      reason: "keepalived did not survive the reload",
      sha256: shaOf(oldText),
    });
    expect(textOf(at)).toBe(oldText);
    expect(await at.engine.status()).toMatchObject({ runId: "run-2" });
    expect(at.engine.loaded).toBe(oldText);
    expect(at.events.map(({ kind }) => kind)).toEqual(["configReverted"]);
  });

  it("after which the daemon runs without an instance is taken back", async () => {
    const at = machine();
    at.engine.losesInstancesWith = (text) => text === newText;
    expect(await commit(at, "restart")).toMatchObject({
      outcome: "reverted",
      reason: "keepalived runs without instance VI_1",
    });
    expect(textOf(at)).toBe(oldText);
    expect(at.engine.loaded).toBe(oldText);
  });

  it("that keepalived itself declines at its reload check is taken back", async () => {
    const at = machine();
    at.log.push("New config failed validation, see /tmp/x for details");
    const result = await commit(at, "reload");
    expect(result).toMatchObject({
      outcome: "reverted",
      reason: expect.stringContaining("failed validation"),
    });
    expect(textOf(at)).toBe(oldText);
  });

  it("is refused without a trace where the file changed after the stage, or the daemon to reload does not run", async () => {
    const at = machine();
    at.engine.isUp = false;
    expect(await commit(at, "reload")).toMatchObject({ outcome: "refused", code: "daemonNotRunning" });
    at.engine.isUp = true;
    const staged = await at.desk.stage({
      baseSha256: shaOf(oldText),
      change: { kind: "edits", edits: [setPriority] },
    });
    at.system.files.put(path, `${oldText}# by hand\n`);
    if (staged.outcome !== "staged") throw new Error(JSON.stringify(staged));
    const late = at.desk.commit({ stageId: staged.stageId, activation: "none", confirmWithinMs: 5_000 });
    expect(await finish(at.system, late)).toMatchObject({ outcome: "refused", code: "fileChanged" });
    expect(textOf(at)).toBe(`${oldText}# by hand\n`);
    expect(at.engine.orders).toEqual([]);
  });
});

describe("an unconfirmed change", () => {
  it("goes back when its time is over, and the daemon with it", async () => {
    const at = machine();
    await commit(at, "reload", 5_000);
    await at.system.clock.advance(4_000);
    expect(textOf(at)).toBe(newText);
    for (let turn = 0; turn < 40; turn += 1) await at.system.clock.advance(100);
    expect(textOf(at)).toBe(oldText);
    expect(at.engine.loaded).toBe(oldText);
    expect(at.desk.unconfirmed).toBeUndefined();
  });

  it("stays once it is confirmed, and the confirmation may be repeated", async () => {
    const at = machine();
    await commit(at, "reload", 5_000);
    const stageId = at.desk.unconfirmed?.stageId ?? "";
    const confirmed = { outcome: "confirmed", sha256: shaOf(newText) };
    expect(await at.desk.confirm(stageId)).toEqual(confirmed);
    expect(await at.desk.confirm(stageId)).toEqual(confirmed);
    await at.system.clock.advance(60_000);
    expect(textOf(at)).toBe(newText);
    const restored = at.desk.restore({ sha256: shaOf(oldText), activation: "reload" });
    expect(await finish(at.system, restored)).toMatchObject({ outcome: "restored" });
    expect(textOf(at)).toBe(oldText);
  });

  it("goes back at its time by the next run of the agent", async () => {
    const at = machine();
    await commit(at, "reload", 5_000);
    at.desk.close();
    at.desk = makeDesk(at);
    await at.desk.resume();
    expect(textOf(at)).toBe(newText);
    for (let turn = 0; turn < 80; turn += 1) await at.system.clock.advance(100);
    expect(textOf(at)).toBe(oldText);
  });

  it("whose commit broke off with the agent goes back at the agent's next start", async () => {
    const at = machine();
    at.engine.reload = () => new Promise(() => undefined);
    const staged = await at.desk.stage({
      baseSha256: shaOf(oldText),
      change: { kind: "edits", edits: [setPriority] },
    });
    if (staged.outcome !== "staged") throw new Error(JSON.stringify(staged));
    void at.desk.commit({ stageId: staged.stageId, activation: "reload", confirmWithinMs: 60_000 });
    await at.system.clock.advance(1_000);
    expect(textOf(at)).toBe(newText);
    const next = machine();
    const rest = { ...next, system: at.system };
    const desk = makeDesk(rest);
    await finish(at.system, desk.resume());
    expect(textOf(at)).toBe(oldText);
    expect(await desk.confirm(staged.stageId)).toMatchObject({
      code: "stageUnknown",
      reason: expect.stringContaining("middle of the commit"),
    });
  });

  it("is left alone where somebody else wrote over it", async () => {
    const at = machine();
    await commit(at, "reload", 5_000);
    at.system.files.put(path, "# somebody else's\n");
    await at.system.clock.advance(6_000);
    expect(textOf(at)).toBe("# somebody else's\n");
    expect(at.desk.unconfirmed).toBeUndefined();
  });

  it("keeps the next one waiting, and gives its own answer again", async () => {
    const at = machine();
    const first = await commit(at, "none");
    const stageId = at.desk.unconfirmed?.stageId ?? "";
    const again = at.desk.commit({ stageId, activation: "none", confirmWithinMs: 60_000 });
    expect(await again).toEqual(first);
    const other = await at.desk.stage({
      baseSha256: shaOf(newText),
      change: { kind: "edits", edits: [{ ...setPriority, priority: 130 }] },
    });
    if (other.outcome !== "staged") throw new Error(JSON.stringify(other));
    const second = await at.desk.commit({
      stageId: other.stageId,
      activation: "none",
      confirmWithinMs: 60_000,
    });
    expect(second).toMatchObject({ outcome: "refused", code: "stagePending" });
  });
});

describe("a stage", () => {
  const stageText = (at: Machine, text: string) =>
    at.desk.stage({ baseSha256: shaOf(oldText), change: { kind: "text", text } });

  it("puts covered secrets back and shows none", async () => {
    const at = machine();
    const { text } = await at.desk.read();
    expect(text).not.toContain("s3cret");
    const staged = await stageText(at, text.replace("priority 150", "priority 140"));
    expect(staged).toMatchObject({ outcome: "staged", sha256: shaOf(newText) });
    expect(JSON.stringify(staged)).not.toContain("s3cret");
  });

  it.each<readonly [string, EngineCheck, string]>([
    [
      "complains anew",
      { kind: "answered", exitCode: 5, messages: [{ line: 3, text: "bad s3cretXX" }] },
      "configRejected",
    ],
    ["did not read to the end", { kind: "answered", exitCode: 2, messages: [] }, "configRejected"],
    ["could not read", { kind: "answered", exitCode: 4, messages: [] }, "configRejected"],
    ["minds a script", { kind: "answered", exitCode: 6, messages: [] }, "configRejected"],
    ["crashes", { kind: "crashed", signal: "SIGSEGV", messages: [] }, "configRejected"],
    ["does not end", { kind: "timedOut", limitMs: 15_000 }, "checkTimedOut"],
  ])("is refused where keepalived -t %s", async (_, answer, code) => {
    const at = machine();
    at.engine.answer = (text) =>
      text === newText ? answer : { kind: "answered", exitCode: 0, messages: [] };
    const refused = await stageText(at, newText);
    expect(refused).toMatchObject({ outcome: "refused", code });
    expect(JSON.stringify(refused)).not.toContain("s3cret");
    expect(textOf(at)).toBe(oldText);
  });

  it("is accepted with complaints that the standing file draws as well", async () => {
    const at = machine();
    at.engine.answer = () => ({ kind: "answered", exitCode: 5, messages: [{ line: 3, text: "deprecated" }] });
    expect(await stageText(at, newText)).toMatchObject({
      outcome: "staged",
      check: { isAccepted: true, exitCode: 5 },
    });
  });

  it("is refused where the text is the old one cut off, or an edit does not fit", async () => {
    const at = machine();
    expect(await stageText(at, oldText.slice(0, -1))).toMatchObject({
      outcome: "refused",
      code: "configRejected",
    });
    const edit = { ...setPriority, instance: "VI_9" };
    const refused = await at.desk.stage({
      baseSha256: shaOf(oldText),
      change: { kind: "edits", edits: [edit] },
    });
    expect(refused).toMatchObject({ outcome: "refused", code: "editRejected" });
  });
});

describe("the history", () => {
  it("gives every version back byte for byte, readable by root alone, and not for ever", async () => {
    const at = machine();
    const versions = new ConfigVersions(at.system, state);
    for (let number = 0; number < 53; number += 1) {
      await versions.remember(new TextEncoder().encode(`# ${number}\n`), "found");
    }
    const list = await versions.list(shaOf("# 52\n"));
    expect(list).toHaveLength(50);
    expect(list[0]).toMatchObject({ sha256: shaOf("# 52\n"), isCurrent: true });
    expect(new TextDecoder().decode(await versions.read(shaOf("# 52\n")))).toBe("# 52\n");
    expect(await versions.read(shaOf("# 1\n"))).toBeUndefined();
    expect((await at.system.files.stat(`${state}/versions/${shaOf("# 52\n")}`)).mode).toBe(0o600);
  });
});

describe("fingerprints", () => {
  it("are equal for equal passwords under one key, and say nothing under another", async () => {
    const [one, two] = [machine(), machine()];
    const key = "ab".repeat(32);
    expect(await one.desk.fingerprints(key)).toEqual(await two.desk.fingerprints(key));
    expect(await one.desk.fingerprints("cd".repeat(32))).not.toEqual(await one.desk.fingerprints(key));
    two.system.files.put(path, oldText.replace("s3cretXX", "s3cretXY"));
    expect(await one.desk.fingerprints(key)).not.toEqual(await two.desk.fingerprints(key));
  });
});

describe("a file that cannot be read", () => {
  it("is an error of the machine, never an empty configuration", async () => {
    const at = machine();
    await at.system.files.remove(path);
    await expect(at.desk.read()).rejects.toBeInstanceOf(SystemError);
  });
});
