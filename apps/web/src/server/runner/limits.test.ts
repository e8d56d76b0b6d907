import { describe, expect, it } from "vitest";
import type { ClusterFacts } from "@lvs/core/workflow/facts";
import { driveRun } from "./drive.ts";
import type { DrivePorts } from "./ports.ts";
import { overrideKey } from "./run-status.ts";
import { drive, World } from "./world.fixture.ts";

/** The same facts with every director holding every address: a split brain. */
function splitBrain(facts: ClusterFacts): ClusterFacts {
  const directors = facts.directors.map((director) => {
    const { state } = director;
    if (state?.vrrp.status !== "known") throw new Error("fixture without instances");
    const value = state.vrrp.value.map((each) => ({
      ...each,
      addresses: each.addresses.map((address) => ({ ...address, isHeld: true })),
    }));
    return { ...director, state: { ...state, vrrp: { ...state.vrrp, value } } };
  });
  return { ...facts, directors };
}

/** A world whose drain lasts until `untilMs` after its start, with a split brain in it for `brokenMs`. */
function withSplitBrain(brokenMs: number, untilMs: number): { world: World; ports: DrivePorts } {
  const world = new World();
  const startMs = world.cluster.nowMs;
  const drainTo = (active: number): void => {
    for (const director of world.cluster.directors) {
      const row = director.kernel.get(21);
      if (row !== undefined) row.active = active;
    }
  };
  drainTo(7);
  world.onWait = () => {
    if (world.cluster.nowMs - startMs >= untilMs) drainTo(0);
  };
  const ports = world.ports();
  const facts: DrivePorts["facts"] = async (run) => {
    const found = await ports.facts(run);
    const isBroken = run.current === 0 && world.cluster.nowMs - startMs < brokenMs;
    return isBroken ? splitBrain(found) : found;
  };
  return { world, ports: { ...ports, facts } };
}

describe("what must hold during a run", () => {
  it("may be broken for as long as a hand-over takes", async () => {
    const { world, ports } = withSplitBrain(14_000, 20_000);
    await driveRun(ports, AbortSignal.timeout(20_000));
    expect(world.statuses).toEqual(["done"]);
  });

  it("pauses the run where it stays broken, and no more in this step once a person has seen it and went on", async () => {
    const { world, ports } = withSplitBrain(60_000, 60_000);
    await driveRun(ports, AbortSignal.timeout(20_000));
    expect(world.run()).toMatchObject({
      status: "paused",
      current: 0,
      pauseReason: { code: "invariantBroken" },
    });
    world.emit({ kind: "recorded", key: overrideKey(0), value: "ann" });
    world.emit({ kind: "statusChanged", atMs: 3, status: "running", reason: undefined });
    await driveRun(ports, AbortSignal.timeout(20_000));
    expect(world.run().status).toBe("done");
  });
});

describe("the time of a proof", () => {
  it("does not run while a director cannot be asked", async () => {
    const world = new World();
    let since: number | undefined;
    world.onWait = () => {
      if (world.run().current !== 1) return;
      since ??= world.cluster.nowMs;
      const pastMs = world.cluster.nowMs - since;
      const lvs2 = world.director("lvs-2");
      lvs2.isConnected = pastMs > 60_000;
      if (pastMs < 65_000) lvs2.kernel.set(21, { weight: 0, active: 0 });
    };
    await drive(world);
    expect(world.statuses).toEqual(["waiting: agentLost lvs-2", "running", "done"]);
  });
});

describe("a file that is not kept", () => {
  it("pauses the run before any director reads it", async () => {
    const world = new World();
    const keepFiles: DrivePorts["keepFiles"] = () =>
      Promise.resolve({ kind: "refused", reason: "the file on the director is not the one this run wrote" });
    await driveRun({ ...world.ports(), keepFiles }, AbortSignal.timeout(20_000));
    expect(world.run()).toMatchObject({
      status: "paused",
      current: 3,
      pauseReason: { code: "actionFailed", detail: "the file on the director is not the one this run wrote" },
    });
    expect(world.done).not.toContain("stop lvs-1");
  });
});
