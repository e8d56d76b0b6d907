import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, it } from "vitest";
import { identify, isAlive, killGroup, signalProcess } from "./process.ts";

async function startSleeper() {
  const child = spawn("sleep", ["60"], { detached: true, stdio: "ignore" });
  await once(child, "spawn");
  const identity = child.pid === undefined ? null : identify(child.pid);
  if (identity === null) throw new Error("sleep did not start");
  return { child, identity };
}

it("a process with another start time is not the one we started, and is left alone", async () => {
  const { child, identity } = await startSleeper();
  const recycled = { ...identity, startTime: `${Number(identity.startTime) - 1}` };
  expect(isAlive(recycled)).toBe(false);
  expect(await killGroup(recycled)).toBe(false);
  expect(signalProcess(recycled, "SIGKILL")).toBe(false);
  expect(isAlive(identity)).toBe(true);
  child.kill("SIGKILL");
});

it("a group is gone when killGroup returns, and killing it again says so", async () => {
  const { identity } = await startSleeper();
  expect(await killGroup(identity)).toBe(true);
  expect(isAlive(identity)).toBe(false);
  expect(await killGroup(identity)).toBe(false);
});
