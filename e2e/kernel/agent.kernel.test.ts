import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { directorChangeSchema, type DirectorChange } from "@lvs/core/director/change";
import { commitResultSchema, configTextSchema, stageResultSchema } from "@lvs/core/director/commands";
import { directorStateSchema, type DirectorState } from "@lvs/core/director/state";
import { readAgentPid, startAgent } from "../lab/agent.ts";
import { down } from "../lab/down.ts";
import { exec, mustExec } from "../lab/exec.ts";
import { injectFault } from "../lab/faults.ts";
import { startLoad } from "../lab/load/load.ts";
import { expectSuccess } from "../lab/machine/command.ts";
import { projectRoot } from "../lab/machine/state.ts";
import { waitFor } from "../lab/machine/wait.ts";
import { up } from "../lab/up.ts";
import { startConsole, type TestConsole } from "./agent/console.ts";

/** A lab of its own; one that LVS_LAB_NAME names is used as it is and left up. */
const given = process.env["LVS_LAB_NAME"];
const lab = given ?? `ka${process.pid % 100_000}`;
const bundle = join(projectRoot, "apps/agent/dist/agent.mjs");
const lvs1 = "10.77.0.11";
const lvs2 = "10.77.0.12";
const confPath = "/etc/keepalived/keepalived.conf";
const reasonSchema = z.object({
  outcome: z.string(),
  code: z.string().optional(),
  reason: z.string().optional(),
});

let testConsole: TestConsole;
/** Everything any agent ever answered here: no password may stand in it. */
const heard: string[] = [];

const ask = async (host: string, path: string, input?: unknown): Promise<unknown> => {
  const answer = await testConsole.query(host, path, input);
  heard.push(JSON.stringify(answer));
  expect(answer.error).toBeUndefined();
  return answer.data;
};
const tell = async (host: string, path: string, input?: unknown): Promise<unknown> => {
  const answer = await testConsole.mutate(host, path, input);
  heard.push(JSON.stringify(answer));
  expect(answer.error).toBeUndefined();
  return answer.data;
};
const readState = async (host: string): Promise<DirectorState> =>
  directorStateSchema.parse(await ask(host, "state.read"));
const readConfig = async (host: string) => configTextSchema.parse(await ask(host, "config.read"));
const stage = async (host: string, input: unknown) =>
  stageResultSchema.parse(await tell(host, "config.stage", input));
const commit = async (host: string, input: unknown) =>
  commitResultSchema.parse(await tell(host, "config.commit", input));
const stageWeight = async (weight: number) => {
  const { sha256 } = await readConfig(lvs1);
  const edit = {
    kind: "setRealServerWeight",
    service: { kind: "address", protocol: "TCP", address: "10.77.0.64", port: 80 },
    realServer: { address: "10.77.0.21", port: 80 },
    weight,
  };
  const staged = await stage(lvs1, { baseSha256: sha256, change: { kind: "edits", edits: [edit] } });
  if (staged.outcome !== "staged") throw new Error(JSON.stringify(staged));
  return staged;
};
const readFile = (host: string) => mustExec(lab, host, ["cat", confPath]);
const statFile = (host: string) => mustExec(lab, host, ["stat", "-c", "%U:%G %a", confPath]);
const parentPid = (host: string) => mustExec(lab, host, ["cat", "/run/keepalived.pid"]);

const until = (host: string, what: string, isSo: (state: DirectorState) => boolean) =>
  waitFor({ what, everyMs: 200 }, async (note) => {
    try {
      const state = await readState(host);
      note(JSON.stringify([state.vrrp, state.daemon, state.health]).slice(0, 600));
      return isSo(state) ? state : undefined;
    } catch (error) {
      note(String(error));
      return undefined;
    }
  });
const instanceOf = (state: DirectorState) =>
  state.vrrp.status === "known" ? state.vrrp.value[0] : undefined;
const isMaster = (state: DirectorState) =>
  instanceOf(state)?.state === "MASTER" && instanceOf(state)?.addresses.every((each) => each.isHeld) === true;
const weightOf = (state: DirectorState, address: string) =>
  state.table.status === "known"
    ? state.table.value.services[0]?.destinations.find((each) => each.address === address)?.weight
    : undefined;
const verdictOf = (state: DirectorState, address: string) =>
  state.health.status === "known" ? state.health.value.find((each) => each.address === address) : undefined;
const eventsOf = (changes: readonly { readonly data: unknown }[]): DirectorChange[] =>
  changes.map(({ data }) => directorChangeSchema.parse(data));

/** Long enough not to stand in a counter or a hash by chance. */
const secret = "Pw7xQz9K";

/** Gives both directors that password before their agents look. */
async function setPassword(): Promise<void> {
  const change = `sed -i 's/auth_pass .*/auth_pass ${secret}/' ${confPath}; /etc/init.d/keepalived restart`;
  await Promise.all(["lvs-1", "lvs-2"].map((director) => mustExec(lab, director, ["sh", "-c", change])));
}

beforeAll(async () => {
  if (!existsSync(bundle)) throw new Error(`the agent is not built: ${bundle}`);
  await up({ name: lab });
  await setPassword();
  testConsole = await startConsole(lab, "10.77.0.2");
  for (const director of ["lvs-1", "lvs-2"]) {
    // A given lab may know another console from before.
    await mustExec(lab, director, ["rm", "-f", "/var/lib/lvs-agent/identity.json"]);
    await startAgent(lab, director, { LVS_AGENT_TOKEN: await testConsole.token() });
  }
  await until(lvs1, "lvs-1 MASTER", isMaster);
  await until(lvs2, "lvs-2 BACKUP", (state) => instanceOf(state)?.state === "BACKUP");
});

afterAll(async () => {
  testConsole.close();
  if (given === undefined) await down({ name: lab });
});

describe("facts", () => {
  it("the table is the kernel's, the state keepalived's, the address on one director", async () => {
    const [one, two] = [await readState(lvs1), await readState(lvs2)];
    const saved = await mustExec(lab, "lvs-1", ["ipvsadm", "-Sn"]);
    const rows = one.table.status === "known" ? one.table.value.services[0]?.destinations : [];
    expect(
      rows?.map((row) => `-a -t 10.77.0.64:80 -r ${row.address}:${row.port} -g -w ${row.weight}`).toSorted(),
    ).toEqual(
      saved
        .split("\n")
        .filter((line) => line.startsWith("-a"))
        .toSorted(),
    );
    expect(instanceOf(one)).toMatchObject({
      name: "VI_CACHE",
      state: "MASTER",
      effectivePriority: 180,
      isOrphaned: false,
    });
    expect(instanceOf(two)).toMatchObject({
      state: "BACKUP",
      effectivePriority: 150,
      addresses: [{ isHeld: false }],
    });
    expect(one.daemon).toMatchObject({ value: { isRunning: true, processes: [{ role: "parent" }, {}, {}] } });
    expect(one.config).toMatchObject({ value: { owner: "root:root", mode: "0644" } });
  });

  it("a real server that its checker took out stays a row, with the time and keepalived's own cause", async () => {
    await injectFault({ lab, kind: "service-stop", host: "rs2" });
    const without = await until(
      lvs1,
      "the row of rs2 gone, its verdict down with a cause",
      (state) =>
        weightOf(state, "10.77.0.22") === undefined &&
        verdictOf(state, "10.77.0.22")?.verdict === "down" &&
        verdictOf(state, "10.77.0.22")?.cause !== undefined,
    );
    expect(verdictOf(without, "10.77.0.22")?.cause).toMatch(/10\.77\.0\.22.*failed/u);
    expect(verdictOf(without, "10.77.0.22")?.sinceMs).toBeGreaterThan(0);
    await injectFault({ lab, kind: "service-start", host: "rs2" });
    await until(
      lvs1,
      "rs2 back",
      (state) => weightOf(state, "10.77.0.22") === 100 && verdictOf(state, "10.77.0.22")?.verdict === "up",
    );
  });

  it("a weight is written by netlink and read back, and a row changed by hand is named", async () => {
    const row = {
      service: { kind: "address", protocol: "TCP", address: "10.77.0.64", port: 80 },
      address: "10.77.0.23",
      port: 80,
    };
    const done = await tell(lvs1, "table.setWeight", { row, weight: 7, expectedWeight: 100 });
    expect(done).toMatchObject({ outcome: "done", previousWeight: 100, destination: { weight: 7 } });
    expect(await mustExec(lab, "lvs-1", ["ipvsadm", "-Sn"])).toContain("10.77.0.23:80 -g -w 7");
    const late = await tell(lvs1, "table.setWeight", { row, weight: 9, expectedWeight: 100 });
    expect(reasonSchema.parse(late)).toMatchObject({ outcome: "refused", code: "rowChanged" });
    const watching = testConsole.watch(lvs1, { forMs: 6_000 });
    const ours = tell(lvs1, "table.setWeight", { row, weight: 100 });
    await ours;
    await mustExec(lab, "lvs-1", [
      "ipvsadm",
      "-e",
      "-t",
      "10.77.0.64:80",
      "-r",
      "10.77.0.24:80",
      "-g",
      "-w",
      "3",
    ]);
    const events = eventsOf(await watching).flatMap((change) =>
      change.kind === "event" ? [change.event] : [],
    );
    expect(events.filter((event) => event.kind === "tableChangedByHand")).toMatchObject([
      { subject: "TCP 10.77.0.64:80 10.77.0.24:80", detail: "weight 100 → 3" },
    ]);
    await mustExec(lab, "lvs-1", [
      "ipvsadm",
      "-e",
      "-t",
      "10.77.0.64:80",
      "-r",
      "10.77.0.24:80",
      "-g",
      "-w",
      "100",
    ]);
  });
});

describe("configuration", () => {
  const faults: readonly (readonly [string, (text: string) => string])[] = [
    ["truncated in a block", (text) => text.slice(0, text.indexOf("connect_timeout"))],
    ["cut off in its last line", (text) => text.slice(0, -1)],
    ["with a missing brace", (text) => text.replace("    }\n}\n\n# setting", "    }\n\n# setting")],
    ["without virtual_router_id", (text) => text.replace(/^ *virtual_router_id .*\n/mu, "")],
    ["on a missing interface", (text) => text.replace("interface eth0", "interface eth9")],
    ["with an unknown keyword", (text) => text.replace("delay_loop", "dalay_loop")],
    [
      "that makes keepalived's parser loop",
      (text) => `$IF=$IF\n${text.replace("interface eth0", "interface $IF")}`,
    ],
  ];

  it.each(faults)(
    "a file %s is refused, and the director goes on serving with the old one",
    async (_, spoil) => {
      const before = await readFile("lvs-1");
      const pid = await parentPid("lvs-1");
      const load = startLoad({ lab, seconds: 60, ratePerSecond: 20 });
      const { sha256, text } = await readConfig(lvs1);
      const spoiled = spoil(text);
      expect(spoiled).not.toBe(text);
      const staged = await stage(lvs1, { baseSha256: sha256, change: { kind: "text", text: spoiled } });
      expect(staged).toMatchObject({ outcome: "refused" });
      expect(staged.outcome === "refused" && staged.code).toMatch(
        /^(?:configRejected|checkTimedOut|editRejected)$/u,
      );
      expect(await readFile("lvs-1")).toBe(before);
      expect(await parentPid("lvs-1")).toBe(pid);
      const report = await load.stop();
      expect(report).toMatchObject({ failed: 0 });
      expect(report.ok).toBeGreaterThan(0);
    },
  );

  it("a file that changed underneath is not overwritten, neither at the stage nor at the commit", async () => {
    const staged = await stageWeight(60);
    await mustExec(lab, "lvs-1", ["sh", "-c", `echo '# by hand' >> ${confPath}`]);
    const byHand = await readFile("lvs-1");
    const refused = await commit(lvs1, {
      stageId: staged.stageId,
      activation: "reload",
      confirmWithinMs: 5_000,
    });
    expect(refused).toMatchObject({ outcome: "refused", code: "fileChanged" });
    const again = await stage(lvs1, { baseSha256: staged.baseSha256, change: { kind: "text", text: "" } });
    expect(again).toMatchObject({ outcome: "refused", code: "fileChanged" });
    expect(await readFile("lvs-1")).toBe(byHand);
  });

  it("a change that is not confirmed in time goes back by the agent's own timer, byte for byte", async () => {
    const before = await readFile("lvs-1");
    const owner = await statFile("lvs-1");
    const pid = await parentPid("lvs-1");
    const staged = await stageWeight(61);
    expect(staged.diff.filter((line) => line.kind !== "same")).toEqual([
      expect.objectContaining({ kind: "removed", text: "        weight 100" }),
      expect.objectContaining({ kind: "added", text: "        weight 61" }),
    ]);
    const applied = await commit(lvs1, {
      stageId: staged.stageId,
      activation: "reload",
      confirmWithinMs: 4_000,
    });
    expect(applied).toMatchObject({ outcome: "applied", sha256: staged.sha256 });
    await until(lvs1, "weight 61", (state) => weightOf(state, "10.77.0.21") === 61);
    expect(await statFile("lvs-1")).toBe(owner);
    await until(lvs1, "weight 100 again", (state) => weightOf(state, "10.77.0.21") === 100);
    expect(await readFile("lvs-1")).toBe(before);
    expect(await statFile("lvs-1")).toBe(owner);
    expect(await parentPid("lvs-1")).toBe(pid);
  });

  it("the timer outlives the agent: killed after the commit, it comes back and puts the old file back", async () => {
    const before = await readFile("lvs-1");
    const staged = await stageWeight(62);
    await commit(lvs1, { stageId: staged.stageId, activation: "reload", confirmWithinMs: 6_000 });
    await injectFault({ lab, kind: "agent-kill", host: "lvs-1" });
    await until(lvs1, "weight 100 again", (state) => weightOf(state, "10.77.0.21") === 100);
    expect(await readFile("lvs-1")).toBe(before);
  });

  it("a confirmed change stays, and can be undone to the old bytes", async () => {
    const before = await readConfig(lvs1);
    const staged = await stageWeight(63);
    await commit(lvs1, { stageId: staged.stageId, activation: "reload", confirmWithinMs: 6_000 });
    const twice = await commit(lvs1, {
      stageId: staged.stageId,
      activation: "reload",
      confirmWithinMs: 6_000,
    });
    expect(twice).toMatchObject({ outcome: "applied", sha256: staged.sha256 });
    const confirmed = await tell(lvs1, "config.confirm", { stageId: staged.stageId });
    expect(confirmed).toEqual({ outcome: "confirmed", sha256: staged.sha256 });
    await until(
      lvs1,
      "loaded",
      (state) => state.config.status === "known" && state.config.value.loadedSha256 === staged.sha256,
    );
    await mustExec(lab, "lvs-1", ["sleep", "6.5"]);
    expect((await readConfig(lvs1)).sha256).toBe(staged.sha256);
    const restored = await tell(lvs1, "config.restore", {
      sha256: before.sha256,
      activation: "reload",
      expectedSha256: staged.sha256,
    });
    expect(restored).toMatchObject({ outcome: "restored", sha256: before.sha256 });
    expect((await readConfig(lvs1)).sha256).toBe(before.sha256);
    await until(lvs1, "weight 100 again", (state) => weightOf(state, "10.77.0.21") === 100);
  });
});

describe("daemon", () => {
  it("keepalived killed while it holds the VIP is an orphan on the screen, until it runs again", async () => {
    await injectFault({ lab, kind: "keepalived-kill", host: "lvs-1" });
    const orphaned = await until(lvs1, "an orphaned VIP", (state) => instanceOf(state)?.isOrphaned === true);
    expect(instanceOf(orphaned)).toMatchObject({ state: "STOP", addresses: [{ isHeld: true }] });
    expect(orphaned.daemon).toMatchObject({ value: { isRunning: false, processes: [] } });
    const refused = await tell(lvs1, "daemon.reload");
    expect(reasonSchema.parse(refused)).toMatchObject({ outcome: "refused", code: "daemonNotRunning" });
    expect(await tell(lvs1, "daemon.start")).toMatchObject({ outcome: "done" });
    await until(lvs1, "MASTER again", isMaster);
  });

  it("stopped and started, the peer takes the address and gives it back", async () => {
    expect(await tell(lvs1, "daemon.stop")).toMatchObject({ outcome: "done" });
    await until(lvs2, "lvs-2 MASTER", isMaster);
    const stopped = await until(lvs1, "lvs-1 STOP", (state) => instanceOf(state)?.state === "STOP");
    expect(instanceOf(stopped)).toMatchObject({ isOrphaned: false, addresses: [{ isHeld: false }] });
    expect(await tell(lvs1, "daemon.start")).toMatchObject({ outcome: "done" });
    const twice = await tell(lvs1, "daemon.start");
    expect(reasonSchema.parse(twice)).toMatchObject({ outcome: "refused", code: "daemonRunning" });
    await until(lvs1, "lvs-1 MASTER again", isMaster);
    await until(lvs2, "lvs-2 BACKUP again", (state) => instanceOf(state)?.state === "BACKUP");
  });
});

describe("the agent itself", () => {
  it("killed in the middle of traffic, it comes back and no client has noticed", async () => {
    const load = startLoad({ lab, seconds: 60, ratePerSecond: 50 });
    const pid = await readAgentPid(lab, "lvs-1");
    const keepalived = await parentPid("lvs-1");
    await injectFault({ lab, kind: "agent-kill", host: "lvs-1" });
    await until(lvs1, "the agent again", isMaster);
    const report = await load.stop();
    expect(await readAgentPid(lab, "lvs-1")).not.toBe(pid);
    expect(await parentPid("lvs-1")).toBe(keepalived);
    expect(report).toMatchObject({ failed: 0 });
    expect(report.ok).toBeGreaterThan(20);
  });

  it("enrols with a token once: a used one is refused with one clear line and its own exit code", async () => {
    const used = await testConsole.token();
    // Runs it until it serves or ends by itself, which takes ten seconds in there and a multiple of that on a busy machine.
    const run = async (token: string, name: string) => {
      const out = `/tmp/enrol${process.pid}-${name}`;
      const script = `LVS_AGENT_STATE_DIR=${out}.d LVS_AGENT_LISTEN=127.0.0.1:0 LVS_AGENT_TOKEN=${token} ${process.execPath} ${bundle} >${out} 2>&1 &
pid=$!
while kill -0 $pid 2>/dev/null && ! grep -q serving ${out}; do sleep 0.5; done
grep -q serving ${out} && kill -9 $pid
wait $pid; echo "exit $?" >>${out}; cat ${out}`;
      const argv = ["sh", "-c", script];
      return expectSuccess([`enrol ${name}`], await exec(lab, "lvs-2", { argv, timeoutMs: 180_000 }));
    };
    expect(await run(used, "first")).toContain('"message":"enrolled"');
    const refused = await run(used, "second");
    expect(refused).toContain("the console refused the enrolment (tokenUsed)");
    expect(refused).toContain("exit 77");
    const foreign = used.replace(/[0-9a-f]{64}$/u, "0".repeat(64));
    const untrusted = await run(foreign, "third");
    expect(untrusted).toContain("does not present the CA");
    expect(untrusted).toContain("exit 76");
  });

  it("no password stands in anything it ever answered, nor in its log", async () => {
    expect(await readFile("lvs-1")).toContain(secret);
    expect(heard.length).toBeGreaterThan(20);
    expect(heard.some((text) => text.includes(secret))).toBe(false);
    expect(await mustExec(lab, "lvs-1", ["cat", "/var/log/lvs-agent.log"])).not.toContain(secret);
    const prints = (host: string) => ask(host, "config.fingerprints", { key: "ab".repeat(32) });
    expect(await prints(lvs1)).toEqual(await prints(lvs2));
  });
});
