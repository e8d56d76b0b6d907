import { describe, expect, it } from "vitest";
import { driveRun } from "./drive.ts";
import type { DrivePorts } from "./ports.ts";
import { drive, World } from "./world.fixture.ts";

describe("a run that cannot ask a machine", () => {
  it("waits while an agent cannot be asked, says once which and why, and goes on by itself when it can", async () => {
    const world = new World();
    let waits = 0;
    world.onWait = () => {
      waits += 1;
      world.director("lvs-2").isConnected = waits < 5 || waits > 40;
    };
    await drive(world);
    expect(world.statuses).toEqual(["waiting: agentLost lvs-2", "running", "done"]);
    expect(world.run().pauseReason).toBeUndefined();
  });

  it("waits with since when its agent is lost, and tells it anew where it waits for another one", async () => {
    const world = new World();
    const ports = world.ports();
    const lost = { sinceMs: 999_000, reason: "no route to the host" };
    let looks = 0;
    const facts: DrivePorts["facts"] = async (run) => {
      looks += 1;
      const found = await ports.facts(run);
      const away = looks < 10 ? "lvs-1" : looks < 20 ? "lvs-2" : "nobody";
      const directors = found.directors.map((each) =>
        each.id === away ? { ...each, isConnected: false, lost } : each,
      );
      if (looks === 15)
        expect(world.run().pauseReason?.waitsFor).toEqual([
          {
            code: "agentLost",
            machine: { kind: "director", id: "lvs-2" },
            name: "lvs-2",
            sinceMs: 999_000,
            detail: "no route to the host",
          },
        ]);
      return { ...found, directors };
    };
    await driveRun({ ...ports, facts }, AbortSignal.timeout(20_000));
    expect(world.statuses.slice(0, 3)).toEqual([
      "waiting: agentLost lvs-1 no route to the host",
      "waiting: agentLost lvs-2 no route to the host",
      "running",
    ]);
  });

  it("waits for a machine that took no command or could not keep its file, in the words of the try", async () => {
    const world = new World();
    let tries = 0;
    world.onAction = (action) => {
      if (action.kind !== "service") return undefined;
      tries += 1;
      return tries < 4 ? { kind: "unreachable", reason: `connect ETIMEDOUT, try ${tries}` } : undefined;
    };
    let keeps = 0;
    const keepFiles: DrivePorts["keepFiles"] = async () => {
      keeps += 1;
      const machine = { kind: "director", id: "lvs-2" } as const;
      return Promise.resolve(
        keeps < 4 ? { kind: "unreachable", reason: "fetch failed", machine } : { kind: "done" },
      );
    };
    await driveRun({ ...world.ports(), keepFiles }, AbortSignal.timeout(20_000));
    expect(world.statuses).toEqual([
      "waiting: sshFailed 192.0.2.21 connect ETIMEDOUT, try 1",
      "running",
      "waiting: commandFailed lvs-2 fetch failed",
      "running",
      "done",
    ]);
  });

  it("that is undone waits for an agent just as long, stays one that is undone, and goes on by itself", async () => {
    const world = new World();
    world.killAt = 30;
    await expect(drive(world)).rejects.toThrow("killed");
    world.emit({ kind: "undoAsked", atMs: 2, downTo: 0, by: "ann" });
    world.statuses.length = 0;
    const undoFrom = world.cluster.nowMs;
    const hourMs = 3_600_000;
    world.director("lvs-2").isConnected = false;
    world.onWait = () => {
      expect(world.run().status).toBe("aborting");
      if (world.cluster.nowMs - undoFrom > hourMs) world.director("lvs-2").isConnected = true;
    };
    await drive(world);
    expect(world.statuses).toEqual(["aborting: agentLost lvs-2", "aborting"]);
    expect(world.run().status).toBe("undone");
    expect(world.cluster.nowMs - undoFrom).toBeGreaterThan(hourMs);
  });

  it("that is undone asks again until a machine takes the command", async () => {
    const world = new World();
    world.killAt = 30;
    await expect(drive(world)).rejects.toThrow("killed");
    world.emit({ kind: "undoAsked", atMs: 2, downTo: 0, by: "ann" });
    world.statuses.length = 0;
    let tries = 0;
    world.onAction = (action) => {
      if (action.kind !== "lvsReal") return undefined;
      tries += 1;
      return tries < 4 ? { kind: "unreachable", reason: "connect ETIMEDOUT" } : undefined;
    };
    await drive(world);
    expect(world.statuses).toEqual(["aborting: sshFailed 192.0.2.21 connect ETIMEDOUT", "aborting"]);
    expect(world.run().status).toBe("undone");
  });
});
