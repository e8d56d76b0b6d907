import { parentPort, workerData } from "node:worker_threads";
import { linux, openLibc } from "./libc.ts";
import { wallClock } from "./linux-clock.ts";
import type { ListenOrder, ListenReport } from "./netlink-messages.ts";
import { CallError, openNetlinkSocket } from "./netlink-socket.ts";

/**
 * Waits for announcements on a thread of its own. libuv cannot watch a netlink socket (it guesses no handle type for it), and a
 * blocking call on libuv's own threads would hold one of four for good; poll() here wakes in the moment of the announcement.
 */

/** How long the thread may take to notice that it is to end: short against a shutdown, four idle wake-ups a second. */
const pollMs = 250;
const receiveBytes = 64 << 10;

const order: ListenOrder = workerData;

const nowMs = wallClock();

const run = (post: (report: ListenReport, transfer: ArrayBuffer[]) => void): void => {
  const libc = openLibc();
  const fd = openNetlinkSocket(libc, order.bus, order.groups);
  post({ kind: "listening" }, []);
  const polled = new Uint8Array(8);
  new DataView(polled.buffer).setInt32(0, fd, true);
  polled[4] = linux.POLLIN;
  const room = new Uint8Array(receiveBytes);
  const stop = new Int32Array(order.stop);
  while (Atomics.load(stop, 0) === 0) {
    if (libc.poll(polled, 1, pollMs) <= 0) continue;
    const atMs = nowMs();
    const received = Number(libc.recv(fd, room, room.length, linux.MSG_DONTWAIT));
    if (received >= 0) {
      const memory = room.slice(0, received).buffer;
      post({ kind: "messages", memory, atMs }, [memory]);
      continue;
    }
    const errno = libc.errno();
    if (errno === linux.ENOBUFS) post({ kind: "overrun", atMs }, []);
    else if (errno !== linux.EAGAIN && errno !== linux.EINTR) throw new CallError("receive", errno);
  }
  libc.close(fd);
};

if (parentPort !== null) {
  const port = parentPort;
  const post = (report: ListenReport, transfer: ArrayBuffer[]): void => port.postMessage(report, transfer);
  try {
    run(post);
  } catch (error) {
    const call = error instanceof Error ? error.message : String(error);
    post({ kind: "failed", call, errno: error instanceof CallError ? error.errno : -1 }, []);
  }
}
