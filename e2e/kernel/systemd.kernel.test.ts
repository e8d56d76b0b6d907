import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  commitResultSchema,
  configTextSchema,
  daemonResultSchema,
  stageResultSchema,
} from "@lvs/core/director/commands";
import { knownValue } from "@lvs/core/director/fact";
import { directorStateSchema, type DirectorState } from "@lvs/core/director/state";
import { readAgentPid, startAgent } from "../lab/agent.ts";
import { down } from "../lab/down.ts";
import { exec, mustExec } from "../lab/exec.ts";
import { injectFault } from "../lab/faults.ts";
import { startLoad } from "../lab/load/load.ts";
import { projectRoot } from "../lab/machine/state.ts";
import { waitFor } from "../lab/machine/wait.ts";
import { up } from "../lab/up.ts";
import { startConsole, type TestConsole } from "./agent/console.ts";

/** A lab of its own; one that LVS_LAB_NAME names is used as it is and left up. */
const given = process.env["LVS_LAB_NAME"];
const lab = given ?? `sd${process.pid % 100_000}`;
const bundle = join(projectRoot, "apps/agent/dist/agent.mjs");
const host = "10.77.0.11";
const conf = "/etc/keepalived/keepalived.conf";

let testConsole: TestConsole;

const on = (...argv: string[]): Promise<string> => mustExec(lab, "lvs-1", argv);
const ask = async (path: string, input?: unknown): Promise<unknown> => {
  const { data, error } = await testConsole.query(host, path, input);
  expect(error).toBeUndefined();
  return data;
};
const tell = async (path: string, input?: unknown): Promise<unknown> => {
  const { data, error } = await testConsole.mutate(host, path, input);
  expect(error).toBeUndefined();
  return data;
};
const until = (what: string, isSo: (state: DirectorState) => boolean) =>
  waitFor({ what, everyMs: 300 }, async (note) => {
    try {
      const state = directorStateSchema.parse((await testConsole.query(host, "state.read")).data);
      note(JSON.stringify([state.vrrp, state.daemon, state.health, state.log.slice(-5)]).slice(0, 900));
      return isSo(state) ? state : undefined;
    } catch (error) {
      note(String(error));
      return undefined;
    }
  });
const holds = (director: string) =>
  waitFor({ what: `the VIP on ${director}`, everyMs: 300 }, async () =>
    (await mustExec(lab, director, ["ip", "-o", "addr", "show", "eth0"])).includes("10.77.0.64/")
      ? true
      : undefined,
  );
const isMaster = (state: DirectorState): boolean => knownValue(state.vrrp)?.[0]?.state === "MASTER";
const weightOf = (state: DirectorState, address: string): number | undefined =>
  knownValue(state.table)?.services[0]?.destinations.find((each) => each.address === address)?.weight;
const verdictOf = (state: DirectorState, address: string) =>
  knownValue(state.health)?.find((each) => each.address === address);
const mainPid = async (unit: string): Promise<number> =>
  Number(await on("systemctl", "show", "--property=MainPID", "--value", unit));
const isActive = async (unit: string): Promise<string> =>
  (await exec(lab, "lvs-1", { argv: ["systemctl", "is-active", unit] })).stdout.trim();
const loadedOf = (state: DirectorState): string | undefined => knownValue(state.config)?.loadedSha256;

beforeAll(async () => {
  if (!existsSync(bundle)) throw new Error(`the agent is not built: ${bundle}`);
  await up({ name: lab, init: "systemd" });
  testConsole = await startConsole(lab, "10.77.0.2");
  await on("rm", "-f", "/var/lib/lvs-agent/identity.json");
  await startAgent(lab, "lvs-1", { LVS_AGENT_TOKEN: await testConsole.token() });
  await until("lvs-1 MASTER", isMaster);
});

afterAll(async () => {
  testConsole.close();
  if (given === undefined) await down({ name: lab });
});

describe("the agent as the unit that is shipped, beside Debian's keepalived.service", () => {
  it("has the rights for every fact there is", async () => {
    const state = await until("every verdict", ({ health, drift }) => {
      const verdicts = knownValue(health) ?? [];
      return (
        drift.status === "known" && verdicts.length === 4 && verdicts.every((each) => each.verdict === "up")
      );
    });
    const { log, ...facts } = state;
    expect(Object.entries(facts).filter(([, { status }]) => status !== "known")).toEqual([]);
    expect(knownValue(state.speakers)).toMatchObject({ links: ["eth0"], deaf: [] });
    expect(knownValue(state.daemon)).toMatchObject({
      isRunning: true,
      processes: [{ role: "parent", pid: await mainPid("keepalived") }, {}, {}],
      log: { source: "journalctl -u keepalived" },
    });
    expect(loadedOf(state)).toBe(knownValue(state.config)?.sha256);
    expect(log.join("\n")).toMatch(/lvs-1 Keepalived_vrrp\[\d+\]: \(VI_CACHE\) Entering MASTER STATE/u);
    const rights = await on("sh", "-c", `grep CapBnd /proc/${await mainPid("lvs-agent")}/status`);
    expect(rights).not.toContain("ffffffff");
  });

  it("hears keepalived's own cause of a failed check in the journal", async () => {
    await injectFault({ lab, kind: "service-stop", host: "rs2" });
    const down = await until("rs2 down", (state) => {
      const found = verdictOf(state, "10.77.0.22");
      return found?.verdict === "down" && found.cause !== undefined;
    });
    expect(verdictOf(down, "10.77.0.22")?.cause).toContain("[10.77.0.22]:tcp:80");
    await injectFault({ lab, kind: "service-start", host: "rs2" });
    await until("rs2 up", (state) => verdictOf(state, "10.77.0.22")?.verdict === "up");
  });

  it("replaces the file, which is reloaded, and sees a reload made by hand", async () => {
    const before = configTextSchema.parse(await ask("config.read"));
    const edit = {
      kind: "setRealServerWeight",
      service: { kind: "address", protocol: "TCP", address: "10.77.0.64", port: 80 },
      realServer: { address: "10.77.0.21", port: 80 },
      weight: 61,
    };
    const staged = stageResultSchema.parse(
      await tell("config.stage", { baseSha256: before.sha256, change: { kind: "edits", edits: [edit] } }),
    );
    if (staged.outcome !== "staged") throw new Error(JSON.stringify(staged));
    const pid = await mainPid("keepalived");
    const applied = commitResultSchema.parse(
      await tell("config.commit", { stageId: staged.stageId, activation: "reload", confirmWithinMs: 60_000 }),
    );
    expect(applied).toMatchObject({ outcome: "applied", sha256: staged.sha256 });
    expect(await tell("config.confirm", { stageId: staged.stageId })).toMatchObject({ outcome: "confirmed" });
    const changed = await until("weight 61", (state) => weightOf(state, "10.77.0.21") === 61);
    expect(loadedOf(changed)).toBe(staged.sha256);

    await on("sed", "-i", "s/weight 61/weight 100/", conf);
    await until("a file that is not loaded", (state) => knownValue(state.config)?.sha256 !== staged.sha256);
    await on("systemctl", "reload", "keepalived");
    const reloaded = await until("weight 100", (state) => weightOf(state, "10.77.0.21") === 100);
    await until("the file loaded", (state) => loadedOf(state) === knownValue(reloaded.config)?.sha256);
    expect(await mainPid("keepalived")).toBe(pid);
  });

  it("stops keepalived so that no client is refused, and starts it again, by the service manager", async () => {
    const load = startLoad({ lab, seconds: 120, ratePerSecond: 50, clients: 10 });
    const stopped = daemonResultSchema.parse(await tell("daemon.stop"));
    await holds("lvs-2");
    expect(await isActive("keepalived")).toBe("inactive");
    const left = await on("sh", "-c", "ipvsadm -Sn; ip route show type blackhole");
    const report = await load.stop();
    expect(stopped.outcome === "done" && stopped.output.join("\n")).toMatch(
      /10\.77\.0\.64 left after \d+ ms/u,
    );
    expect(left.trim()).toBe("");
    expect(report.reasons["ECONNREFUSED"] ?? 0).toBe(0);
    expect(report.reasons["EHOSTUNREACH"] ?? 0).toBe(0);
    expect(await tell("daemon.start")).toMatchObject({ outcome: "done" });
    await holds("lvs-1");
    expect(await isActive("keepalived")).toBe("active");
    await until("lvs-1 MASTER again", isMaster);
  });

  it("killed, is brought back and takes nothing with it; nothing that it ran is left", async () => {
    const [agent, keepalived] = [await readAgentPid(lab, "lvs-1"), await mainPid("keepalived")];
    await injectFault({ lab, kind: "agent-kill", host: "lvs-1" });
    await waitFor({ what: "another agent", everyMs: 300 }, async () => {
      const pid = await readAgentPid(lab, "lvs-1");
      return pid !== null && pid !== agent ? true : undefined;
    });
    const state = await until("lvs-1 MASTER", isMaster);
    expect(await mainPid("keepalived")).toBe(keepalived);
    expect(state.log.join("\n")).toContain("Entering MASTER STATE");
    expect((await on("pgrep", "-fc", "journalctl --unit=keepalived")).trim()).toBe("1");
  });

  it("stopped, leaves keepalived, the VIP and the table as they are", async () => {
    const saved = await on("ipvsadm", "-Sn");
    const keepalived = await mainPid("keepalived");
    await on("systemctl", "stop", "lvs-agent");
    expect([await isActive("lvs-agent"), await mainPid("keepalived")]).toEqual(["inactive", keepalived]);
    expect(await on("ipvsadm", "-Sn")).toBe(saved);
    await holds("lvs-1");
    expect((await exec(lab, "lvs-1", { argv: ["pgrep", "-f", "journalctl --unit"] })).stdout).toBe("");
  });

  it("refused at its enrolment, is not started again and again", async () => {
    await on("rm", "-f", "/var/lib/lvs-agent/identity.json");
    const used = await testConsole.token();
    await startAgent(lab, "lvs-1", { LVS_AGENT_TOKEN: used });
    await until("enrolled", isMaster);
    await on("systemctl", "stop", "lvs-agent");
    await on("rm", "-f", "/var/lib/lvs-agent/identity.json");
    await on("systemctl", "start", "lvs-agent");
    await waitFor({ what: "its end", everyMs: 300 }, async () =>
      (await isActive("lvs-agent")) === "failed" ? true : undefined,
    );
    const shown = await on("systemctl", "show", "--property=ExecMainStatus,NRestarts", "lvs-agent");
    expect(shown).toContain("ExecMainStatus=77");
    expect(shown).toContain("NRestarts=0");
    expect(await on("journalctl", "-u", "lvs-agent", "-n", "20")).toContain("tokenUsed");
  });
});
