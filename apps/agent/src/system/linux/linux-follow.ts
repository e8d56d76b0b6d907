import { type Stats, statSync } from "node:fs";
import * as fs from "node:fs/promises";
import type { FollowEvent, FollowOptions } from "../files.ts";
import type { Subscription } from "../subscription.ts";
import { errnoOf, systemError } from "../system-error.ts";

const defaultPollMs = 250;
const readBytes = 64 << 10;
/** A line longer than this is cut: a log that never ends its line must not fill the memory. */
const longestLine = 1 << 20;

class Follower {
  readonly #path: string;
  readonly #listen: (event: FollowEvent) => void;
  readonly #room = Buffer.allocUnsafe(readBytes);
  #handle: fs.FileHandle | undefined;
  #inode = 0;
  #offset = 0;
  #rest: Buffer = Buffer.alloc(0);
  #isMissing = false;
  #hasStarted = false;
  readonly #startOffset: number;
  #isOpen = true;

  constructor(path: string, from: "start" | "end", listen: (event: FollowEvent) => void) {
    this.#path = path;
    this.#startOffset = from === "end" ? (statSync(path, { throwIfNoEntry: false })?.size ?? 0) : 0;
    this.#listen = (event) => {
      if (this.#isOpen) listen(event);
    };
  }

  /** One look: drains what is there, notices rotation, truncation and absence. */
  async poll(): Promise<void> {
    try {
      await this.#look();
    } catch (error) {
      const failed = systemError(error, { door: "files", subject: this.#path, doing: "follow" });
      await this.#drop();
      this.#listen({ kind: "failed", error: failed });
    }
  }

  async #look(): Promise<void> {
    const stats = await this.#stat();
    const isFirst = !this.#hasStarted;
    this.#hasStarted = true;
    if (stats === undefined) {
      await this.#drain();
      await this.#drop();
      if (!this.#isMissing) this.#listen({ kind: "missing" });
      this.#isMissing = true;
      return;
    }
    if (this.#handle !== undefined && stats.ino !== this.#inode) {
      await this.#drain();
      await this.#drop();
    } else if (this.#handle !== undefined && stats.size < this.#offset) {
      this.#rest = Buffer.alloc(0);
      this.#offset = 0;
      this.#listen({ kind: "replaced" });
    }
    if (this.#handle === undefined) await this.#open(isFirst);
    await this.#drain();
  }

  async #stat(): Promise<Stats | undefined> {
    try {
      return await fs.stat(this.#path);
    } catch (error) {
      if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") return undefined;
      throw error;
    }
  }

  async #open(isFirst: boolean): Promise<void> {
    const handle = await fs.open(this.#path, "r");
    const stats = await handle.stat();
    this.#handle = handle;
    this.#inode = stats.ino;
    this.#offset = isFirst ? Math.min(this.#startOffset, stats.size) : 0;
    this.#isMissing = false;
    if (!isFirst) this.#listen({ kind: "replaced" });
  }

  async #drop(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    this.#rest = Buffer.alloc(0);
    await handle?.close();
  }

  async #drain(): Promise<void> {
    const handle = this.#handle;
    while (handle !== undefined && this.#isOpen) {
      const { bytesRead } = await handle.read(this.#room, 0, this.#room.length, this.#offset);
      if (bytesRead === 0) return;
      this.#offset += bytesRead;
      this.#split(this.#room.subarray(0, bytesRead));
    }
  }

  #split(bytes: Buffer): void {
    const atMs = Date.now();
    let start = 0;
    for (;;) {
      const end = bytes.indexOf(10, start);
      if (end < 0) break;
      const line = Buffer.concat([this.#rest, bytes.subarray(start, end)]);
      this.#rest = Buffer.alloc(0);
      this.#listen({ kind: "line", text: line.toString("utf8").replace(/\r$/, ""), atMs });
      start = end + 1;
    }
    this.#rest = Buffer.concat([this.#rest, bytes.subarray(start)]);
    if (this.#rest.length <= longestLine) return;
    this.#listen({ kind: "line", text: this.#rest.toString("utf8"), atMs });
    this.#rest = Buffer.alloc(0);
  }

  async close(): Promise<void> {
    this.#isOpen = false;
    await this.#drop();
  }
}

/** Follows a growing file by looking at it again and again. */
export const follow = (
  path: string,
  options: FollowOptions,
  listen: (event: FollowEvent) => void,
): Subscription => {
  const follower = new Follower(path, options.from, listen);
  let isOpen = true;
  let timer: NodeJS.Timeout | undefined;
  const loop = async (): Promise<void> => {
    await follower.poll();
    if (!isOpen) {
      await follower.close();
      return;
    }
    timer = setTimeout(() => void loop(), options.pollMs ?? defaultPollMs);
    timer.unref();
  };
  void loop();
  return {
    close: () => {
      if (!isOpen) return;
      isOpen = false;
      clearTimeout(timer);
      void follower.close();
    },
  };
};
