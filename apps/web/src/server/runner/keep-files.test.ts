import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ConfigFile } from "@lvs/core/director/state";
import { factsOf, fixtureCluster } from "@lvs/core/workflow/cluster.fixture";
import { planFailOver } from "@lvs/core/workflow/fail-over";
import { newRun } from "@lvs/core/workflow/progress";
import type { Run } from "@lvs/core/workflow/run";
import { publishChange, setRegistered } from "../live.ts";
import { keepFiles } from "./keep-files.ts";

/** The console's own live picture with two directors in it, and agents that say what they were asked to keep. */

const ours = "written by this run";
const open = (stageId: string): Partial<ConfigFile> => ({
  unconfirmed: { stageId, previousSha256: "before", appliedAtMs: 1, revertsAtMs: 2 },
});

const facts = factsOf(fixtureCluster());

/** The file of one director as it is heard. */
function hear(directorId: string, file: Partial<ConfigFile>): void {
  const state = facts.directors.find((each) => each.id === directorId)?.state;
  if (state?.config.status !== "known") throw new Error(`no file of ${directorId} in the fixture`);
  const config = { ...state.config, value: { ...state.config.value, ...file } };
  const change = { kind: "snapshot" as const, state: { ...state, config } };
  publishChange({ directorId, heardAtMs: 1, clockOffsetMs: 0, change });
}

function runWith(record: Readonly<Record<string, string>>): Run {
  const plan = planFailOver({ kind: "failOver", clusterId: "c1" }, facts);
  return { ...newRun({ id: "r", number: 1, plan, startedBy: "ann", startedAtMs: 1 }), record };
}

type Confirmed = { outcome: "confirmed"; sha256: string };
const kept: Confirmed = { outcome: "confirmed", sha256: ours };
const both = { "written:lvs-1": ours, "written:lvs-2": ours };

let asked: string[] = [];

function keep(
  directorIds: readonly string[],
  record: Readonly<Record<string, string>> = both,
  answer: () => ReturnType<typeof refusal> | Confirmed = () => kept,
) {
  return keepFiles(
    (directorId) =>
      Promise.resolve({
        config: {
          confirm: {
            mutate: ({ stageId }) => {
              asked.push(`${directorId} ${stageId}`);
              return Promise.resolve(answer());
            },
          },
        },
      }),
    runWith(record),
    directorIds,
  );
}

const refusal = (reason: string) => ({
  outcome: "refused" as const,
  code: "stageUnknown" as const,
  reason,
  details: [],
});

beforeEach(() => {
  asked = [];
  const directors = ["lvs-1", "lvs-2", "lvs-3"].map((id) => ({
    id,
    name: id,
    clusterId: "c1",
    address: id,
    port: 1,
  }));
  setRegistered({ clusters: [{ id: "c1", name: "cdn" }], realServers: [], directors });
});

afterEach(() => {
  globalThis.lvsLive = undefined;
});

describe("the files that a run wrote", () => {
  it("are kept on every director where they still wait for it, each by its own stage", async () => {
    hear("lvs-1", { sha256: ours, ...open("stage-1") });
    hear("lvs-2", { sha256: ours, ...open("stage-2") });
    expect(await keep(["lvs-1", "lvs-2"])).toEqual({ kind: "done" });
    expect(asked).toEqual(["lvs-1 stage-1", "lvs-2 stage-2"]);
  });

  it("are no error where they were kept before: nobody is asked again", async () => {
    hear("lvs-1", { sha256: ours });
    expect(await keep(["lvs-1"])).toEqual({ kind: "done" });
    expect(asked).toEqual([]);
  });

  it("do not count as kept by a fact from before they were written, which has nothing unconfirmed either", async () => {
    hear("lvs-1", { sha256: "before" });
    expect(await keep(["lvs-1"])).toMatchObject({ kind: "refused" });
  });

  it("are not mixed up with somebody else's: another file that waits is never confirmed for them", async () => {
    hear("lvs-1", { sha256: "somebody's", ...open("theirs") });
    expect(await keep(["lvs-1"])).toMatchObject({ kind: "refused" });
    hear("lvs-1", { sha256: ours, ...open("stage-1") });
    expect(await keep(["lvs-1"], { "written:lvs-2": ours })).toMatchObject({ kind: "refused" });
    expect(asked).toEqual([]);
  });

  it("make the run wait for the director that is not known now or cannot be asked, by name", async () => {
    const machine = { kind: "director", id: "lvs-3" };
    expect(await keep(["lvs-3"], { "written:lvs-3": ours })).toMatchObject({ kind: "unreachable", machine });
    hear("lvs-1", { sha256: ours, ...open("stage-1") });
    hear("lvs-2", { sha256: ours, ...open("stage-2") });
    const cut = (): never => {
      throw new Error("fetch failed");
    };
    expect(await keep(["lvs-1", "lvs-2"], both, cut)).toEqual({
      kind: "unreachable",
      reason: "fetch failed",
      machine: { kind: "director", id: "lvs-1" },
    });
    expect(asked).toEqual(["lvs-1 stage-1"]);
  });

  it("pause the run with the agent's reason where it will not keep one", async () => {
    hear("lvs-1", { sha256: ours, ...open("stage-1") });
    expect(await keep(["lvs-1"], both, () => refusal("it was put back already"))).toEqual({
      kind: "refused",
      reason: "it was put back already",
    });
  });
});
