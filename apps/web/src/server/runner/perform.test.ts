import { TRPCClientError } from "@trpc/client";
import { describe, expect, it } from "vitest";
import { factsOf, fixtureCluster, hashOf } from "@lvs/core/workflow/cluster.fixture";
import type { Action } from "@lvs/core/workflow/plan";
import { newRun } from "@lvs/core/workflow/progress";
import { planFailOver } from "@lvs/core/workflow/fail-over";
import { SshError } from "../ssh/ssh-error.ts";
import { perform, type Hands } from "./perform.ts";
import type { PerformContext } from "./ports.ts";

const write: Action = {
  kind: "writeConfig",
  directorId: "lvs-1",
  baseSha256: hashOf([21, 22, 23]),
  edits: [],
  activation: "none",
};

function contextOf(record: Record<string, string>): PerformContext & { said: string[] } {
  const facts = factsOf(fixtureCluster());
  const plan = planFailOver({ kind: "failOver", clusterId: "c1" }, facts);
  const run = { ...newRun({ id: "r", number: 1, plan, startedBy: "ann", startedAtMs: 1 }), record };
  const said: string[] = [];
  return {
    run,
    facts,
    said,
    say: async (line) => Promise.resolve(void said.push(line.text)),
    record: async () => Promise.resolve(),
  };
}

/** Hands whose agents fail in this way whatever they are asked. */
function failing(error: Error): Hands {
  return { agentFor: () => Promise.reject(error), realServer: () => Promise.reject(error) };
}

describe("an action on a machine that fails", () => {
  it("is tried again where the machine could not be asked", async () => {
    const lost = new TRPCClientError("fetch failed", { cause: new Error("ECONNREFUSED") });
    expect(await perform(failing(lost), write, contextOf({}))).toMatchObject({ kind: "unreachable" });
  });

  it("is not tried again where the agent was heard and said what failed", async () => {
    const answered = new TRPCClientError("disk full", {
      result: { error: { code: -32_603, message: "disk full", data: { code: "INTERNAL_SERVER_ERROR" } } },
    });
    expect(await perform(failing(answered), write, contextOf({}))).toEqual({
      kind: "refused",
      reason: "disk full",
    });
  });

  it("is not tried again where a real server presents another host key", async () => {
    const changed = new SshError("hostKeyChanged", "another key", { host: "192.0.2.21" });
    const stop: Action = { kind: "service", realServerId: "rs21", verb: "stop" };
    expect(await perform(failing(changed), stop, contextOf({}))).toEqual({
      kind: "refused",
      reason: "another key",
    });
  });
});
