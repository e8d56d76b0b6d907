import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { FollowEvent } from "../files.ts";
import { SystemError } from "../system-error.ts";
import { linuxFiles } from "./linux-files.ts";

const files = linuxFiles();
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), "lvs-files-"));
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

const failureOf = async (run: Promise<unknown>): Promise<SystemError> => {
  try {
    await run;
  } catch (error) {
    if (error instanceof SystemError) return error;
    throw error;
  }
  throw new Error("it did not fail");
};

const until = async (isDone: () => boolean): Promise<void> => {
  const deadline = Date.now() + 5000;
  while (!isDone()) {
    if (Date.now() > deadline) throw new Error("waited for five seconds");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

describe("reading", () => {
  it("tells a missing file from one that could not be asked", async () => {
    const path = join(folder, "file");
    expect(await files.exists(path)).toBe(false);
    expect((await failureOf(files.read(path))).code).toBe("not-found");
    fs.symlinkSync("loop", join(folder, "loop"));
    expect((await failureOf(files.exists(join(folder, "loop")))).errno).toBe("ELOOP");
  });

  it("reads files of /proc, whose size is told as 0", async () => {
    expect(await files.readText("/proc/self/comm")).not.toBe("");
  });

  it("does not hang on a named pipe", async () => {
    const path = join(folder, "pipe");
    execFileSync("mkfifo", [path]);
    expect(await files.readText(path)).toBe("");
  });

  it("refuses more than it was allowed", async () => {
    fs.writeFileSync(join(folder, "large"), "x".repeat(200_000));
    const failure = await failureOf(files.read(join(folder, "large"), { maxBytes: 100_000 }));
    expect(failure.code).toBe("too-large");
  });

  it("gives a large file in pieces that are whole together", async () => {
    const text = Array.from({ length: 20_000 }, (_, index) => `line ${index}\n`).join("");
    fs.writeFileSync(join(folder, "large"), text);
    const pieces: Uint8Array[] = [];
    for await (const piece of files.chunks(join(folder, "large"), { chunkBytes: 4096 })) pieces.push(piece);
    expect(Buffer.concat(pieces).toString()).toBe(text);
    expect(pieces.length).toBeGreaterThan(10);
  });
});

describe("writing in one step", () => {
  it("keeps the owner and the mode of the file it replaces, and leaves nothing beside it", async () => {
    const path = join(folder, "keepalived.conf");
    fs.writeFileSync(path, "old");
    fs.chmodSync(path, 0o640);
    if (process.getuid?.() === 0) fs.chownSync(path, 1, 2);
    const before = await files.stat(path);
    const stamp = await files.writeAtomic(path, bytes("new"));
    expect(fs.readFileSync(path, "utf8")).toBe("new");
    expect(await files.stat(path)).toEqual(stamp);
    expect({ mode: stamp.mode, uid: stamp.uid, gid: stamp.gid }).toEqual({
      mode: 0o640,
      uid: before.uid,
      gid: before.gid,
    });
    expect(stamp.inode).not.toBe(before.inode);
    expect(fs.readdirSync(folder)).toEqual(["keepalived.conf"]);
  });

  it("gives a new file the mode it was told, whatever the umask", async () => {
    const stamp = await files.writeAtomic(join(folder, "key"), bytes("k"), { mode: 0o666 });
    expect(stamp.mode).toBe(0o666);
    expect((await files.writeAtomic(join(folder, "secret"), bytes("k"))).mode).toBe(0o600);
  });

  it("refuses when the file is another than the one that was read, and leaves it alone", async () => {
    const path = join(folder, "file");
    fs.writeFileSync(path, "one");
    const { stamp } = await files.readStamped(path);
    fs.writeFileSync(path, "two, by an editor");
    expect((await failureOf(files.writeAtomic(path, bytes("mine"), { expected: stamp }))).code).toBe(
      "changed",
    );
    expect((await failureOf(files.writeAtomic(path, bytes("mine"), { expected: "absent" }))).code).toBe(
      "changed",
    );
    fs.rmSync(path);
    expect((await failureOf(files.writeAtomic(path, bytes("mine"), { expected: stamp }))).code).toBe(
      "changed",
    );
    expect(fs.readdirSync(folder)).toEqual([]);
  });

  it("goes through a link and replaces what it points to", async () => {
    fs.mkdirSync(join(folder, "real"));
    fs.writeFileSync(join(folder, "real/file"), "old");
    fs.symlinkSync("real/file", join(folder, "link"));
    await files.writeAtomic(join(folder, "link"), bytes("new"));
    expect(fs.readlinkSync(join(folder, "link"))).toBe("real/file");
    expect(fs.readFileSync(join(folder, "real/file"), "utf8")).toBe("new");
  });

  it("refuses to replace what is no file, and cleans up after a failure", async () => {
    fs.mkdirSync(join(folder, "directory"));
    expect((await failureOf(files.writeAtomic(join(folder, "directory"), bytes("x")))).code).toBe("refused");
    expect((await failureOf(files.writeAtomic(join(folder, "none/file"), bytes("x")))).code).toBe(
      "not-found",
    );
    expect(fs.readdirSync(folder)).toEqual(["directory"]);
  });
});

describe("following a log", () => {
  it("gives new lines whole, and goes on after rotation, truncation and deletion", async () => {
    const path = join(folder, "log");
    fs.writeFileSync(path, "before\n");
    const events: FollowEvent[] = [];
    const subscription = files.follow(path, { from: "end", pollMs: 5 }, (event) => events.push(event));
    const said = (): string[] =>
      events.map((event) => (event.kind === "line" ? event.text : `<${event.kind}>`));
    const expectSaid = async (...expected: string[]): Promise<void> => {
      await until(() => events.length >= expected.length);
      expect(said()).toEqual(expected);
    };
    fs.appendFileSync(path, "one\nhalf");
    await expectSaid("one");
    fs.appendFileSync(path, " and half\r\n");
    await expectSaid("one", "half and half");
    fs.appendFileSync(path, "last of the old\n");
    fs.renameSync(path, `${path}.1`);
    await until(() => said().includes("<missing>"));
    fs.writeFileSync(path, "first of the new\n");
    await expectSaid(
      "one",
      "half and half",
      "last of the old",
      "<missing>",
      "<replaced>",
      "first of the new",
    );
    fs.writeFileSync(path, "short\n");
    await expectSaid(...said().slice(0, 6), "<replaced>", "short");
    subscription.close();
    const later: FollowEvent[] = [];
    const other = files.follow(path, { from: "end", pollMs: 5 }, (event) => later.push(event));
    fs.appendFileSync(path, "after closing\n");
    await until(() => later.length === 1);
    other.close();
    expect(events).toHaveLength(8);
  });

  it("says at once that there is no file, and reads it from its start when it comes", async () => {
    const path = join(folder, "later");
    const events: FollowEvent[] = [];
    const subscription = files.follow(path, { from: "end", pollMs: 5 }, (event) => events.push(event));
    await until(() => events.length === 1);
    expect(events[0]).toEqual({ kind: "missing" });
    fs.writeFileSync(path, "hello\n");
    await until(() => events.length === 3);
    expect(events[2]).toMatchObject({ kind: "line", text: "hello" });
    subscription.close();
  });
});
