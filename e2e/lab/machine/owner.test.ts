import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { withLock } from "./lock.ts";
import { claimName, expectOwnName, releaseName } from "./owner.ts";
import { identify } from "./process.ts";
import { readBootId, rememberProcess, writeState } from "./state.ts";

const name = "ownertest";
const before = process.env["LVS_LAB_DIR"];
let folders: readonly string[] = [];

const workIn = (folder: string | undefined): void => {
  process.env["LVS_LAB_DIR"] = folder;
};

beforeEach(() => {
  folders = ["one", "two"].map((each) => mkdtempSync(join(tmpdir(), `lvs-owner-${each}-`)));
});

afterEach(() => {
  releaseName(name);
  if (before === undefined) delete process.env["LVS_LAB_DIR"];
  else process.env["LVS_LAB_DIR"] = before;
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const claimAsOne = (): void => {
  workIn(folders[0]);
  claimName(name);
  writeState({
    version: 1,
    name,
    topology: "cdn",
    bootId: readBootId(),
    phase: "up",
    startedAt: "2026-01-01T00:00:00Z",
    memoryMb: 256,
    init: "scripts",
    agentBundle: "/nowhere/main.cjs",
    processes: {},
  });
};

/** The register of names lies in /run, which is root's. */
describe.skipIf(process.getuid?.() !== 0)("a lab's name", () => {
  it("is refused to another folder while a process of the lab runs, and is free once all have ended", async () => {
    claimAsOne();
    const child = spawn("sleep", ["60"], { stdio: "ignore" });
    try {
      rememberProcess(name, "kernel:lvs-1", identify(child.pid ?? 0));
      expect(() => expectOwnName(name)).not.toThrow();
      workIn(folders[1]);
      expect(() => claimName(name)).toThrow(`the lab ${name} on this machine belongs to ${folders[0]}`);
    } finally {
      child.kill("SIGKILL");
      await once(child, "exit");
    }
    expect(() => claimName(name)).not.toThrow();
  });

  it("is refused to another folder while a command is at the lab, before it has a process", async () => {
    claimAsOne();
    await withLock({ name, doing: "up", timeoutMs: 1000 }, async () => {
      workIn(folders[1]);
      expect(() => claimName(name)).toThrow("choose another name");
      workIn(folders[0]);
    });
    workIn(folders[1]);
    expect(() => claimName(name)).not.toThrow();
  });
});
