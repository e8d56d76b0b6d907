import { describe, expect, it } from "vitest";
import type { ConfigFile } from "@lvs/core/director/state";
import { putBack, type PutBack } from "./put-back.ts";

const before = "a".repeat(64);
const written = "b".repeat(64);
const stageId = "stage-1";

const fileOf = (part: Partial<ConfigFile>): ConfigFile => ({
  path: "/etc/keepalived/keepalived.conf",
  sha256: written,
  sizeBytes: 1,
  modifiedAtMs: 1,
  owner: "root:root",
  mode: "644",
  configured: { instances: [], services: [] },
  diagnostics: [],
  ...part,
});
const waiting = { stageId, previousSha256: before, appliedAtMs: 1, revertsAtMs: 2 };

/** An agent that has a change open or not, and says what it was asked. */
const agentWith = (
  open: string | undefined,
  revertsTo = before,
): { agent: PutBack["agent"]; asked: string[] } => {
  const asked: string[] = [];
  const refused = { outcome: "refused" as const, details: [] };
  return {
    asked,
    agent: {
      revert: {
        mutate: (input) => {
          asked.push(`revert ${input.stageId}`);
          return Promise.resolve(
            input.stageId === open
              ? { outcome: "reverted", reason: "asked for", sha256: revertsTo, output: [] }
              : { ...refused, code: "stageUnknown", reason: "no such stage" },
          );
        },
      },
      restore: {
        mutate: (input) => {
          asked.push(`restore ${input.sha256.slice(0, 1)}`);
          return Promise.resolve(
            open === undefined
              ? { outcome: "restored", sha256: input.sha256, previousSha256: written, output: [] }
              : { ...refused, code: "stagePending", reason: "a change waits for its confirmation" },
          );
        },
      },
    },
  };
};

const order = (agent: PutBack["agent"], file: ConfigFile | undefined): PutBack => ({
  agent,
  file,
  wanted: { sha256: before, activation: "none" },
  written,
  where: "lvs-1",
  say: () => Promise.resolve(),
});

describe("the file from before", () => {
  it("comes back by taking back what this run wrote and nobody has kept yet", async () => {
    const { agent, asked } = agentWith(stageId);
    expect(await putBack(order(agent, fileOf({ unconfirmed: waiting })))).toEqual({ kind: "done" });
    expect(asked).toEqual([`revert ${stageId}`]);
  });

  it("is restored where the written one was kept", async () => {
    const { agent, asked } = agentWith(undefined);
    expect(await putBack(order(agent, fileOf({})))).toEqual({ kind: "done" });
    expect(asked).toEqual(["restore a"]);
  });

  it("is asked for again where the director has written and not told of it yet", async () => {
    const { agent } = agentWith(stageId);
    expect(await putBack(order(agent, fileOf({ sha256: before, loadedSha256: written })))).toMatchObject({
      kind: "unreachable",
    });
    expect(await putBack(order(agent, undefined))).toMatchObject({ kind: "unreachable" });
  });

  it("is not put over somebody else's open change: refused with the agent's reason", async () => {
    const { agent, asked } = agentWith(stageId);
    const foreign = fileOf({ sha256: "c".repeat(64), unconfirmed: waiting });
    expect(await putBack(order(agent, foreign))).toEqual({
      kind: "refused",
      reason: "lvs-1: a change waits for its confirmation",
    });
    expect(asked).toEqual(["restore a"]);
  });

  it("is not called back where taking back led to another file", async () => {
    const { agent } = agentWith(stageId, "d".repeat(64));
    expect(await putBack(order(agent, fileOf({ unconfirmed: waiting })))).toMatchObject({ kind: "refused" });
  });

  it("is left alone where it stands already", async () => {
    const { agent, asked } = agentWith(undefined);
    expect(await putBack(order(agent, fileOf({ sha256: before })))).toEqual({ kind: "done" });
    expect(asked).toEqual([]);
  });
});
