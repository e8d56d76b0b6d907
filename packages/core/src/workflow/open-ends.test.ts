import { describe, expect, it } from "vitest";
import { factsOf, fixtureCluster } from "./cluster.fixture.ts";
import { openEnds } from "./open-ends.ts";
import { newRun, stepRun } from "./progress.ts";
import { planRemoveRealServer } from "./remove-real-server.ts";
import type { Run, StepStatus } from "./run.ts";

const facts = factsOf(fixtureCluster());
const [real] = facts.realServers;
if (real === undefined) throw new Error("fixture without real servers");
const planOf = (method: "stopStart" | "reload") =>
  planRemoveRealServer(
    { kind: "removeRealServer", clusterId: "c1", realServerId: real.id, method, drainMost: 0 },
    facts,
    real,
  );
const plan = planOf("stopStart");
const indexOf = (id: string): number => {
  const index = plan.steps.findIndex((step) => step.id === id);
  if (index === -1) throw new Error(`no step ${id}`);
  return index;
};

/** The removal with every step before `id` done, and that one as told. */
function runAt(id: string, status: StepStatus): Run {
  const fresh = newRun({ id: "r", number: 1, plan, startedBy: "ann", startedAtMs: 1 });
  const last = indexOf(id);
  return plan.steps
    .slice(0, last + 1)
    .reduce<Run>(
      (run, _, index) =>
        stepRun(run, { kind: "stepEntered", atMs: 2, index, status: index === last ? status : "done" }),
      fresh,
    );
}

const firstWrite = plan.steps.find((step) => step.kind === "writeConfig")?.id ?? "";

describe("what a run leaves half done where it stands", () => {
  it("nothing before the first file is written, and nothing after the last start", () => {
    const none = { stopped: [], others: ["lvs-1", "lvs-2"], unread: [] };
    expect(openEnds(runAt(firstWrite, "toCome"))).toEqual(none);
    expect(openEnds(runAt("start:lvs-2", "done"))).toEqual(none);
  });

  it("a keepalived that it stopped and has not started, however far the stop or the start got", () => {
    const lvs1 = { stopped: ["lvs-1"], others: ["lvs-2"], unread: ["lvs-2"] };
    for (const status of ["doing", "failed", "proving", "done", "skipped", "undoing"] as const)
      expect(openEnds(runAt("stop:lvs-1", status)), status).toEqual(lvs1);
    for (const status of ["toCome", "doing", "failed"] as const)
      expect(openEnds(runAt("start:lvs-1", status)), status).toEqual(lvs1);
  });

  it("no longer one whose start was answered or whose stop was undone", () => {
    for (const run of [runAt("start:lvs-1", "proving"), runAt("stop:lvs-1", "undone")])
      expect(openEnds(run).stopped).toEqual([]);
  });

  it("files that were written and that a running keepalived has not read", () => {
    expect(openEnds(runAt("stop:lvs-1", "toCome")).unread).toEqual(["lvs-1", "lvs-2"]);
    expect(openEnds(runAt("start:lvs-1", "proving")).unread).toEqual(["lvs-2"]);
  });

  it("no file that is written and reloaded in one step", () => {
    const reloaded = planOf("reload");
    const run = newRun({ id: "r", number: 1, plan: reloaded, startedBy: "ann", startedAtMs: 1 });
    const index = reloaded.steps.findIndex(({ actions }) =>
      actions.some(({ kind }) => kind === "writeConfig"),
    );
    const status = "proving" as const;
    expect(openEnds(stepRun(run, { kind: "stepEntered", atMs: 2, index, status }))).toMatchObject({
      stopped: [],
      unread: [],
    });
    expect(index).toBeGreaterThan(0);
  });
});
