import { Worker } from "node:worker_threads";
import { errnoName } from "../errno.ts";
import type { PacketEvent, PacketOrder, Packets } from "../packets.ts";
import type { Subscription } from "../subscription.ts";
import { codeOfErrno, SystemError } from "../system-error.ts";
import type { PacketListenOrder, PacketReport } from "./packet-messages.ts";

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

/** Packets over one worker thread for each interface. */
export class LinuxPackets implements Packets {
  readonly #listeners = new Set<() => void>();

  async hear(order: PacketOrder, listener: (event: PacketEvent) => void): Promise<Subscription> {
    const stop = new Int32Array(new SharedArrayBuffer(4));
    const data: PacketListenOrder = { ...order, stop: stop.buffer };
    const worker = new Worker(workerUrl(), { workerData: data });
    let isOpen = true;
    const close = (): void => {
      isOpen = false;
      this.#listeners.delete(close);
      Atomics.store(stop, 0, 1);
    };
    this.#listeners.add(close);
    const deliver = (event: PacketEvent): void => {
      if (isOpen) listener(event);
    };
    await new Promise<void>((resolve, reject) => {
      let isListening = false;
      const lost = (error: SystemError): void => {
        if (isListening) deliver({ kind: "failed", error });
        close();
        reject(error);
      };
      worker.on("message", (report: PacketReport) => {
        if (report.kind === "listening") {
          isListening = true;
          resolve();
        } else if (report.kind === "failed") lost(failure(order, report.call, report.errno));
        else deliver({ kind: "packet", bytes: new Uint8Array(report.memory), atMs: report.atMs });
      });
      worker.on("error", (error) => lost(failure(order, `run: ${String(error)}`, -1)));
    });
    worker.unref();
    return { close };
  }

  /** The threads end within their poll's time. */
  close(): void {
    for (const close of this.#listeners) close();
  }
}
