import type { ConnectionSieve } from "@lvs/core/ipvs/sift-connections";
import { Worker } from "node:worker_threads";
import {
  type ConnectionTable,
  connectionFile,
  type SiftOptions,
  type SiftReport,
} from "../connection-table.ts";
import { codeOfErrno, SystemError } from "../system-error.ts";
import type { SiftCommand, SiftMessage } from "./connection-messages.ts";
import { Inbox } from "./inbox.ts";
import { workerUrl } from "./worker-url.ts";

type Heard = SiftMessage | { readonly kind: "aborted" };

/** The connection table read by a thread, made when it is prepared or at the first question. */
export class LinuxConnections implements ConnectionTable {
  readonly #path: string;
  readonly #inboxes = new Map<number, Inbox<Heard>>();
  #worker: Worker | undefined;
  #lastId = 0;
  #isClosed = false;

  constructor(path: string = connectionFile) {
    this.#path = path;
  }

  prepare(): void {
    const worker = this.#thread();
    if (this.#inboxes.size === 0) worker.unref();
  }

  async *sift(sieve: ConnectionSieve, options: SiftOptions = {}): AsyncGenerator<SiftReport> {
    const { limit = Infinity, signal } = options;
    const isAborted = (): boolean => signal?.aborted === true;
    if (isAborted()) return;
    this.#lastId += 1;
    const id = this.#lastId;
    const inbox = new Inbox<Heard>();
    const worker = this.#thread();
    this.#inboxes.set(id, inbox);
    const abort = (): void => inbox.put({ kind: "aborted" });
    signal?.addEventListener("abort", abort, { once: true });
    this.#tell(worker, { kind: "start", id, path: this.#path, sieve, limit });
    try {
      for (;;) {
        const heard = await inbox.take();
        if (heard.kind === "aborted" || isAborted()) return;
        if (heard.kind === "failed") throw this.#failure(heard);
        yield heard;
        if (heard.kind === "end") return;
        this.#tell(worker, { kind: "more", id });
      }
    } finally {
      signal?.removeEventListener("abort", abort);
      this.#inboxes.delete(id);
      this.#tell(worker, { kind: "cancel", id });
      // An idle thread must not keep the process alive, a running question must.
      if (this.#inboxes.size === 0) worker.unref();
    }
  }

  #tell(worker: Worker, command: SiftCommand): void {
    worker.postMessage(command);
  }

  #thread(): Worker {
    if (this.#isClosed)
      throw new SystemError({
        door: "files",
        code: "closed",
        subject: this.#path,
        reason: "the system is closed",
      });
    const open = this.#worker;
    if (open !== undefined) {
      open.ref();
      return open;
    }
    const worker = new Worker(workerUrl("connections-sift"));
    worker.on("message", (message: SiftMessage) => this.#inboxes.get(message.id)?.put(message));
    const lost = (said: string): void => {
      if (this.#worker === worker) this.#worker = undefined;
      for (const [id, inbox] of this.#inboxes) inbox.put({ kind: "failed", id, said });
    };
    worker.on("error", (error) => lost(`the thread that reads connections failed: ${String(error)}`));
    worker.on("exit", () => lost("the thread that reads connections has ended"));
    this.#worker = worker;
    return worker;
  }

  #failure({ errno, said }: Extract<SiftMessage, { kind: "failed" }>): SystemError {
    return new SystemError({
      door: "files",
      code: codeOfErrno(errno),
      subject: this.#path,
      reason: `could not read (${errno ?? said})`,
      ...(errno === undefined ? {} : { errno }),
    });
  }

  /** Ends the thread; running questions fail. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#worker?.terminate();
  }
}
