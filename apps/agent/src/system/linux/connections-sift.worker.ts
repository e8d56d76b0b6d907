import type { Connection } from "@lvs/core/ipvs/connections";
import { noTotals } from "@lvs/core/ipvs/connections";
import { ConnectionSift } from "@lvs/core/ipvs/sift-connections";
import { closeSync, openSync, readSync } from "node:fs";
import { setPriority } from "node:os";
import { parentPort } from "node:worker_threads";
import { errnoOf } from "../system-error.ts";
import type { SiftCommand, SiftMessage, SiftOrder } from "./connection-messages.ts";

/**
 * Reads the connection table on a thread of its own: the kernel's walk to each piece, and the parsing of a hundred thousand lines, would
 * otherwise stand in the way of everything else. Questions take turns by a few pieces.
 */

/** The kernel gives at most a page per read, whatever the room. */
const pieceBytes = 16 << 10;
/** Reads before another question has its turn, or a cancelled one ends: ten milliseconds at the end of a large table. */
const readsPerTurn = 8;
/** Entries handed over at once: a millisecond of the main thread, which makes objects of them. */
const batchMost = 200;
/** Reports that wait to be taken: then the reading waits, too, and memory stays bounded. */
const reportsOnTheWay = 4;
/** A reading that finds nothing says how far it is: often enough for anybody who looks on, a rounding error of its cost. */
const progressEveryMs = 100;
/** As the netlink thread's: whoever wants to do something goes before reading more. */
const readingNice = 5;

class RunningSift {
  readonly id: number;
  onTheWay = 0;
  readonly #fd: number;
  readonly #sift: ConnectionSift;
  readonly #room = Buffer.alloc(pieceBytes);
  #left: number;
  #waiting: Connection[] = [];
  #toldAtMs = performance.now();

  constructor({ id, path, sieve, limit }: SiftOrder) {
    this.id = id;
    this.#fd = openSync(path, "r");
    this.#sift = new ConnectionSift(sieve);
    this.#left = limit;
  }

  close(): void {
    closeSync(this.#fd);
  }

  /** Reads on and gives what is to be said; the last of it is the end. */
  turn(): SiftMessage[] {
    for (let read = 0; read < readsPerTurn; read += 1) {
      const length = readSync(this.#fd, this.#room, 0, pieceBytes, null);
      if (length === 0) return this.#end();
      this.#keep(this.#sift.take(this.#room.toString("latin1", 0, length)));
    }
    const isSilent = performance.now() - this.#toldAtMs < progressEveryMs;
    return this.#waiting.length === 0 && isSilent ? [] : this.#found();
  }

  #end(): SiftMessage[] {
    const { connections, unreadable } = this.#sift.end();
    this.#keep(connections);
    return [...this.#found(), { kind: "end", id: this.id, unreadable }];
  }

  #keep(connections: readonly Connection[]): void {
    const kept = connections.slice(0, this.#left);
    this.#left -= kept.length;
    this.#waiting.push(...kept);
  }

  /** In batches, of which the first has the sums of all. */
  #found(): SiftMessage[] {
    const { entryCount, totals } = this.#sift.progress();
    const messages: SiftMessage[] = [];
    for (let at = 0; at === 0 || at < this.#waiting.length; at += batchMost) {
      const connections = this.#waiting.slice(at, at + batchMost);
      const sums = at === 0 ? totals : noTotals;
      messages.push({ kind: "found", id: this.id, connections, entryCount, totals: sums });
    }
    this.#waiting = [];
    this.#toldAtMs = performance.now();
    this.onTheWay += messages.length;
    return messages;
  }
}

class Sifting {
  readonly #post: (message: SiftMessage) => void;
  #running: RunningSift[] = [];
  #isScheduled = false;

  constructor(post: (message: SiftMessage) => void) {
    this.#post = post;
  }

  command(command: SiftCommand): void {
    const running = this.#running.find(({ id }) => id === command.id);
    switch (command.kind) {
      case "start":
        this.#guard(command.id, () => this.#running.push(new RunningSift(command)));
        break;
      case "more":
        if (running !== undefined) running.onTheWay -= 1;
        break;
      case "cancel":
        this.#remove(running);
        break;
    }
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled || this.#running.length === 0) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#turn();
    });
  }

  /** A turn of the first question that may go on; it then stands behind the others. */
  #turn(): void {
    const running = this.#running.find(({ onTheWay }) => onTheWay < reportsOnTheWay);
    if (running === undefined) return;
    this.#running = [...this.#running.filter((other) => other !== running), running];
    const isDone = this.#guard(running.id, () => {
      const messages = running.turn();
      for (const message of messages) this.#post(message);
      return messages.at(-1)?.kind === "end";
    });
    if (isDone !== false) this.#remove(running);
    this.#schedule();
  }

  #remove(running: RunningSift | undefined): void {
    if (running === undefined) return;
    this.#running = this.#running.filter((other) => other !== running);
    running.close();
  }

  /** Undefined when it failed, which is then said. */
  #guard<Result>(id: number, work: () => Result): Result | undefined {
    try {
      return work();
    } catch (error) {
      const errno = errnoOf(error);
      const said = error instanceof Error ? error.message : String(error);
      this.#post({ kind: "failed", id, said, ...(errno === undefined ? {} : { errno }) });
      return undefined;
    }
  }
}

if (parentPort !== null) {
  setPriority(0, readingNice);
  const port = parentPort;
  const sifting = new Sifting((message) => port.postMessage(message));
  port.on("message", (command: SiftCommand) => sifting.command(command));
}
