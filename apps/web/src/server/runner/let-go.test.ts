import { describe, expect, it } from "vitest";
import { driveRun } from "./drive.ts";
import { drive, World } from "./world.fixture.ts";

/** Drives until it waits for the first time while `isThen`, stops the console there, and says what was waited for after that. */
async function stopWhile(world: World, isThen: () => boolean): Promise<number> {
  const stop = new AbortController();
  let waitsAfter = 0;
  world.onWait = () => {
    if (stop.signal.aborted) waitsAfter += 1;
    if (waitsAfter > 10) throw new Error("it waits on");
    if (isThen()) stop.abort();
  };
  await driveRun(world.ports(), stop.signal);
  expect(stop.signal.aborted).toBe(true);
  world.onWait = () => undefined;
  return waitsAfter;
}

describe("a console that is stopped in an orderly way lets go of its run", () => {
  it("before a step whose guards cannot be asked, and the next console takes it to its end", async () => {
    const world = new World();
    for (const real of world.cluster.realServers) real.isReachable = false;
    expect(await stopWhile(world, () => world.run().status === "waiting")).toBe(0);
    expect(world.run().status).toBe("waiting");
    for (const real of world.cluster.realServers) real.isReachable = true;
    await drive(world);
    expect(world.run().status).toBe("done");
  });

  it("while a proof is looked for, with the step neither done nor failed", async () => {
    const world = new World();
    for (const director of world.cluster.directors) {
      const row = director.kernel.get(21);
      if (row !== undefined) row.active = 7;
    }
    expect(await stopWhile(world, () => world.run().steps[0]?.status === "proving")).toBe(0);
    expect(world.run()).toMatchObject({ status: "running", current: 0 });
    expect(world.run().steps[0]?.status).toBe("proving");
    for (const director of world.cluster.directors)
      for (const row of director.kernel.values()) row.active = 0;
    await drive(world);
    expect(world.run().status).toBe("done");
    expect(world.done.filter((each) => each === "weight 0 on lvs-1")).toHaveLength(1);
  });

  it("while an undo is proven", async () => {
    const world = new World();
    world.onAction = (action) => {
      if (action.kind === "service" && action.verb === "stop")
        world.emit({ kind: "undoAsked", atMs: 2, downTo: 0, by: "ann" });
      if (action.kind === "service" && action.verb === "start") world.director("lvs-1").isConnected = false;
      return undefined;
    };
    expect(await stopWhile(world, () => world.run().status === "aborting")).toBe(0);
    expect(world.run().status).toBe("aborting");
    world.director("lvs-1").isConnected = true;
    world.onAction = () => undefined;
    await drive(world);
    expect(world.run().status).toBe("undone");
  });
});
