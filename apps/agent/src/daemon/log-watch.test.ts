import { logLinesKept } from "@lvs/core/director/state";
import { describe, expect, it } from "vitest";
import { fileLog } from "../keepalived-log/file-log.ts";
import { journalLog } from "../keepalived-log/journal-log.ts";
import { simulatedSystem } from "../system/simulated/simulated-system.ts";
import { LogWatch } from "./log-watch.ts";

const path = "/var/log/keepalived.log";

function watch() {
  const system = simulatedSystem();
  const heard: string[] = [];
  const log = new LogWatch(system.clock, fileLog(system, path));
  return { system, heard, log, start: () => log.start((lines) => void heard.push(...lines)) };
}

describe("keepalived's log", () => {
  it("begins with its last lines, passwords covered, and goes on with what comes", async () => {
    const { heard, log, start, system } = watch();
    system.files.put(path, `${"one\n".repeat(logLinesKept)}two\n  auth_pass s3cret\n`);
    const last = await start();
    expect(last).toHaveLength(logLinesKept);
    expect(last.slice(-2)).toEqual(["two", "  auth_pass ••••"]);
    system.files.append(path, "three\n");
    await system.clock.advance(500);
    expect(heard).toEqual(["three"]);
    expect(log.origin).toEqual({ source: path });
  });

  it("that is not there is empty and says so, until it comes", async () => {
    const { heard, log, start, system } = watch();
    expect(await start()).toEqual([]);
    await system.clock.advance(500);
    expect(log.origin).toEqual({ source: path, problem: `${path}: no such file` });
    system.files.put(path, "first\n");
    await system.clock.advance(500);
    expect(heard).toEqual(["first"]);
    expect(log.origin).toEqual({ source: path });
  });

  it("that cannot be read keeps nobody from starting, and says why", async () => {
    const system = simulatedSystem();
    system.commands.install("journalctl", () => ({ exitCode: 1, stderr: "Failed to open root directory\n" }));
    const log = new LogWatch(system.clock, journalLog(system, "keepalived"));
    expect(await log.start(() => undefined)).toEqual([]);
    expect(log.origin.problem).toContain("Failed to open root directory");
  });
});
