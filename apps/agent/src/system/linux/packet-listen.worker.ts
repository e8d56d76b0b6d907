import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { type Libc, linux, openLibc } from "./libc.ts";
import { wallClock } from "./linux-clock.ts";
import { CallError } from "./netlink-socket.ts";
import type { PacketCommand, PacketReport, PacketWorkerData } from "./packet-messages.ts";
import { droppedPackets, openPacketSocket, receiveBytes } from "./packet-socket.ts";

/** Waits for packets on all interfaces that are listened to: one thread, however many they are. */

/** How long the thread may take to notice an order: short against a start, four idle wake-ups a second. */
const pollMs = 250;
/**
 * Packets taken from one interface in a second. The busiest honest link (255 virtual routers of both families at one advert a second)
 * has half of it; more would only let a flood reach the main thread. The rest stays with the kernel, which drops and counts it.
 */
const mostPerSecond = 1_000;

interface Ear {
  readonly id: number;
  readonly fd: number;
  windowMs: number;
  taken: number;
}

const { stop: stopMemory }: PacketWorkerData = workerData;
const stop = new Int32Array(stopMemory);
const nowMs = wallClock();

class Ears {
  readonly #libc: Libc;
  readonly #port: MessagePort;
  readonly #ears = new Map<number, Ear>();
  readonly #room = new Uint8Array(receiveBytes);

  constructor(libc: Libc, port: MessagePort) {
    this.#libc = libc;
    this.#port = port;
  }

  run(): void {
    while (Atomics.load(stop, 0) === 0) {
      for (let next = receiveMessageOnPort(this.#port); next; next = receiveMessageOnPort(this.#port))
        this.#obey(next.message);
      if (this.#ears.size === 0) Atomics.wait(stop, 0, 0, pollMs);
      else this.#listen();
    }
    for (const { fd } of this.#ears.values()) this.#libc.close(fd);
  }

  #obey(command: PacketCommand): void {
    const { id } = command;
    if (command.kind === "close") {
      this.#close(id);
      return;
    }
    try {
      const fd = openPacketSocket(this.#libc, command);
      this.#ears.set(id, { id, fd, windowMs: nowMs(), taken: 0 });
      this.#post({ kind: "listening", id });
    } catch (error) {
      this.#lose(id, error);
    }
  }

  #close(id: number): void {
    const ear = this.#ears.get(id);
    if (ear !== undefined) this.#libc.close(ear.fd);
    this.#ears.delete(id);
  }

  #lose(id: number, error: unknown): void {
    this.#close(id);
    const call = error instanceof Error ? error.message : String(error);
    this.#post({ kind: "failed", id, call, errno: error instanceof CallError ? error.errno : -1 });
  }

  /** One poll over all that may still take something in their second. */
  #listen(): void {
    const atMs = nowMs();
    for (const ear of this.#ears.values()) this.#turnWindow(ear, atMs);
    const open = [...this.#ears.values()].filter(({ taken }) => taken < mostPerSecond);
    const polled = new Uint8Array(8 * open.length);
    const view = new DataView(polled.buffer);
    for (const [index, { fd }] of open.entries()) {
      view.setInt32(8 * index, fd, true);
      view.setInt16(8 * index + 4, linux.POLLIN, true);
    }
    if (this.#libc.poll(polled, open.length, pollMs) <= 0) return;
    for (const [index, ear] of open.entries())
      if (view.getInt16(8 * index + 6, true) !== 0) this.#receive(ear);
  }

  #turnWindow(ear: Ear, atMs: number): void {
    if (atMs - ear.windowMs < 1_000 && atMs >= ear.windowMs) return;
    const wasFull = ear.taken >= mostPerSecond;
    ear.windowMs = atMs;
    ear.taken = 0;
    const packets = wasFull ? droppedPackets(this.#libc, ear.fd) : 0;
    if (packets > 0) this.#post({ kind: "overrun", id: ear.id, packets, atMs });
  }

  #receive(ear: Ear): void {
    const atMs = nowMs();
    const received = Number(this.#libc.recv(ear.fd, this.#room, this.#room.length, linux.MSG_DONTWAIT));
    if (received >= 0) {
      ear.taken += 1;
      const memory = this.#room.slice(0, received).buffer;
      this.#post({ kind: "packet", id: ear.id, memory, atMs }, [memory]);
      return;
    }
    const errno = this.#libc.errno();
    if (errno !== linux.EAGAIN && errno !== linux.EINTR) this.#lose(ear.id, new CallError("receive", errno));
  }

  #post(report: PacketReport, transfer: ArrayBuffer[] = []): void {
    this.#port.postMessage(report, transfer);
  }
}

if (parentPort !== null) new Ears(openLibc(), parentPort).run();
