import { describe, expect, it } from "vitest";
import { factsOf, fixtureCluster } from "./cluster.fixture.ts";
import { planFailOver } from "./fail-over.ts";
import { hasEnded, newRun, nextIndex, stepRun, undoIndex, type RunEvent } from "./progress.ts";
import type { Run } from "./run.ts";

const start = (): Run =>
  newRun({
    id: "r",
    number: 7,
    plan: planFailOver({ kind: "failOver", clusterId: "c1" }, factsOf(fixtureCluster())),
    startedBy: "ann",
    startedAtMs: 1,
  });

const after = (...events: readonly RunEvent[]): Run => events.reduce(stepRun, start());

const entered = (index: number, status: Run["steps"][number]["status"], atMs = 10): RunEvent => ({
  kind: "stepEntered",
  atMs,
  index,
  status,
});

const changed = (status: Run["status"], reason?: Run["pauseReason"], atMs = 20): RunEvent => ({
  kind: "statusChanged",
  atMs,
  status,
  reason,
});

describe("a step", () => {
  it("that is done or skipped hands on to the next; one that failed, is doing or being proven keeps the run", () => {
    for (const status of ["done", "skipped"] as const)
      expect(after(entered(0, status)), status).toMatchObject({ current: 1 });
    for (const status of ["doing", "proving", "failed", "undoing", "undone"] as const)
      expect(after(entered(1, status)), status).toMatchObject({ current: 1 });
  });

  it("keeps when it began and ended, and every word said in it", () => {
    const line = (text: string): RunEvent => ({
      kind: "said",
      index: 0,
      line: { atMs: 11, where: "lvs-1", kind: "output", text },
    });
    const run = after(
      entered(0, "doing", 10),
      line("one"),
      entered(0, "proving", 12),
      line("two"),
      entered(0, "done", 13),
    );
    expect(run.steps[0]).toMatchObject({ status: "done", startedAtMs: 10, endedAtMs: 13 });
    expect(run.steps[0]?.output.map((each) => each.text)).toEqual(["one", "two"]);
  });

  it("that the plan does not have changes no step", () => {
    expect(after({ kind: "said", index: 99, line: { atMs: 1, where: "", kind: "note", text: "x" } })).toEqual(
      start(),
    );
  });
});

describe("a run that stands", () => {
  const second = (status: Run["steps"][number]["status"]): Run =>
    after(entered(0, "done"), entered(1, "doing"), entered(1, status));

  it("before a step begins that one when it goes on, and an undo takes back the one before", () => {
    const run = after(entered(0, "done"));
    expect([nextIndex(run), undoIndex(run)]).toEqual([1, 0]);
    expect([nextIndex(start()), undoIndex(start())]).toEqual([0, -1]);
    expect([nextIndex(second("undone")), undoIndex(second("undone"))]).toEqual([1, 0]);
  });

  it("in a step goes on with the next, and an undo takes back this one", () => {
    for (const status of ["doing", "proving", "undoing"] as const)
      expect([nextIndex(second(status)), undoIndex(second(status))], status).toEqual([2, 1]);
  });

  it("at a step that failed does it again, or takes back what it did", () => {
    expect([nextIndex(second("failed")), undoIndex(second("failed"))]).toEqual([1, 1]);
  });
});

describe("a run", () => {
  const reason = { code: "actionFailed", detail: "disk full" } as const;

  it("is paused with its reason and goes on without it", () => {
    const paused = after(changed("paused", reason));
    expect(paused).toMatchObject({ status: "paused", pauseReason: reason });
    expect(stepRun(paused, changed("running"))).not.toHaveProperty("pauseReason");
  });

  it("has done what was asked when it is paused: the request does not stop the next step too", () => {
    const asked = after({ kind: "pauseAsked", by: "ann" });
    expect(asked.isPauseRequested).toBe(true);
    expect(stepRun(asked, changed("waiting")).isPauseRequested).toBe(true);
    expect(stepRun(asked, changed("paused", reason)).isPauseRequested).toBe(false);
  });

  it("has ended when it is done, undone or failed, at that time, and else holds its cluster", () => {
    for (const status of ["done", "undone", "failed"] as const) {
      const run = after(changed(status, undefined, 99));
      expect([hasEnded(run), run.endedAtMs], status).toEqual([true, 99]);
    }
    for (const status of ["running", "waiting", "paused", "aborting"] as const) {
      const run = after(changed(status));
      expect([hasEnded(run), run.endedAtMs], status).toEqual([false, undefined]);
    }
  });

  it("that is told to undo forgets its pause and its request for one", () => {
    const run = after(
      changed("paused", reason),
      { kind: "pauseAsked", by: "ann" },
      { kind: "undoAsked", atMs: 5, downTo: 2, by: "ann" },
    );
    expect(run).toMatchObject({ status: "aborting", undoingDownTo: 2, isPauseRequested: false });
    expect(run).not.toHaveProperty("pauseReason");
  });

  it("undone to its first step is over; undone to a later one it waits there, its steps ready to be done again", () => {
    const undone = (downTo: number): Run =>
      after(
        entered(0, "done"),
        entered(1, "done"),
        entered(2, "doing"),
        { kind: "undoAsked", atMs: 30, downTo, by: "ann" },
        entered(2, "undone"),
        ...(downTo < 2 ? [entered(1, "undone")] : []),
        ...(downTo < 1 ? [entered(0, "undone")] : []),
        { kind: "undoFinished", atMs: 40 },
      );
    expect(undone(0)).toMatchObject({ status: "undone", endedAtMs: 40 });
    expect(hasEnded(undone(0))).toBe(true);
    const waiting = undone(1);
    expect(waiting).toMatchObject({ status: "paused", current: 1, pauseReason: { code: "asked" } });
    expect(waiting.steps.map((each) => each.status).slice(0, 3)).toEqual(["done", "toCome", "toCome"]);
    expect(waiting).not.toHaveProperty("undoingDownTo");
  });

  it("keeps what was written down on its way", () => {
    const run = after(
      { kind: "recorded", key: "written:lvs-1", value: "a" },
      { kind: "recorded", key: "written:lvs-2", value: "b" },
    );
    expect(run.record).toEqual({ "written:lvs-1": "a", "written:lvs-2": "b" });
  });
});
