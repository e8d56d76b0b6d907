import { Worker } from "node:worker_threads";
import { errnoName } from "../errno.ts";
import { fingerprintWords } from "../fingerprint.ts";
import type {
  ExchangeOptions,
  Netlink,
  NetlinkAnswer,
  NetlinkBus,
  NetlinkDigest,
  NetlinkEvent,
} from "../netlink.ts";
import type { Subscription } from "../subscription.ts";
import { codeOfErrno, SystemError } from "../system-error.ts";
import { Inbox } from "./inbox.ts";
import type {
  ExchangeChunk,
  ExchangeCommand,
  ExchangeJob,
  ExchangeReport,
  ListenOrder,
  ListenReport,
} from "./netlink-messages.ts";
import { workerUrl } from "./worker-url.ts";

const defaultTimeoutMs = 10_000;

const failure = (subject: string, report: { call: string; errno: number }): SystemError => {
  if (report.errno === 0)
    return new SystemError({
      door: "netlink",
      code: "timed-out",
      subject,
      reason: "the kernel did not answer in time",
    });
  const errno = report.errno > 0 ? errnoName(report.errno) : undefined;
  return new SystemError({
    door: "netlink",
    code: codeOfErrno(errno),
    subject,
    reason: `could not ${report.call}${errno === undefined ? "" : ` (${errno})`}`,
    ...(errno === undefined ? {} : { errno }),
  });
};

type InboxReport = Exclude<ExchangeReport, { kind: "forget" }>;

/** A chunk with the memory that it names. */
type NamedChunk = ExchangeChunk & { readonly shared: SharedArrayBuffer };

const answersOf = ({ spans, shared }: NamedChunk): NetlinkAnswer[] => {
  const answers: NetlinkAnswer[] = [];
  for (let at = 0; at + 3 < spans.length; at += 4) {
    const start = spans[at + 1] ?? 0;
    const end = spans[at + 2] ?? 0;
    answers.push({
      index: spans[at] ?? 0,
      bytes: new Uint8Array(shared, start, end - start),
      errno: spans[at + 3] ?? 0,
    });
  }
  return answers;
};

const digestsOf = ({ spans, shared }: NamedChunk): NetlinkDigest[] => {
  const words = new Int32Array(shared);
  const digests: NetlinkDigest[] = [];
  const length = 4 + fingerprintWords;
  for (let at = 0; at + length <= spans.length; at += length)
    digests.push({
      index: spans[at] ?? 0,
      words: words.subarray(spans[at + 1] ?? 0, spans[at + 2] ?? 0),
      errno: spans[at + 3] ?? 0,
      fingerprint: spans.subarray(at + 4, at + length),
    });
  return digests;
};

interface Joined {
  readonly requests: Uint8Array;
  readonly ends: Uint32Array;
}

/** Who asks the same each second hands over the same list, which needs joining once. */
const lastJoined = new WeakMap<readonly Uint8Array[], Joined>();

const joined = (requests: readonly Uint8Array[]): Joined => {
  const ends = new Uint32Array(requests.length);
  let length = 0;
  for (const [index, request] of requests.entries()) {
    length += request.length;
    ends[index] = length;
  }
  const bytes = new Uint8Array(length);
  for (const [index, request] of requests.entries()) bytes.set(request, (ends[index] ?? 0) - request.length);
  return { requests: bytes, ends };
};

const joinedOnce = (requests: readonly Uint8Array[]): Joined => {
  const known = lastJoined.get(requests) ?? joined(requests);
  lastJoined.set(requests, known);
  return known;
};

/** Netlink over worker threads: one that asks, made at the first question, and one for each subscription. */
export class LinuxNetlink implements Netlink {
  readonly #inboxes = new Map<number, Inbox<InboxReport>>();
  readonly #listeners = new Set<() => void>();
  /** The exchange thread's chunks by their number. */
  readonly #memory = new Map<number, SharedArrayBuffer>();
  #worker: Worker | undefined;
  #lastId = 0;
  #isClosed = false;

  async *exchange(
    bus: NetlinkBus,
    requests: readonly Uint8Array[],
    options: ExchangeOptions = {},
  ): AsyncGenerator<readonly NetlinkAnswer[]> {
    const { timeoutMs = defaultTimeoutMs, perSend = 1 } = options;
    for await (const chunk of this.#chunks({ bus, ...joined(requests), timeoutMs, perSend }))
      yield answersOf(chunk);
  }

  async *digest(
    requests: readonly Uint8Array[],
    known: Int32Array,
    options: Pick<ExchangeOptions, "timeoutMs"> = {},
  ): AsyncGenerator<readonly NetlinkDigest[]> {
    const { timeoutMs = defaultTimeoutMs } = options;
    const order = { bus: "generic", ...joinedOnce(requests), timeoutMs, perSend: 1, known } as const;
    for await (const chunk of this.#chunks(order)) yield digestsOf(chunk);
  }

  /** The chunks of one exchange; each is the reader's until it asks for the next. */
  async *#chunks(order: Omit<ExchangeJob, "kind" | "id">): AsyncGenerator<NamedChunk> {
    if (order.ends.length === 0) return;
    this.#lastId += 1;
    const id = this.#lastId;
    const inbox = new Inbox<InboxReport>();
    this.#inboxes.set(id, inbox);
    const worker = this.#exchangeWorker();
    this.#tell(worker, { kind: "start", id, ...order });
    let isDone = false;
    let memory: number | undefined;
    const giveBack = (): void => {
      if (memory !== undefined) this.#tell(worker, { kind: "more", id, memory });
      memory = undefined;
    };
    try {
      while (!isDone) {
        const report = await inbox.take();
        if (report.kind === "failed") {
          isDone = true;
          throw failure(`netlink ${order.bus}`, report);
        }
        isDone = report.isLast;
        memory = report.memory;
        const shared = this.#memory.get(report.memory);
        if (shared === undefined) throw new Error(`the netlink thread named no memory ${report.memory}`);
        yield { ...report, shared };
        giveBack();
      }
    } finally {
      // Whoever leaves at the first answer ends the generator at its yield: that chunk is of use again as well, or every question costs another.
      giveBack();
      this.#inboxes.delete(id);
      if (!isDone) this.#tell(worker, { kind: "cancel", id });
      // An idle question must not keep the process alive, a running one must.
      if (this.#inboxes.size === 0) worker.unref();
    }
  }

  #tell(worker: Worker, command: ExchangeCommand): void {
    worker.postMessage(command);
  }

  #exchangeWorker(): Worker {
    if (this.#isClosed) throw this.#closedError();
    const open = this.#worker;
    if (open !== undefined) {
      open.ref();
      return open;
    }
    const worker = new Worker(workerUrl("netlink-exchange"));
    worker.on("message", (report: ExchangeReport) => this.#hear(report));
    const lost = (call: string): void => {
      if (this.#worker === worker) this.#worker = undefined;
      this.#memory.clear();
      for (const [id, inbox] of this.#inboxes) inbox.put({ kind: "failed", id, call, errno: -1 });
    };
    worker.on("error", (error) => lost(`run the netlink thread: ${String(error)}`));
    worker.on("exit", () => lost("go on: the netlink thread has ended"));
    this.#worker = worker;
    return worker;
  }

  #hear(report: ExchangeReport): void {
    if (report.kind === "forget") {
      this.#memory.delete(report.memory);
      return;
    }
    if (report.kind === "chunk" && report.fresh !== undefined) this.#memory.set(report.memory, report.fresh);
    const inbox = this.#inboxes.get(report.id);
    if (inbox !== undefined) inbox.put(report);
    // Nobody waits for it any more: its memory is of use again.
    else if (report.kind === "chunk" && this.#worker !== undefined)
      this.#tell(this.#worker, { kind: "more", id: report.id, memory: report.memory });
  }

  #closedError(): SystemError {
    return new SystemError({
      door: "netlink",
      code: "closed",
      subject: "netlink",
      reason: "the system is closed",
    });
  }

  async listen(
    bus: NetlinkBus,
    groups: readonly number[],
    listener: (event: NetlinkEvent) => void,
  ): Promise<Subscription> {
    if (this.#isClosed) throw this.#closedError();
    const stop = new Int32Array(new SharedArrayBuffer(4));
    const order: ListenOrder = { bus, groups, stop: stop.buffer };
    const worker = new Worker(workerUrl("netlink-listen"), { workerData: order });
    let isOpen = true;
    const close = (): void => {
      isOpen = false;
      this.#listeners.delete(close);
      Atomics.store(stop, 0, 1);
    };
    this.#listeners.add(close);
    const deliver = (event: NetlinkEvent): void => {
      if (isOpen) listener(event);
    };
    await new Promise<void>((resolve, reject) => {
      const lost = (error: SystemError): void => {
        reject(error);
        deliver({ kind: "failed", error });
        close();
      };
      worker.on("message", (report: ListenReport) => {
        if (report.kind === "listening") resolve();
        else if (report.kind === "failed") lost(failure(`netlink ${bus} announcements`, report));
        else if (report.kind === "overrun") deliver(report);
        else deliver({ kind: "messages", bytes: new Uint8Array(report.memory), atMs: report.atMs });
      });
      worker.on("error", (error) =>
        lost(failure("netlink announcements", { call: `run: ${String(error)}`, errno: -1 })),
      );
    });
    worker.unref();
    return { close };
  }

  /** Ends the threads; running exchanges fail. Listening threads end by themselves within their poll's time. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const close of this.#listeners) close();
    await this.#worker?.terminate();
  }
}
