import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { withLock } from "./lock.ts";
import { pause } from "./wait.ts";

let folder = "";
const before = process.env["LVS_LAB_DIR"];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lvs-lock-"));
  process.env["LVS_LAB_DIR"] = folder;
});

afterEach(() => {
  if (before === undefined) delete process.env["LVS_LAB_DIR"];
  else process.env["LVS_LAB_DIR"] = before;
  rmSync(folder, { recursive: true, force: true });
});

it("two commands on one lab take turns", async () => {
  const seen: string[] = [];
  const work = (who: string) =>
    withLock({ name: "a", doing: who, timeoutMs: 5000 }, async () => {
      seen.push(`${who} in`);
      await pause(150);
      seen.push(`${who} out`);
    });
  await Promise.all([work("one"), work("two")]);
  expect(seen).toEqual(["one in", "one out", "two in", "two out"]);
  expect(existsSync(join(folder, "a"))).toBe(false);
});

it("a lock whose holder is dead, or whose pid was given to another process, is taken over", async () => {
  mkdirSync(join(folder, "a"));
  writeFileSync(join(folder, "a", "lock"), `${process.pid} 1 up\n`);
  expect(await withLock({ name: "a", doing: "down", timeoutMs: 1000 }, async () => "done")).toBe("done");
});

it("who waits in vain is told who holds the lab and what for", async () => {
  await withLock({ name: "a", doing: "a long up", timeoutMs: 1000 }, async () => {
    const second = withLock({ name: "a", doing: "down", timeoutMs: 150 }, async () => {});
    await expect(second).rejects.toThrow(`process ${process.pid} is doing "a long up"`);
  });
});

it("the lock is free again after the work failed", async () => {
  const failing = withLock({ name: "a", doing: "up", timeoutMs: 1000 }, () =>
    Promise.reject(new Error("no")),
  );
  await expect(failing).rejects.toThrow("no");
  expect(await withLock({ name: "a", doing: "up", timeoutMs: 200 }, async () => 1)).toBe(1);
});
