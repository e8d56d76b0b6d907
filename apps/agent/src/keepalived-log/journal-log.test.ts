import { describe, expect, it } from "vitest";
import { simulatedSystem, type SimulatedSystem } from "../system/simulated/simulated-system.ts";
import { journalLog } from "./journal-log.ts";
import { readJournalEntry } from "./journal-entry.ts";
import type { LogHeard } from "./log-source.ts";
import { usualLogPlace } from "./open-log.ts";

const atMs = Date.UTC(2026, 10, 9, 6, 15, 18, 250);
const entry = (number: number, fields: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify({
    __CURSOR: `c${number}`,
    __REALTIME_TIMESTAMP: `${(atMs + number) * 1000}`,
    _HOSTNAME: "lvs-1",
    SYSLOG_IDENTIFIER: "Keepalived_vrrp",
    _PID: "12",
    MESSAGE: `message ${number}`,
    ...fields,
  });

const local = (pattern: string): string => {
  const time = new Date(atMs).toString();
  return pattern.replace("TIME", `${time.slice(4, 7)}  9 ${time.slice(16, 24)}`);
};

/** A director whose journal has these lines. */
function withJournal(lines: readonly string[]): SimulatedSystem {
  const system = simulatedSystem();
  system.commands.install("journalctl", () => ({ stdout: lines.map((line) => `${line}\n`).join("") }));
  return system;
}

describe("an entry of the journal", () => {
  it("is the line that journalctl --output=short and syslog print, with the time it was written", () => {
    expect(readJournalEntry(entry(1))).toEqual({
      text: local("TIME lvs-1 Keepalived_vrrp[12]: message 1"),
      atMs: atMs + 1,
      cursor: "c1",
    });
  });

  it.each([
    ["bytes that are not UTF-8", { MESSAGE: [111, 107, 255] }, "ok\u{fffd}"],
    ["several lines", { MESSAGE: "one\ntwo\n" }, "one two"],
    ["one that was too long to print", { MESSAGE: null }, ""],
    ["none", { MESSAGE: undefined }, ""],
  ])("with a message of %s is still one line", (_what, fields, text) => {
    expect(readJournalEntry(entry(1, fields)).text).toBe(local(`TIME lvs-1 Keepalived_vrrp[12]: ${text}`));
  });

  it.each(["", "not JSON", "[]", '{"MESSAGE":"x"}'])("that is none is passed on as it is: %j", (line) => {
    expect(readJournalEntry(line)).toEqual({ text: line, atMs: undefined, cursor: undefined });
  });
});

describe("the journal of a unit", () => {
  const follow = (system: SimulatedSystem, heard: LogHeard[] = []) => {
    const log = journalLog(system, "keepalived");
    return { log, heard, start: () => log.follow((each) => heard.push(each)) };
  };

  it("goes on behind the last line of its tail, each line with the time it was written", async () => {
    const system = withJournal([entry(1), entry(2)]);
    const { log, heard, start } = follow(system);
    expect(await log.tail(2)).toEqual(
      [1, 2].map((each) => local(`TIME lvs-1 Keepalived_vrrp[12]: message ${each}`)),
    );
    start();
    const [running] = system.commands.followed;
    expect(running?.argv).toEqual(
      expect.arrayContaining(["--unit=keepalived", "--no-tail", "--after-cursor=c2"]),
    );
    running?.print(entry(3));
    expect(heard).toEqual([
      { kind: "line", text: local("TIME lvs-1 Keepalived_vrrp[12]: message 3"), atMs: atMs + 3 },
    ]);
  });

  it("that is empty starts with what comes", async () => {
    const system = withJournal([]);
    const { log, start } = follow(system);
    expect(await log.tail(5)).toEqual([]);
    start();
    expect(system.commands.followed[0]?.argv).toContain("--lines=0");
  });

  it("is asked again behind the last line heard when journalctl ends, and says why nothing is heard until then", async () => {
    const system = withJournal([entry(1)]);
    const { log, heard, start } = follow(system);
    await log.tail(1);
    start();
    system.commands.followed[0]?.print(entry(4));
    system.commands.followed[0]?.end("ended with 1: Failed to iterate through journal");
    expect(heard.at(-1)).toEqual({ kind: "problem", reason: expect.stringContaining("Failed to iterate") });
    await system.clock.advance(5_000);
    expect(system.commands.followed[1]?.argv).toContain("--after-cursor=c4");
    expect(heard.at(-1)).toMatchObject({ kind: "problem", reason: expect.any(String) });
    await system.clock.advance(1_000);
    expect(heard.at(-1)).toEqual({ kind: "problem", reason: undefined });
    system.commands.followed[1]?.print(entry(5));
    expect(heard.at(-1)).toMatchObject({ kind: "line", atMs: atMs + 5 });
  });

  it("that is closed is not asked again", async () => {
    const system = withJournal([]);
    const { start, heard } = follow(system);
    const following = start();
    following.close();
    system.commands.followed[0]?.end("ended with SIGKILL");
    await system.clock.advance(60_000);
    expect(system.commands.followed).toHaveLength(1);
    expect(heard).toEqual([]);
  });

  it("that is closed while it waits to be asked again is not asked", async () => {
    const system = withJournal([]);
    const following = follow(system).start();
    system.commands.followed[0]?.end("ended with 1");
    following.close();
    await system.clock.advance(60_000);
    expect(system.commands.followed).toHaveLength(1);
  });

  it("that cannot be read says so in journalctl's own words", async () => {
    const system = simulatedSystem();
    await expect(journalLog(system, "keepalived").tail(1)).rejects.toMatchObject({ code: "not-found" });
    system.commands.install("journalctl", () => ({ exitCode: 1, stderr: "No journal files were found.\n" }));
    await expect(journalLog(system, "keepalived").tail(1)).rejects.toThrow("No journal files were found.");
  });
});

describe("where nobody named a place, the log is", () => {
  const path = "/var/log/keepalived.log";
  const journal = { kind: "journal", unit: "keepalived" };
  it.each([
    ["the journal, under systemd", true, false, journal],
    ["the usual file where there is one, also under systemd", true, true, { kind: "file", path }],
    ["the usual file, that may come yet, without systemd", false, false, { kind: "file", path }],
  ])("%s", async (_what, hasSystemd, hasFile, expected) => {
    const system = simulatedSystem();
    if (hasFile) system.files.put(path, "");
    expect(await usualLogPlace(system, hasSystemd)).toEqual(expected);
  });
});
