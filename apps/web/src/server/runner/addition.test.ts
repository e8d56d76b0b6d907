import { describe, expect, it } from "vitest";
import { hasEnded } from "@lvs/core/workflow/progress";
import { drive, World } from "./world.fixture.ts";

const filesOf = (world: World): number[][] => world.cluster.directors.map((each) => each.file);
const rowsOf = (world: World): number[][] =>
  world.cluster.directors.map(({ kernel }) => [...kernel.keys()].toSorted((a, b) => a - b));

describe("the addition of a real server", () => {
  it("does the plan's actions once each, and no director waits for a row that only stands in a file nobody has read", async () => {
    const world = new World("addition");
    await drive(world);
    expect(world.statuses).toEqual(["done"]);
    expect(world.done).toEqual([
      "service start",
      "lvs_real start",
      "write lvs-1",
      "write lvs-2",
      "stop lvs-1",
      "start lvs-1",
      "stop lvs-2",
      "start lvs-2",
    ]);
    expect(filesOf(world)).toEqual([world.after, world.after]);
    expect(rowsOf(world)).toEqual([
      [21, 22, 23],
      [21, 22, 23],
    ]);
  });

  it("goes on to the same end after the console was killed at any event of it, and can be undone from any", async () => {
    const whole = new World("addition");
    await drive(whole);
    for (let killAt = 2; killAt <= whole.events; killAt += 1) {
      const [goesOn, isUndone] = [new World("addition"), new World("addition")];
      for (const world of [goesOn, isUndone]) {
        world.killAt = killAt;
        await expect(drive(world), `killed at event ${killAt}`).rejects.toThrow("killed");
      }
      await drive(goesOn);
      expect(goesOn.run().status, `killed at event ${killAt}`).toBe("done");
      expect(filesOf(goesOn)).toEqual([goesOn.after, goesOn.after]);
      if (hasEnded(isUndone.run())) continue;
      isUndone.emit({ kind: "undoAsked", atMs: 2, downTo: 0, by: "ann" });
      await drive(isUndone);
      expect(isUndone.run().status, `undone from event ${killAt}`).toBe("undone");
      expect(filesOf(isUndone)).toEqual([isUndone.before, isUndone.before]);
      expect(isUndone.cluster.realServers.find((each) => each.octet === 21)).toMatchObject({
        isServing: false,
        hasVip: false,
      });
    }
  });
});
