import { describe, expect, it } from "vitest";
import {
  factsOf,
  fixtureCluster,
  hashOf,
  type FixtureCluster,
  type FixtureDirector,
} from "@lvs/core/workflow/cluster.fixture";
import type { Action } from "@lvs/core/workflow/plan";
import { hasEnded, newRun, stepRun, type RunEvent } from "@lvs/core/workflow/progress";
import { planRemoveRealServer } from "@lvs/core/workflow/remove-real-server";
import { runSchema, type Run } from "@lvs/core/workflow/run";
import { driveRun } from "./drive.ts";
import type { ActionOutcome, DrivePorts } from "./ports.ts";

/** A cluster that does what it is told, and a database that keeps what it is told; the console between them can be killed. */
class World {
  readonly cluster: FixtureCluster = fixtureCluster();
  stored: string;
  events = 0;
  /** The console dies at this event: before it is stored. */
  killAt: number | undefined;
  readonly done: string[] = [];
  /** Called before every action; may break the world. */
  onAction: (action: Action) => ActionOutcome | undefined = () => undefined;
  onWait: () => void = () => undefined;

  constructor() {
    const facts = factsOf(this.cluster);
    const real = facts.realServers[0];
    if (real === undefined) throw new Error("no real server");
    const plan = planRemoveRealServer(
      { kind: "removeRealServer", clusterId: "c1", realServerId: real.id, method: "stopStart", drainMost: 0 },
      facts,
      real,
    );
    const run = newRun({ id: "r", number: 1, plan, startedBy: "ann", startedAtMs: 1 });
    this.stored = JSON.stringify(run);
  }

  run(): Run {
    return runSchema.parse(JSON.parse(this.stored));
  }

  emit(event: RunEvent): void {
    this.events += 1;
    if (this.events === this.killAt) throw new Error("killed");
    this.stored = JSON.stringify(stepRun(this.run(), event));
  }

  director(id: string): FixtureDirector {
    const director = this.cluster.directors.find((each) => each.id === id);
    if (director === undefined) throw new Error(`no director ${id}`);
    return director;
  }

  /** What keepalived and the checkers would do by themselves. */
  settle(): void {
    const running = this.cluster.directors.filter((each) => each.isRunning);
    const master = running.toSorted((a, b) => b.priority - a.priority)[0];
    for (const director of this.cluster.directors) {
      director.state = director === master ? "MASTER" : "BACKUP";
      if (!director.isRunning) continue;
      for (const real of this.cluster.realServers) {
        const isWanted = director.loaded.includes(real.octet) && real.isServing;
        if (!isWanted) director.kernel.delete(real.octet);
        else if (!director.kernel.has(real.octet))
          director.kernel.set(real.octet, { weight: 100, active: 0 });
      }
    }
  }

  ports(): DrivePorts {
    return {
      read: () => this.run(),
      emit: async (event) => {
        this.emit(event);
        return Promise.resolve();
      },
      facts: async () => Promise.resolve(factsOf(this.cluster)),
      perform: async (action, { record }) => {
        const broken = this.onAction(action);
        if (broken !== undefined) return broken;
        if (action.kind === "writeConfig") await record(`written:${action.directorId}`, hashOf([22, 23]));
        this.do(action);
        this.done.push(nameOf(action));
        return { kind: "done" };
      },
      keepFiles: async () => Promise.resolve({ kind: "done" }),
      nowMs: () => this.cluster.nowMs,
      wait: async (ms) => {
        this.cluster.nowMs += ms;
        this.settle();
        this.onWait();
        return Promise.resolve();
      },
    };
  }

  private do(action: Action): void {
    switch (action.kind) {
      case "setWeight": {
        const row = this.director(action.directorId).kernel.get(21);
        if (row !== undefined) row.weight = action.weight;
        return;
      }
      case "service":
        for (const real of this.cluster.realServers)
          if (real.octet === 21) real.isServing = action.verb === "start";
        return;
      case "lvsReal":
        for (const real of this.cluster.realServers)
          if (real.octet === 21) real.hasVip = action.verb === "start";
        return;
      case "writeConfig":
        this.director(action.directorId).file = [22, 23];
        return;
      case "restoreConfig": {
        const director = this.director(action.directorId);
        director.file = [21, 22, 23];
        if (director.isRunning) director.loaded = director.file;
        return;
      }
      case "daemon": {
        const director = this.director(action.directorId);
        director.isRunning = action.verb === "start";
        if (director.isRunning) director.loaded = director.file;
        return;
      }
    }
  }
}

function nameOf(action: Action): string {
  switch (action.kind) {
    case "setWeight":
      return `weight ${action.weight} on ${action.directorId}`;
    case "service":
      return `service ${action.verb}`;
    case "lvsReal":
      return `lvs_real ${action.verb}`;
    case "writeConfig":
      return `write ${action.directorId}`;
    case "restoreConfig":
      return `restore ${action.directorId}`;
    case "daemon":
      return `${action.verb} ${action.directorId}`;
  }
}

async function drive(world: World): Promise<void> {
  await driveRun(world.ports(), AbortSignal.timeout(20_000));
}

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
      pauseReason: { code: "invariantBroken" },
    });
    expect(world.run().pauseReason?.detail).toContain("serviceAnswers");
  });

  it("waits while an agent cannot be asked, and goes on by itself when it can", async () => {
    const world = new World();
    const seen = new Set<string>();
    let waits = 0;
    world.onWait = () => {
      waits += 1;
      seen.add(world.run().status);
      world.director("lvs-2").isConnected = waits < 5 || waits > 40;
    };
    await drive(world);
    expect(seen).toContain("waiting");
    expect(world.run().status).toBe("done");
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
    expect(world.done).not.toContain("service stop");
    world.emit({ kind: "recorded", key: "goOn:0", value: "ann" });
    world.emit({ kind: "statusChanged", atMs: 3, status: "running", reason: undefined });
    await drive(world);
    expect(world.run().status).toBe("done");
    expect(world.run().steps[0]?.status).toBe("skipped");
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
});
