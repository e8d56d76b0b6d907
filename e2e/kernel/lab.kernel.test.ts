import { spawn } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readAgentPid, startAgent, stopAgent } from "../lab/agent.ts";
import { expectedRules, sortedRules } from "../lab/convergence.ts";
import { down } from "../lab/down.ts";
import { exec, mustExec, openLab, stationArgv } from "../lab/exec.ts";
import { bootDirector, injectFault } from "../lab/faults.ts";
import { runLoad, startLoad } from "../lab/load/load.ts";
import { runCommand } from "../lab/machine/command.ts";
import { labFolder, projectRoot } from "../lab/machine/state.ts";
import { waitFor } from "../lab/machine/wait.ts";
import { planLab, vipsOf, type Topology } from "../lab/plan.ts";
import { publish, unpublish } from "../lab/publish/publish.ts";
import { readStatus } from "../lab/status.ts";
import { up } from "../lab/up.ts";
import { answeringAgent, echoServer, hasRow, holdersOf, untilHolders, viewsOf } from "./lab-probe.ts";

const stamp = process.pid % 100_000;
const cdn = `kc${stamp}`;
const dual = `kd${stamp}`;
const fixtures = join(projectRoot, ".lab", `fixtures${stamp}`);

beforeAll(async () => {
  mkdirSync(fixtures, { recursive: true });
  writeFileSync(join(fixtures, "agent.mjs"), answeringAgent);
  const agentBundle = join(fixtures, "agent.mjs");
  await Promise.all([
    up({ name: cdn, topology: "cdn", agentBundle }),
    up({ name: dual, topology: "dual", agentBundle }),
  ]);
});

afterAll(async () => {
  await Promise.all([down({ name: cdn }), down({ name: dual })]);
  rmSync(fixtures, { recursive: true, force: true });
});

describe.each<{ lab: string; topology: Topology }>([
  { lab: cdn, topology: "cdn" },
  { lab: dual, topology: "dual" },
])("the $topology cluster", ({ lab, topology }) => {
  it("has the table its configuration asks for on every director", async () => {
    for (const { view } of await viewsOf(lab)) {
      expect(sortedRules(view.rules)).toEqual(expectedRules(planLab(topology)));
    }
  });

  it("has configurations that keepalived accepts without a word", async () => {
    for (const host of ["lvs-1", "lvs-2"]) {
      const argv = ["keepalived", "-t", "-f", "/etc/keepalived/keepalived.conf"];
      expect(await exec(lab, host, { argv })).toEqual({ exitCode: 0, stdout: "", stderr: "", problem: null });
    }
  });

  it("holds each VIP on exactly one director, its MASTER", async () => {
    const { instances } = planLab(topology);
    expect(await holdersOf(lab)).toEqual(
      instances.flatMap(({ vips, master }) => vips.map((vip) => `${vip}: ${master}`)),
    );
    const status = await readStatus(lab);
    for (const { name, inside } of status.directors) {
      expect(inside?.instances).toEqual(
        instances.map((instance) => ({
          name: instance.name,
          state: instance.master === name ? "MASTER" : "BACKUP",
        })),
      );
    }
  });

  it("answers clients of every service from all its real servers", async () => {
    for (const service of planLab(topology).services) {
      const report = await runLoad({
        lab,
        vip: service.vip,
        port: service.port,
        seconds: 2,
        ratePerSecond: 40,
        clients: 20,
      });
      expect(report.failures).toEqual([]);
      expect(report).toMatchObject({ sent: 80, ok: 80, failed: 0 });
      expect(Object.keys(report.servers).toSorted()).toEqual(service.realServers.map(({ name }) => name));
    }
  });
});

describe("a lab", () => {
  it("is not seen by another lab beside it", async () => {
    const [foreign = ""] = vipsOf(planLab("dual"));
    const report = await runLoad({
      lab: cdn,
      vip: foreign,
      port: 80,
      seconds: 1,
      ratePerSecond: 5,
      timeoutMs: 500,
    });
    expect(report).toMatchObject({ ok: 0, failed: 5 });
  });

  it("is up at once when it is up, and keeps its processes", async () => {
    const before = openLab(cdn).state.processes;
    const start = performance.now();
    expect(await up({ name: cdn })).toMatchObject({ topology: "cdn", wasUp: true });
    expect(performance.now() - start).toBeLessThan(2000);
    expect(openLab(cdn).state.processes).toEqual(before);
  });

  it("of another folder is not taken over by its name, nor taken down", async () => {
    const home = labFolder(cdn);
    const before = process.env["LVS_LAB_DIR"];
    process.env["LVS_LAB_DIR"] = join(fixtures, "elsewhere");
    try {
      await expect(up({ name: cdn })).rejects.toThrow(`belongs to ${home}`);
      await expect(down({ name: cdn })).rejects.toThrow("belongs to");
    } finally {
      if (before === undefined) delete process.env["LVS_LAB_DIR"];
      else process.env["LVS_LAB_DIR"] = before;
    }
    expect((await readStatus(cdn)).directors.map(({ inside }) => inside !== null)).toEqual([true, true]);
  });

  it("refuses another topology while it is up", async () => {
    await expect(up({ name: cdn, topology: "dual" })).rejects.toThrow("is up with topology cdn");
  });

  it("runs a command on any host with its input, output and exit code", async () => {
    for (const host of ["lvs-1", "rs3", "client"]) {
      const argv = ["sh", "-c", "cat; echo to-stderr >&2; exit 7"];
      expect(await exec(cdn, host, { argv, stdin: "in ü\n" })).toEqual({
        exitCode: 7,
        stdout: "in ü\n",
        stderr: "to-stderr\n",
        problem: null,
      });
    }
    expect(await mustExec(cdn, "lvs-2", ["hostname"])).toBe("lvs-2\n");
    expect(await mustExec(cdn, "rs2", ["hostname"])).toBe("rs2\n");
  });

  it("ends a command on a director when its time is over", async () => {
    const result = await exec(cdn, "lvs-1", { argv: ["sleep", "4711"], timeoutMs: 500 });
    expect(result.problem).toBe("killed after 500 ms");
    expect((await exec(cdn, "lvs-1", { argv: ["pgrep", "-f", "sleep 4711"] })).exitCode).toBe(1);
  });

  it("lets the console's key into real servers, which keep their host key over a restart", async () => {
    const { addresses } = await readStatus(cdn);
    const key = addresses.realServers.find(({ name }) => name === "rs4");
    const scan = async () => {
      const argv = stationArgv(cdn, "console", [
        "sh",
        "-c",
        "ssh-keyscan -t ed25519 10.77.0.24 | ssh-keygen -lf -",
      ]);
      return (await runCommand(argv)).stdout.split(" ")[1];
    };
    expect(await scan()).toBe(key?.hostKeyFingerprint);
    await injectFault({ lab: cdn, kind: "host-kill", host: "rs4" });
    await injectFault({ lab: cdn, kind: "host-start", host: "rs4" });
    expect(await scan()).toBe(key?.hostKeyFingerprint);
    const options = [
      "-o",
      "StrictHostKeyChecking=no",
      "-o",
      "UserKnownHostsFile=/dev/null",
      "-o",
      "BatchMode=yes",
    ];
    const login = ["ssh", "-q", "-i", addresses.consoleKeyPath, ...options];
    const onServer = (user: string, ...argv: string[]) =>
      runCommand(stationArgv(cdn, "console", [...login, `${user}@10.77.0.24`, ...argv]));
    expect(await onServer("root", "/etc/init.d/lvs_real", "status")).toMatchObject({ exitCode: 0 });
    const user = addresses.consoleUser;
    expect(await onServer(user, "sudo", "-n", "/etc/init.d/lvs_real", "start")).toMatchObject({
      exitCode: 0,
    });
    expect((await onServer(user, "sudo", "-n", "cat", "/etc/shadow")).exitCode).toBe(1);
  });

  it("runs the agent as a service that comes back after a kill and keeps its disk", async () => {
    const ask = () =>
      exec(dual, "console", { argv: ["curl", "-s", "--max-time", "1", "http://10.77.0.12:9443/"] });
    const untilAnswer = (other: string) =>
      waitFor({ what: "the agent to answer", everyMs: 100 }, async () => {
        const { exitCode, stdout } = await ask();
        return exitCode === 0 && stdout !== other ? stdout : undefined;
      });
    await startAgent(dual, "lvs-2", { WORD: 'it\'s a "word" $HOME' });
    const first = await untilAnswer("");
    expect(first).toMatch(/^it's a "word" \$HOME \d+$/);
    await injectFault({ lab: dual, kind: "agent-kill", host: "lvs-2" });
    expect(await untilAnswer(first)).not.toBe(first);
    await stopAgent(dual, "lvs-2");
    expect(await readAgentPid(dual, "lvs-2")).toBeNull();
    expect(await mustExec(dual, "lvs-2", ["cat", "/var/log/lvs-agent.log"])).toContain(
      "agent ended with 137",
    );
  });
});

describe("a published port", () => {
  it("carries large answers after a half-close, and breaks when nobody listens", async () => {
    const hostPort = 20_000 + (stamp % 10_000);
    const talk = (bytes: Buffer) =>
      new Promise<Buffer>((resolve, reject) => {
        const got: Buffer[] = [];
        const socket = connect({ host: "127.0.0.1", port: hostPort, allowHalfOpen: true });
        socket.on("data", (chunk: Buffer) => got.push(chunk));
        socket.once("end", () => resolve(Buffer.concat(got)));
        socket.once("error", reject);
        socket.end(bytes);
      });
    await publish({ lab: cdn, hostPort, port: 8123 });
    expect((await talk(Buffer.from("nobody")).catch(() => Buffer.alloc(0))).length).toBe(0);
    const [file = "", ...args] = stationArgv(cdn, "console", [process.execPath, "-e", echoServer]);
    const server = spawn(file, args, { stdio: "ignore" });
    try {
      const payload = Buffer.alloc(3_000_000, "LVS");
      await waitFor({ what: "the echo" }, async () => {
        const answer = await talk(Buffer.from("knock")).catch(() => Buffer.alloc(0));
        return answer.toString() === "knock" ? true : undefined;
      });
      const answers = await Promise.all([talk(payload), talk(payload), talk(payload)]);
      for (const answer of answers) expect(answer.equals(payload)).toBe(true);
    } finally {
      server.kill("SIGKILL");
      await unpublish(cdn, hostPort);
    }
  });
});

describe("a fault", () => {
  it("of a real server's service takes its row out, and its start puts it back", async () => {
    const row = "-> 10.77.0.21:80 ";
    await injectFault({ lab: cdn, kind: "service-stop", host: "rs1" });
    const rowIs = (present: boolean) =>
      waitFor({ what: `row ${row} ${present ? "back" : "gone"}`, everyMs: 200 }, async () =>
        (await hasRow(cdn, "lvs-1", row)) === present ? true : undefined,
      );
    await rowIs(false);
    expect((await readStatus(cdn)).realServers[0]).toMatchObject({
      isNginxRunning: false,
      isSshRunning: true,
    });
    await injectFault({ lab: cdn, kind: "service-start", host: "rs1" });
    await rowIs(true);
  });

  it("of the wire leaves the control path working and makes both directors hold the VIP until it is mended", async () => {
    await injectFault({ lab: cdn, kind: "link-cut", host: "lvs-1" });
    await untilHolders(cdn, ["10.77.0.64: lvs-1 lvs-2"]);
    expect((await readStatus(cdn)).directors[0]).toMatchObject({ isLinked: false });
    await injectFault({ lab: cdn, kind: "link-restore", host: "lvs-1" });
    await untilHolders(cdn, ["10.77.0.64: lvs-1"]);
  });

  it("that blocks VRRP alone lets both directors hold the VIP and hear everything else", async () => {
    await injectFault({ lab: cdn, kind: "vrrp-block", host: "lvs-2" });
    await untilHolders(cdn, ["10.77.0.64: lvs-1 lvs-2"]);
    const reach = ["bash", "-c", "exec 3<>/dev/tcp/10.77.0.21/80"];
    expect((await exec(cdn, "lvs-2", { argv: reach })).exitCode).toBe(0);
    await injectFault({ lab: cdn, kind: "vrrp-unblock", host: "lvs-2" });
    await untilHolders(cdn, ["10.77.0.64: lvs-1"]);
  });

  it("of all keepalived processes at once leaves the VIP behind, held twice", async () => {
    await injectFault({ lab: dual, kind: "keepalived-kill", host: "lvs-1" });
    await untilHolders(dual, ["10.77.0.99: lvs-1 lvs-2", "10.77.0.100: lvs-2"]);
    expect((await readStatus(dual)).directors[0]?.inside?.keepalivedPid).toBeNull();
    await injectFault({ lab: dual, kind: "keepalived-start", host: "lvs-1" });
    await untilHolders(dual, ["10.77.0.99: lvs-1", "10.77.0.100: lvs-2"]);
  });

  it("of the MASTER's kernel moves the VIP, clients recover, and the rebooted director has its own file", async () => {
    const mark = `# edited by hand ${stamp}`;
    await mustExec(cdn, "lvs-1", ["sh", "-c", `echo '${mark}' >> /etc/keepalived/keepalived.conf; sync`]);
    const load = startLoad({ lab: cdn, seconds: 60, ratePerSecond: 20 });
    await waitFor({ what: "the first answers" }, () => (load.soFar().ok > 0 ? true : undefined));
    await injectFault({ lab: cdn, kind: "kernel-kill", host: "lvs-1" });
    await untilHolders(cdn, ["10.77.0.64: lvs-2"]);
    const reached = load.soFar().ok;
    await waitFor({ what: "answers from the peer" }, () =>
      load.soFar().ok > reached + 20 ? true : undefined,
    );
    const report = await load.stop();
    expect(report.longestSilenceMs).toBeGreaterThan(1000);
    expect(report.longestSilenceMs).toBeLessThan(8000);
    await bootDirector(cdn, "lvs-1");
    expect(await mustExec(cdn, "lvs-1", ["tail", "-n", "1", "/etc/keepalived/keepalived.conf"])).toBe(
      `${mark}\n`,
    );
    await untilHolders(cdn, ["10.77.0.64: lvs-1"]);
  });
});
