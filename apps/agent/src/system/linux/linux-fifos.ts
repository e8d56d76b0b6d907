import { constants } from "node:fs";
import * as fs from "node:fs";
import { Socket } from "node:net";
import type { FifoEvent, Fifos } from "../fifos.ts";
import type { Subscription } from "../subscription.ts";
import { errnoOf, SystemError, systemError } from "../system-error.ts";
import { errnoName } from "../errno.ts";
import type { Libc } from "./libc.ts";
import { wallClock } from "./linux-clock.ts";

/**
 * How often the path is compared with the open pipe. keepalived makes its pipes anew at a reload and writes the first lines some
 * hundred milliseconds later; what it wrote before we open the new pipe waits there, so nothing hangs on this number but delay.
 */
const lookMs = 100;
/** A pipe that stays absent for this many looks is made again by us, before the next daemon would make (and own) one. */
const looksBeforeMaking = 5;

const fifoError = (path: string, error: unknown, doing: string): SystemError =>
  systemError(error, { door: "fifos", subject: path, doing });

/** Inode of the pipe at the path; undefined when nothing is there. Something else there is an error. */
const inodeAt = (path: string): number | undefined => {
  try {
    const stats = fs.statSync(path);
    if (stats.isFIFO()) return stats.ino;
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
  throw new SystemError({
    door: "fifos",
    code: "exists",
    subject: path,
    reason: "is there and no named pipe",
  });
};

/** Lines of one open pipe. */
class OpenPipe {
  readonly inode: number;
  readonly #socket: Socket;
  #rest = "";

  constructor(path: string, deliver: (text: string) => void, fail: (error: unknown) => void) {
    const fd = fs.openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    this.inode = fs.fstatSync(fd).ino;
    this.#socket = new Socket({ fd, readable: true, writable: false });
    this.#socket.setEncoding("utf8");
    this.#socket.on("data", (data) => {
      const lines = (this.#rest + String(data)).split("\n");
      this.#rest = lines.pop() ?? "";
      for (const line of lines) deliver(line.replaceAll("\0", ""));
    });
    this.#socket.on("error", fail);
    this.#socket.unref();
  }

  close(): void {
    this.#socket.destroy();
  }
}

class FifoReader {
  readonly #path: string;
  readonly #mode: number;
  readonly #libc: Libc;
  readonly #listen: (event: FifoEvent) => void;
  readonly #nowMs = wallClock();
  #pipe: OpenPipe | undefined;
  #absentLooks = 0;
  #isOpen = true;

  constructor(path: string, place: { mode: number; libc: Libc; listen: (event: FifoEvent) => void }) {
    this.#path = path;
    this.#mode = place.mode;
    this.#libc = place.libc;
    this.#listen = place.listen;
  }

  /** Makes the pipe where there is none and begins to read. Throws SystemError. */
  start(): void {
    try {
      if (inodeAt(this.#path) === undefined) this.#make();
      this.#pipe = this.#openPipe();
    } catch (error) {
      throw fifoError(this.#path, error, "open the named pipe");
    }
  }

  #make(): void {
    if (this.#libc.mkfifo(this.#path, this.#mode) === 0) return;
    const errno = errnoName(this.#libc.errno());
    // EEXIST: the daemon was faster; its pipe serves as well.
    if (errno !== "EEXIST") throw Object.assign(new Error(`mkfifo: ${errno}`), { code: errno });
  }

  #openPipe(): OpenPipe {
    return new OpenPipe(
      this.#path,
      (text) => this.#deliver({ kind: "line", text, atMs: this.#nowMs() }),
      (error) => this.#deliver({ kind: "failed", error: fifoError(this.#path, error, "read") }),
    );
  }

  #deliver(event: FifoEvent): void {
    if (this.#isOpen) this.#listen(event);
  }

  look(): void {
    try {
      this.#compare();
    } catch (error) {
      this.#deliver({ kind: "failed", error: fifoError(this.#path, error, "open again") });
    }
  }

  #compare(): void {
    const inode = inodeAt(this.#path);
    if (inode === this.#pipe?.inode && inode !== undefined) {
      this.#absentLooks = 0;
      return;
    }
    if (inode === undefined) {
      this.#absentLooks += 1;
      if (this.#absentLooks < looksBeforeMaking) return;
      this.#make();
    }
    this.#absentLooks = 0;
    const old = this.#pipe;
    this.#pipe = this.#openPipe();
    // The old pipe's last lines were delivered by earlier turns of the loop: data in it is read as soon as it is there.
    old?.close();
    this.#deliver({ kind: "reopened", atMs: this.#nowMs() });
  }

  close(): void {
    this.#isOpen = false;
    this.#pipe?.close();
  }
}

/** Named pipes of this machine. */
export const linuxFifos = (libc: Libc): Fifos => ({
  open: async (path, options, listen): Promise<Subscription> => {
    const reader = new FifoReader(path, { mode: options.mode ?? 0o600, libc, listen });
    reader.start();
    const timer = setInterval(() => reader.look(), lookMs);
    timer.unref();
    return {
      close: () => {
        clearInterval(timer);
        reader.close();
      },
    };
  },
});
