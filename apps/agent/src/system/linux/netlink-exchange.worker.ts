import { MessageReader, netlinkFlags } from "@lvs/core/net/netlink";
import { setPriority } from "node:os";
import { parentPort } from "node:worker_threads";
import { type AnswerSink, ChunkMemory, DigestChunk, newDigestRoom, RawChunk } from "./answer-chunk.ts";
import { type Libc, linux, openLibc, timeOption } from "./libc.ts";
import type { ExchangeCommand, ExchangeJob, ExchangeReport } from "./netlink-messages.ts";
import { CallError, checked, kernelAddress, openNetlinkSocket } from "./netlink-socket.ts";

/**
 * Asks the kernel on a thread of its own: a dump is the kernel's work inside send and recv, and on a large table, or behind the
 * kernel's IPVS mutex, that work would stand still the daemon's event loop. Answers go back in chunks; a job may have two
 * on the way, so that reading and decoding overlap and memory stays bounded; jobs take turns, so that a weight change never
 * waits for a whole sweep.
 */

const chunksOnTheWay = 2;

/** How long one recv waits for the kernel to say anything. */
const silenceMs = 1000;

/**
 * Of this thread alone: where processors are few, whoever wants to do something with an answer, or has another thing to do, goes before
 * reading more. Not 19, which would starve the sweep on a machine that is merely busy.
 */
const readingNice = 5;

interface RunningJob {
  readonly order: ExchangeJob;
  next: number;
  onTheWay: number;
}

/** Numbers a request; all but the last of a send lose their wish for an acknowledgement: a refusal is told all the same. */
const stamp = (requests: Uint8Array, start: number, as: { sequence: number; isLast: boolean }): void => {
  const view = new DataView(requests.buffer, requests.byteOffset);
  view.setUint32(start + 8, as.sequence, true);
  if (!as.isLast) view.setUint16(start + 6, view.getUint16(start + 6, true) & ~netlinkFlags.ack, true);
};

class Exchange {
  readonly #libc: Libc = openLibc();
  readonly #post: (report: ExchangeReport) => void;
  readonly #sockets = new Map<"generic" | "route", number>();
  readonly #to = kernelAddress();
  readonly #memory = new ChunkMemory();
  readonly #digestRoom = newDigestRoom();
  #jobs: RunningJob[] = [];
  #isScheduled = false;

  constructor(post: (report: ExchangeReport) => void) {
    this.#post = post;
  }

  command(command: ExchangeCommand): void {
    switch (command.kind) {
      case "start":
        this.#jobs.push({ order: command, next: 0, onTheWay: 0 });
        break;
      case "more": {
        this.#giveBack(command.memory);
        const job = this.#jobs.find(({ order }) => order.id === command.id);
        if (job !== undefined) job.onTheWay -= 1;
        break;
      }
      case "cancel":
        this.#jobs = this.#jobs.filter(({ order }) => order.id !== command.id);
        break;
    }
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#step();
    });
  }

  /** One chunk of the first job that may go on; that job then stands behind the others. */
  #step(): void {
    const job = this.#jobs.find(({ onTheWay }) => onTheWay < chunksOnTheWay);
    if (job === undefined) return;
    this.#jobs = this.#jobs.filter((other) => other !== job);
    try {
      if (this.#runChunk(job)) this.#jobs.push(job);
    } catch (error) {
      this.#fail(job, error);
    }
    this.#schedule();
  }

  #fail(job: RunningJob, error: unknown): void {
    // Whatever is still on its way to this socket answers a request that nobody waits for any more.
    const fd = this.#sockets.get(job.order.bus);
    if (fd !== undefined) this.#libc.close(fd);
    this.#sockets.delete(job.order.bus);
    const call = error instanceof Error ? error.message : String(error);
    const errno = error instanceof CallError ? error.errno : -1;
    this.#post({ kind: "failed", id: job.order.id, call, errno });
  }

  #giveBack(memory: number): void {
    if (this.#memory.giveBack(memory)) this.#post({ kind: "forget", memory });
  }

  /** True when the job has more to do. */
  #runChunk(job: RunningJob): boolean {
    const { order } = job;
    const room = this.#memory.take();
    const chunk =
      order.known === undefined
        ? new RawChunk(room.memory)
        : new DigestChunk(this.#digestRoom, order.known, room.memory);
    try {
      this.#fill(job, chunk);
    } catch (error) {
      this.#giveBack(room.number);
      throw error;
    }
    const isLast = job.next >= order.ends.length;
    if (chunk.spans.length === 0 && !isLast) {
      this.#giveBack(room.number);
      return true;
    }
    // It may have grown into other memory.
    const isSame = chunk.memory === room.memory;
    const number = isSame ? room.number : this.#memory.add(chunk.memory);
    if (!isSame) this.#giveBack(room.number);
    const spans = Int32Array.from(chunk.spans);
    this.#post({ kind: "chunk", id: order.id, ...this.#memory.tell(number), spans, isLast });
    job.onTheWay += 1;
    return !isLast;
  }

  #fill(job: RunningJob, chunk: AnswerSink): void {
    const { order } = job;
    const fd = this.#socket(order.bus);
    while (job.next < order.ends.length && !chunk.isFull) {
      const first = job.next;
      const last = Math.min(first + order.perSend, order.ends.length);
      this.#send(fd, order, { first, last });
      this.#receive(fd, order, { first, last, chunk });
      job.next = last;
    }
  }

  #socket(bus: "generic" | "route"): number {
    const open = this.#sockets.get(bus);
    if (open !== undefined) return open;
    const fd = openNetlinkSocket(this.#libc, bus, []);
    this.#sockets.set(bus, fd);
    checked(
      this.#libc,
      "setsockopt",
      this.#libc.setsockopt(fd, linux.SOL_SOCKET, linux.SO_RCVTIMEO, timeOption(silenceMs), 16),
    );
    return fd;
  }

  #send(fd: number, order: ExchangeJob, range: { first: number; last: number }): void {
    const start = range.first === 0 ? 0 : (order.ends[range.first - 1] ?? 0);
    const end = order.ends[range.last - 1] ?? 0;
    let at = start;
    for (let index = range.first; index < range.last; index += 1) {
      stamp(order.requests, at, { sequence: index + 1, isLast: index === range.last - 1 });
      at = order.ends[index] ?? at;
    }
    const bytes = order.requests.subarray(start, end);
    const sent = Number(this.#libc.sendto(fd, bytes, bytes.length, 0, this.#to, this.#to.length));
    checked(this.#libc, "send", sent);
  }

  /** Receives until every request of the range has its final message. */
  #receive(fd: number, order: ExchangeJob, range: { first: number; last: number; chunk: AnswerSink }): void {
    const { chunk } = range;
    // The clock is looked at in silence alone: a look is a call of the kernel where that cannot lend its clock.
    let deadline: number | undefined;
    let waiting = range.first;
    let start = chunk.length;
    while (waiting < range.last) {
      chunk.makeRoom();
      const room = chunk.bytes.subarray(chunk.length);
      const received = Number(this.#libc.recv(fd, room, room.length, 0));
      if (received < 0) {
        const errno = this.#libc.errno();
        if (errno !== linux.EAGAIN && errno !== linux.EINTR) throw new CallError("receive", errno);
        deadline ??= performance.now() + order.timeoutMs - silenceMs;
        if (performance.now() > deadline) throw new CallError("receive", 0);
        continue;
      }
      const base = chunk.length;
      const message = new MessageReader(chunk.bytes.subarray(base, base + received));
      chunk.length += received;
      while (message.next()) {
        const index = message.sequence - 1;
        if (!message.isFinal || index < waiting || index >= range.last) continue;
        // The kernel works in order: those before the one that it speaks of were done without a word.
        for (; waiting < index; waiting += 1) chunk.put(waiting, start, start, 0);
        const end = Math.min(base + ((message.end + 3) & ~3), base + received);
        chunk.put(waiting, start, end, message.errno());
        start = end;
        waiting += 1;
      }
    }
  }
}

if (parentPort !== null) {
  // Number 0 is the calling thread, and it alone (setpriority(2), Linux).
  setPriority(0, readingNice);
  const port = parentPort;
  const exchange = new Exchange((report) => port.postMessage(report));
  port.on("message", (command: ExchangeCommand) => exchange.command(command));
}
