import { describe, expect, it } from "vitest";
import { hasEnded } from "@lvs/core/workflow/progress";
import { driveRun } from "./drive.ts";
import { drive, World } from "./world.fixture.ts";

const removed = { kernel: [22, 23], file: [22, 23], isRunning: true };
const untouched = { kernel: [21, 22, 23], file: [21, 22, 23], isRunning: true };

function directorsOf(world: World): unknown[] {
  return world.cluster.directors.map((director) => ({
    kernel: [...director.kernel.keys()].toSorted((a, b) => a - b),
    file: director.file,
    isRunning: director.isRunning,
  }));
}

describe("a run", () => {
  it("does the plan's actions once each, in the plan's order, and ends done", async () => {
    const world = new World();
    await drive(world);
    expect(world.run().status).toBe("done");
    expect(world.done).toEqual([
      "weight 0 on lvs-1",
      "weight 0 on lvs-2",
      "service stop",
      "lvs_real stop",
      "write lvs-1",
      "write lvs-2",
      "stop lvs-1",
      "start lvs-1",
      "stop lvs-2",
      "start lvs-2",
    ]);
    expect(directorsOf(world)).toEqual([removed, removed]);
  });

  it("goes on to the same end after the console was killed at any event of it", async () => {
    const whole = new World();
    await drive(whole);
    for (let killAt = 1; killAt <= whole.events; killAt += 1) {
      const world = new World();
      world.killAt = killAt;
      await expect(drive(world), `killed at event ${killAt}`).rejects.toThrow("killed");
      await drive(world);
      expect(world.run().status, `killed at event ${killAt}`).toBe("done");
      expect(directorsOf(world)).toEqual([removed, removed]);
    }
  });

  it("can be undone from any event of it, and leaves the cluster as it was", async () => {
    const whole = new World();
    await drive(whole);
    for (let killAt = 2; killAt <= whole.events; killAt += 1) {
      const world = new World();
      world.killAt = killAt;
      await expect(drive(world)).rejects.toThrow("killed");
      if (hasEnded(world.run())) continue;
      world.emit({ kind: "undoAsked", atMs: 2, downTo: 0, by: "ann" });
      await drive(world);
      expect(world.run().status, `undone from event ${killAt}`).toBe("undone");
      expect(directorsOf(world), `undone from event ${killAt}`).toEqual([untouched, untouched]);
      expect(world.cluster.realServers.every((real) => real.isServing && real.hasVip)).toBe(true);
      expect(world.director("lvs-1").kernel.get(21)?.weight).toBe(100);
    }
  });

  it("undoes one step and waits there for a person, who may go on", async () => {
    const world = new World();
    world.onAction = (action) => {
      if (action.kind === "lvsReal" && action.verb === "stop" && world.done.at(-1) === "service stop") {
        world.emit({ kind: "undoAsked", atMs: 2, downTo: 1, by: "ann" });
        return { kind: "done" };
      }
      return undefined;
    };
    await drive(world);
    expect(world.run().status).toBe("paused");
    expect(world.cluster.realServers.every((real) => real.isServing)).toBe(true);
    expect(world.director("lvs-1").kernel.has(21)).toBe(true);
    world.onAction = () => undefined;
    world.emit({ kind: "statusChanged", atMs: 3, status: "running", reason: undefined });
    await drive(world);
    expect(world.run().status).toBe("done");
  });

  it("pauses after the step under way when asked, with nothing of the next one done", async () => {
    const world = new World();
    world.onAction = (action) => {
      if (action.kind === "service" && !world.run().isPauseRequested)
        world.emit({ kind: "pauseAsked", by: "ann" });
      return undefined;
    };
    await drive(world);
    expect(world.run()).toMatchObject({ status: "paused", current: 2, pauseReason: { code: "asked" } });
    expect(world.done).not.toContain("lvs_real stop");
  });

  it("does not remove the VIP of a real server whose service came back: it pauses and says why", async () => {
    const world = new World();
    world.onWait = () => {
      if (world.run().current === 2) for (const real of world.cluster.realServers) real.isServing = true;
    };
    world.onAction = (action) => {
      if (action.kind === "lvsReal") throw new Error("the VIP was removed under a running service");
      return undefined;
    };
    const ports = world.ports();
    let isBack = false;
    await driveRun(
      {
        ...ports,
        emit: async (event) => {
          await ports.emit(event);
          if (event.kind === "stepEntered" && event.index === 1 && event.status === "done" && !isBack) {
            isBack = true;
            for (const real of world.cluster.realServers) real.isServing = true;
            world.settle();
          }
        },
      },
      AbortSignal.timeout(20_000),
    );
    expect(world.run()).toMatchObject({
      status: "paused",
      current: 2,
      pauseReason: {
        code: "invariantBroken",
        openProofs: expect.arrayContaining([expect.objectContaining({ kind: "serviceAnswers" })]),
      },
    });
    expect(world.run().pauseReason?.detail).toContain("serviceAnswers");
  });

  it("pauses on a refused action with its reason and does nothing more", async () => {
    const world = new World();
    world.onAction = (action) =>
      action.kind === "writeConfig" ? { kind: "refused", reason: "the file changed" } : undefined;
    await drive(world);
    expect(world.run()).toMatchObject({
      status: "paused",
      current: 3,
      pauseReason: { code: "actionFailed", detail: "the file changed" },
    });
    expect(world.done).not.toContain("stop lvs-1");
  });

  it("pauses when a proof does not come in its time, and goes on without it only when told", async () => {
    const world = new World();
    for (const director of world.cluster.directors) {
      const row = director.kernel.get(21);
      if (row !== undefined) row.active = 7;
    }
    await drive(world);
    expect(world.run()).toMatchObject({ status: "paused", current: 0, pauseReason: { code: "proofLate" } });
    expect(world.run().pauseReason?.openProofs?.map(({ kind }) => kind)).toContain("rowDrained");
    expect(world.done).not.toContain("service stop");
    world.emit({ kind: "recorded", key: "goOn:0", value: "ann" });
    world.emit({ kind: "statusChanged", atMs: 3, status: "running", reason: undefined });
    await drive(world);
    expect(world.run().status).toBe("done");
    expect(world.run().steps[0]?.status).toBe("skipped");
  });

  it("pauses with the very condition that must hold and does not", async () => {
    const world = new World();
    for (const director of world.cluster.directors)
      for (const row of director.kernel.values()) row.active = 7;
    const ports = world.ports();
    await driveRun(
      {
        ...ports,
        emit: async (event) => {
          await ports.emit(event);
          if (event.kind !== "stepEntered" || event.status !== "proving") return;
          for (const row of world.director("lvs-1").kernel.values()) row.weight = 0;
        },
      },
      AbortSignal.timeout(20_000),
    );
    expect(world.run()).toMatchObject({
      status: "paused",
      pauseReason: {
        code: "invariantBroken",
        broken: { code: "serviceServed", values: { director: "lvs-1" }, isMet: false },
      },
    });
  });

  it("does not stop a director whose peer has no table to serve with", async () => {
    const world = new World();
    world.onWait = () => undefined;
    const ports = world.ports();
    await driveRun(
      {
        ...ports,
        emit: async (event) => {
          await ports.emit(event);
          if (event.kind === "stepEntered" && event.index === 3 && event.status === "done")
            world.director("lvs-2").isRunning = false;
        },
      },
      AbortSignal.timeout(20_000),
    );
    expect(world.run()).toMatchObject({
      status: "paused",
      current: 4,
      pauseReason: { code: "invariantBroken" },
    });
    expect(world.done).not.toContain("stop lvs-1");
  });

  describe("whose VRID a stranger speaks for", () => {
    /** Runs until it stops; the stranger speaks from the end of the last write on, before the first stop, for as long as told. */
    const withStranger = async (world: World, forMs: number): Promise<void> => {
      const ports = world.ports();
      let untilMs = Number.POSITIVE_INFINITY;
      world.onWait = () => {
        if (world.cluster.nowMs >= untilMs) world.cluster.wire.disputes = [];
      };
      await driveRun(
        {
          ...ports,
          emit: async (event) => {
            await ports.emit(event);
            if (event.kind !== "stepEntered" || event.index !== 3 || event.status !== "done") return;
            untilMs = world.cluster.nowMs + forMs;
            world.cluster.wire.disputes = [
              {
                kind: "stranger",
                instance: "VI_CACHE",
                virtualRouterId: 51,
                director: "lvs-2",
                link: "eth0",
                sources: ["192.0.2.99"],
                reason: undefined,
              },
            ];
          },
        },
        AbortSignal.timeout(20_000),
      );
    };

    it("does not fail over: it pauses before the stop and says who speaks, until a person goes on", async () => {
      const world = new World();
      await withStranger(world, Number.POSITIVE_INFINITY);
      expect(world.run()).toMatchObject({
        status: "paused",
        current: 4,
        pauseReason: {
          code: "invariantBroken",
          broken: { code: "noStranger", values: { source: "192.0.2.99", instance: "VI_CACHE" } },
        },
      });
      expect(world.done.at(-1)).toBe("write lvs-2");
      world.cluster.wire.disputes = [];
      world.emit({ kind: "statusChanged", atMs: 3, status: "running", reason: undefined });
      await drive(world);
      expect(world.run().status).toBe("done");
    });

    it("goes on by itself where the stranger is gone within a hand-over's time", async () => {
      const world = new World();
      await withStranger(world, 5_000);
      expect(world.run().status).toBe("done");
    });

    it("can be undone while the stranger speaks", async () => {
      const world = new World();
      await withStranger(world, Number.POSITIVE_INFINITY);
      world.emit({ kind: "undoAsked", atMs: 4, downTo: 0, by: "ann" });
      await drive(world);
      expect(world.run().status).toBe("undone");
      expect(directorsOf(world)).toEqual([untouched, untouched]);
    });
  });

  it("goes on over a wire that a director cannot hear", async () => {
    const world = new World();
    world.cluster.wire.unheard = [{ instance: "VI_CACHE", director: "lvs-2", link: "eth0", reason: "" }];
    await drive(world);
    expect(world.run().status).toBe("done");
  });
});
