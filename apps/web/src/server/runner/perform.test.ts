import { TRPCClientError } from "@trpc/client";
import { describe, expect, it } from "vitest";
import { factsOf, fixtureCluster } from "@lvs/core/workflow/cluster.fixture";
import type { Action } from "@lvs/core/workflow/plan";
import { SshError } from "../ssh/ssh-error.ts";
import { agentOf, before, contextOf, refused, row, type Committed, type Script } from "./agent.fixture.ts";
import { perform, type Hands } from "./perform.ts";

const write: Action = {
  kind: "writeConfig",
  directorId: "lvs-1",
  baseSha256: before,
  edits: [],
  activation: "reload",
};

const handsOf = (order: string[], script: Script = {}): Hands => ({
  agentFor: () => Promise.resolve(agentOf(order, script)),
  realServer: () => Promise.reject(new Error("no real server in this test")),
});

/** Hands whose agents fail in this way whatever they are asked. */
function failing(error: Error): Hands {
  return { agentFor: () => Promise.reject(error), realServer: () => Promise.reject(error) };
}

describe("an action on a machine that fails", () => {
  it("is tried again where the machine could not be asked", async () => {
    const lost = new TRPCClientError("fetch failed", { cause: new Error("ECONNREFUSED") });
    expect(await perform(failing(lost), write, contextOf())).toMatchObject({ kind: "unreachable" });
    const noDatabase = new Error("the database does not answer");
    expect(await perform(failing(noDatabase), write, contextOf())).toEqual({
      kind: "unreachable",
      reason: "the database does not answer",
    });
  });

  it("is not tried again where the agent was heard and said what failed", async () => {
    const answered = new TRPCClientError("disk full", {
      result: { error: { code: -32_603, message: "disk full", data: { code: "INTERNAL_SERVER_ERROR" } } },
    });
    expect(await perform(failing(answered), write, contextOf())).toEqual({
      kind: "refused",
      reason: "disk full",
    });
  });

  it("is not tried again where a real server presents another host key, has none accepted or refuses the sign-in", async () => {
    const stop: Action = { kind: "service", realServerId: "rs21", verb: "stop" };
    const outcomeOf = async (code: SshError["code"]) =>
      (await perform(failing(new SshError(code, "said so", { host: "192.0.2.21" })), stop, contextOf())).kind;
    expect(await outcomeOf("hostKeyChanged")).toBe("refused");
    expect(await outcomeOf("hostKeyUnknown")).toBe("refused");
    expect(await outcomeOf("authenticationRefused")).toBe("refused");
    expect(await outcomeOf("unreachable")).toBe("unreachable");
    expect(await outcomeOf("timedOut")).toBe("unreachable");
  });
});

describe("a file", () => {
  it("has its hash written down before it is committed: a console that dies between knows it for its own", async () => {
    const seen = contextOf();
    expect(await perform(handsOf(seen.order), write, seen)).toEqual({ kind: "done" });
    expect(seen.order).toEqual([
      "agent read",
      `agent stage over ${before}`,
      "lvs-1 output: - real_server",
      "lvs-1 output: + # gone",
      "lvs-1 note: keepalived -t: accepted",
      "record written:lvs-1 new",
      "agent commit stage-1 reload 120000",
      "lvs-1 output: Reloading",
      "lvs-1 note: written, new; the old file is kept",
    ]);
  });

  it("that this run wrote already is not written again", async () => {
    const seen = contextOf({ "written:lvs-1": "new" });
    expect(await perform(handsOf(seen.order, { onDisk: "new" }), write, seen)).toEqual({ kind: "done" });
    expect(seen.order).toEqual(["agent read", "lvs-1 note: the file written by this run is there already"]);
  });

  it("that was refused before the write leaves nothing written down, and says keepalived's own lines", async () => {
    const seen = contextOf();
    expect(await perform(handsOf(seen.order, { stage: refused("not accepted") }), write, seen)).toEqual({
      kind: "refused",
      reason: "lvs-1: not accepted",
    });
    expect(seen.order).toEqual([
      "agent read",
      `agent stage over ${before}`,
      "lvs-1 error: (/etc/keepalived/keepalived.conf: Line 3) Unknown keyword",
    ]);
  });

  it("that the agent took back or would not commit is no success", async () => {
    const reverted: Committed = {
      outcome: "reverted",
      reason: "keepalived did not reload",
      sha256: before,
      output: [],
    };
    expect(await perform(handsOf([], { commit: reverted }), write, contextOf())).toEqual({
      kind: "refused",
      reason: "lvs-1: keepalived did not reload",
    });
    expect(await perform(handsOf([], { commit: refused("changed") }), write, contextOf())).toEqual({
      kind: "refused",
      reason: "lvs-1: changed",
    });
  });

  it("from before is loaded where keepalived runs, and only laid down where it is stopped", async () => {
    const restore: Action = {
      kind: "restoreConfig",
      directorId: "lvs-1",
      sha256: "old",
      activation: "reload",
    };
    const running = contextOf({ "written:lvs-1": before });
    await perform(handsOf(running.order), restore, running);
    expect(running.order).toContain(`agent restore over ${before}, then reload`);
    const cluster = fixtureCluster();
    for (const director of cluster.directors) director.isRunning = false;
    const stopped = contextOf({ "written:lvs-1": before }, factsOf(cluster));
    await perform(handsOf(stopped.order), restore, stopped);
    expect(stopped.order).toContain(`agent restore over ${before}, then none`);
  });
});

describe("a weight", () => {
  const drain: Action = { kind: "setWeight", directorId: "lvs-1", row, weight: 0 };

  it("is recorded as the command an operator would type, with what the kernel said afterwards", async () => {
    const seen = contextOf();
    expect(await perform(handsOf(seen.order), drain, seen)).toEqual({ kind: "done" });
    expect(seen.order).toEqual([
      "agent weight 0",
      "lvs-1 command: ipvsadm -e … -w 0",
      "lvs-1 output: read back: 192.0.2.21:80 Route 0 7 2",
    ]);
  });

  it("of a row that is not there is refused with the director's name", async () => {
    expect(await perform(handsOf([], { weight: "refused" }), drain, contextOf())).toEqual({
      kind: "refused",
      reason: "lvs-1: no such row",
    });
  });
});

describe("keepalived", () => {
  const outcomeOf = (verb: "start" | "stop" | "reload", daemon: Script["daemon"]) =>
    perform(
      handsOf([], daemon === undefined ? {} : { daemon }),
      { kind: "daemon", directorId: "lvs-1", verb },
      contextOf(),
    );

  it("that is as it should be already is done: the action may come twice", async () => {
    expect(await outcomeOf("start", "daemonRunning")).toEqual({ kind: "done" });
    expect(await outcomeOf("stop", "daemonNotRunning")).toEqual({ kind: "done" });
  });

  it("that is otherwise refused is not", async () => {
    expect(await outcomeOf("start", "daemonNotRunning")).toMatchObject({ kind: "refused" });
    expect(await outcomeOf("stop", "daemonRunning")).toMatchObject({ kind: "refused" });
    expect(await outcomeOf("reload", "daemonNotRunning")).toMatchObject({ kind: "refused" });
  });

  it("that did it has its output in the record", async () => {
    const seen = contextOf();
    await perform(handsOf(seen.order), { kind: "daemon", directorId: "lvs-1", verb: "stop" }, seen);
    expect(seen.order).toEqual(["lvs-1 command: stop keepalived", "agent stop", "lvs-1 output: stop: ok"]);
  });
});

describe("a command on a real server", () => {
  const run = async (action: Action, user: string, exitCode: number) => {
    const seen = contextOf();
    const argvs: string[] = [];
    const outcome = await perform(
      {
        agentFor: () => Promise.reject(new Error("no agent in this test")),
        realServer: (id) =>
          Promise.resolve({
            id,
            name: "rs21",
            access: { user, serviceName: "nginx" },
            link: {
              run: (argv: readonly string[]) => {
                argvs.push(argv.join(" "));
                return Promise.resolve({ exitCode, stdout: "out\n\n", stderr: "err\n" });
              },
              probe: () => Promise.reject(new Error("not looked at")),
              close: () => undefined,
            },
          }),
      },
      action,
      seen,
    );
    return { outcome, argvs, order: seen.order };
  };
  const stop: Action = { kind: "service", realServerId: "rs21", verb: "stop" };
  const vipOff: Action = { kind: "lvsReal", realServerId: "rs21", verb: "stop", vips: ["192.0.2.64"] };

  it("is the init script, by sudo for anybody but root, and stands in the record with its output and exit code", async () => {
    expect((await run(stop, "root", 0)).argvs).toEqual(["service nginx stop"]);
    expect((await run(vipOff, "lvs", 0)).argvs).toEqual(["sudo -n /etc/init.d/lvs_real stop"]);
    const { outcome, order } = await run(stop, "root", 0);
    expect(outcome).toEqual({ kind: "done" });
    expect(order).toEqual([
      "rs21 command: service nginx stop",
      "rs21 output: out",
      "rs21 output: err",
      "rs21 note: exit 0",
    ]);
  });

  it("that ends with another exit code than 0 is refused, not tried again", async () => {
    expect((await run(stop, "root", 3)).outcome).toMatchObject({ kind: "refused" });
  });
});
