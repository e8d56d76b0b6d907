import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { down } from "../lab/down.ts";
import { labFolder, projectRoot } from "../lab/machine/state.ts";
import { up } from "../lab/up.ts";
import { tracesOf } from "./lab-probe.ts";

const torn = `ki${process.pid % 100_000}`;

afterAll(() => down({ name: torn }));

describe("an interrupted start", () => {
  it.each(["laying the wire", "starting rs2", "waiting for the cluster"])(
    "killed while %s leaves nothing after a down",
    async (moment) => {
      const child = spawn(process.execPath, [join(projectRoot, "e2e/lab/lab.ts"), "up", "--name", torn], {
        stdio: ["ignore", "ignore", "pipe"],
      });
      await new Promise<void>((resolve) => {
        let said = "";
        child.once("close", () => resolve());
        child.stderr.on("data", (chunk: Buffer) => {
          said += chunk.toString();
          if (said.includes(moment)) child.kill("SIGKILL");
        });
      });
      expect(existsSync(labFolder(torn))).toBe(true);
      await down({ name: torn });
      expect(await tracesOf(torn)).toEqual([]);
    },
  );
});

it("two starts of one lab at once are one start", async () => {
  const results = await Promise.all([up({ name: torn }), up({ name: torn })]);
  expect(results.filter(({ wasUp }) => wasUp).length).toBe(1);
  expect(await tracesOf(torn)).not.toEqual([]);
});

it("a lab that was taken down leaves nothing on the machine, and a second down finds nothing", async () => {
  await up({ name: torn });
  expect((await down({ name: torn })).killed).toBeGreaterThan(0);
  expect(await tracesOf(torn)).toEqual([]);
  expect(await down({ name: torn })).toEqual({ name: torn, killed: 0 });
});
