import { Worker } from "node:worker_threads";
import { errnoName } from "../errno.ts";
import type { PacketEvent, PacketOrder, Packets } from "../packets.ts";
import type { Subscription } from "../subscription.ts";
import { codeOfErrno, SystemError } from "../system-error.ts";
import type { PacketCommand, PacketReport, PacketWorkerData } from "./packet-messages.ts";

/** Beside this file, in the language that it is in: source or bundle. */
const workerUrl = (): URL =>
  new URL(`./packet-listen.worker.${import.meta.url.endsWith(".ts") ? "ts" : "js"}`, import.meta.url);

const failure = (order: PacketOrder, call: string, errno: number): SystemError => {
  const name = errno > 0 ? errnoName(errno) : undefined;
  return new SystemError({
    door: "packets",
    code: codeOfErrno(name),
    subject: `packets of protocol ${order.protocol} on interface ${order.interfaceIndex}`,
    reason: `could not ${call}${name === undefined ? "" : ` (${name})`}`,
    ...(name === undefined ? {} : { errno: name }),
  });
};

interface Ear {
  readonly order: PacketOrder;
  readonly hear: (report: PacketReport) => void;
}

interface Thread {
  readonly worker: Worker;
  readonly stop: Int32Array;
}

/** Packets over one worker thread, which lives while somebody listens. */
export class LinuxPackets implements Packets {
  readonly #ears = new Map<number, Ear>();
  #thread: Thread | undefined;
  #lastId = 0;

  async hear(order: PacketOrder, listener: (event: PacketEvent) => void): Promise<Subscription> {
    this.#lastId += 1;
    const id = this.#lastId;
    const { worker } = this.#running();
    worker.ref();
    try {
      await new Promise<void>((resolve, reject) => {
        let isListening = false;
        const hear = (report: PacketReport): void => {
          if (report.kind === "listening") {
            isListening = true;
            resolve();
          } else if (report.kind === "failed") {
            const error = failure(order, report.call, report.errno);
            this.#forget(id);
            if (isListening) listener({ kind: "failed", error });
            else reject(error);
          } else if (report.kind === "overrun") listener(report);
          else listener({ kind: "packet", bytes: new Uint8Array(report.memory), atMs: report.atMs });
        };
        this.#ears.set(id, { order, hear });
        tell(worker, { kind: "open", id, ...order });
      });
    } finally {
      worker.unref();
    }
    return {
      close: () => {
        if (!this.#ears.has(id)) return;
        if (this.#thread !== undefined) tell(this.#thread.worker, { kind: "close", id });
        this.#forget(id);
      },
    };
  }

  /** The thread ends within its poll's time. */
  close(): void {
    this.#ears.clear();
    this.#end();
  }

  #running(): Thread {
    if (this.#thread !== undefined) return this.#thread;
    const stop = new Int32Array(new SharedArrayBuffer(4));
    const data: PacketWorkerData = { stop: stop.buffer };
    const worker = new Worker(workerUrl(), { workerData: data });
    const thread = { worker, stop };
    worker.on("message", (report: PacketReport) => this.#ears.get(report.id)?.hear(report));
    const lost = (call: string): void => {
      if (this.#thread !== thread) return;
      this.#thread = undefined;
      for (const [id, ear] of this.#ears) ear.hear({ kind: "failed", id, call, errno: -1 });
    };
    worker.on("error", (error) => lost(`run the listening thread: ${String(error)}`));
    worker.on("exit", () => lost("go on: the listening thread has ended"));
    this.#thread = thread;
    return thread;
  }

  #forget(id: number): void {
    this.#ears.delete(id);
    if (this.#ears.size === 0) this.#end();
  }

  #end(): void {
    if (this.#thread === undefined) return;
    Atomics.store(this.#thread.stop, 0, 1);
    Atomics.notify(this.#thread.stop, 0);
    this.#thread = undefined;
  }
}

const tell = (worker: Worker, command: PacketCommand): void => worker.postMessage(command);
