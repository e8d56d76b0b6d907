import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { FifoEvent } from "../fifos.ts";
import type { Subscription } from "../subscription.ts";
import { openLibc } from "./libc.ts";
import { linuxFifos } from "./linux-fifos.ts";

const fifos = linuxFifos(openLibc());
const reading: Subscription[] = [];
let folder: string;
let path: string;
beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), "lvs-fifo-"));
  path = join(folder, "notify.fifo");
});
afterEach(() => {
  for (const subscription of reading.splice(0)) subscription.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

const open = async (events: FifoEvent[]): Promise<void> => {
  reading.push(await fifos.open(path, {}, (event) => events.push(event)));
};

const until = async (isDone: () => boolean): Promise<void> => {
  const deadline = Date.now() + 5000;
  while (!isDone()) {
    if (Date.now() > deadline) throw new Error("waited for five seconds");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

/** Writes as keepalived does: opened for both directions, so that the writer never waits. */
const write = (text: string): void => {
  const fd = fs.openSync(path, fs.constants.O_RDWR | fs.constants.O_NONBLOCK);
  fs.writeSync(fd, text);
  fs.closeSync(fd);
};

const said = (events: readonly FifoEvent[]): string[] =>
  events.map((event) => (event.kind === "line" ? event.text : `<${event.kind}>`));

describe("a named pipe", () => {
  it("is made when it is absent, for its owner alone", async () => {
    await open([]);
    expect(fs.statSync(path).isFIFO()).toBe(true);
    expect(fs.statSync(path).mode & 0o777).toBe(0o600);
  });

  it("gives whole lines, also when the writer comes and goes, without stray NULs", async () => {
    const events: FifoEvent[] = [];
    await open(events);
    write('INSTANCE "VI_1" MASTER 150\n\0GROUP');
    write(' "G" BACKUP 100\n');
    await until(() => events.length === 2);
    expect(said(events)).toEqual(['INSTANCE "VI_1" MASTER 150', 'GROUP "G" BACKUP 100']);
  });

  it("that a reload deletes and makes anew is read on, and the reader is told", async () => {
    const events: FifoEvent[] = [];
    await open(events);
    write("one\n");
    await until(() => events.length === 1);
    fs.unlinkSync(path);
    execFileSync("mkfifo", [path]);
    const writer = fs.openSync(path, fs.constants.O_RDWR | fs.constants.O_NONBLOCK);
    fs.writeSync(writer, "two\n");
    await until(() => events.length === 3);
    fs.closeSync(writer);
    expect(said(events)).toEqual(["one", "<reopened>", "two"]);
  });

  it("that stays away is made again by us", async () => {
    const events: FifoEvent[] = [];
    await open(events);
    fs.unlinkSync(path);
    await until(() => events.length === 1);
    expect(said(events)).toEqual(["<reopened>"]);
    write("three\n");
    await until(() => events.length === 2);
    expect(said(events)).toEqual(["<reopened>", "three"]);
  });

  it("is refused when something else is there", async () => {
    fs.writeFileSync(path, "a file");
    await expect(open([])).rejects.toMatchObject({ code: "exists", door: "fifos" });
  });
});
