import { parentPort, workerData } from "node:worker_threads";
import { type FilterInstruction, type Libc, intOption, linux, openLibc } from "./libc.ts";
import { wallClock } from "./linux-clock.ts";
import { CallError, checked } from "./netlink-socket.ts";
import type { PacketListenOrder, PacketReport } from "./packet-messages.ts";

/**
 * Waits for packets of one protocol on a packet socket, which sees what the interface sees without joining a group and so without
 * a word on the wire. A filter in the kernel keeps all other traffic away: a director forwards more than a thread could read.
 */

const pollMs = 250;
const receiveBytes = 64 << 10;
const order: PacketListenOrder = workerData;
const nowMs = wallClock();

/** Loads a byte of the IP header; tests the accumulator; ends with so many bytes (0: drop). */
const load = (k: number): FilterInstruction => ({ code: 0x30, jt: 0, jf: 0, k });
const mask = (k: number): FilterInstruction => ({ code: 0x54, jt: 0, jf: 0, k });
const isEqual = (k: number, jt: number, jf: number): FilterInstruction => ({ code: 0x15, jt, jf, k });
const end = (k: number): FilterInstruction => ({ code: 0x06, jt: 0, jf: 0, k });

/** IPv4 protocol (byte 9) or IPv6 next header (byte 6). */
const filterOf = (protocol: number): FilterInstruction[] => [
  load(0),
  mask(0xf0),
  isEqual(0x40, 0, 2),
  load(9),
  isEqual(protocol, 3, 4),
  isEqual(0x60, 0, 3),
  load(6),
  isEqual(protocol, 0, 1),
  end(receiveBytes),
  end(0),
];

/** `struct sockaddr_ll` with protocol (network order) and interface alone. */
const linkAddress = (interfaceIndex: number): Uint8Array => {
  const bytes = new Uint8Array(20);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, linux.AF_PACKET, true);
  view.setUint16(2, linux.ETH_P_ALL, false);
  view.setInt32(4, interfaceIndex, true);
  return bytes;
};

/** `struct packet_mreq`: all multicast frames, also of groups that nobody here has joined. */
const allMulticast = (interfaceIndex: number): Uint8Array => {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, interfaceIndex, true);
  view.setUint16(4, linux.PACKET_MR_ALLMULTI, true);
  return bytes;
};

/** Made with protocol 0 and bound last, so that nothing is heard before the filter stands. */
const openSocket = (libc: Libc): number => {
  const { interfaceIndex, protocol } = order;
  const fd = checked(libc, "socket", libc.socket(linux.AF_PACKET, linux.SOCK_DGRAM | linux.SOCK_CLOEXEC, 0));
  try {
    checked(libc, "filter", libc.attachFilter(fd, filterOf(protocol)));
    const ignore = libc.setsockopt(fd, linux.SOL_PACKET, linux.PACKET_IGNORE_OUTGOING, intOption(1), 4);
    checked(libc, "ignore what goes out", ignore);
    const member = allMulticast(interfaceIndex);
    const joined = libc.setsockopt(fd, linux.SOL_PACKET, linux.PACKET_ADD_MEMBERSHIP, member, member.length);
    checked(libc, "hear multicast", joined);
    const address = linkAddress(interfaceIndex);
    checked(libc, "bind", libc.bind(fd, address, address.length));
    return fd;
  } catch (error) {
    libc.close(fd);
    throw error;
  }
};

const run = (post: (report: PacketReport, transfer: ArrayBuffer[]) => void): void => {
  const libc = openLibc();
  const fd = openSocket(libc);
  const stop = new Int32Array(order.stop);
  post({ kind: "listening" }, []);
  const polled = new Uint8Array(8);
  new DataView(polled.buffer).setInt32(0, fd, true);
  polled[4] = linux.POLLIN;
  const room = new Uint8Array(receiveBytes);
  while (Atomics.load(stop, 0) === 0) {
    if (libc.poll(polled, 1, pollMs) <= 0) continue;
    const atMs = nowMs();
    const received = Number(libc.recv(fd, room, room.length, linux.MSG_DONTWAIT));
    if (received >= 0) {
      const memory = room.slice(0, received).buffer;
      post({ kind: "packet", memory, atMs }, [memory]);
      continue;
    }
    const errno = libc.errno();
    if (errno !== linux.EAGAIN && errno !== linux.EINTR) {
      libc.close(fd);
      throw new CallError("receive", errno);
    }
  }
  libc.close(fd);
};

if (parentPort !== null) {
  const port = parentPort;
  const post = (report: PacketReport, transfer: ArrayBuffer[]): void => port.postMessage(report, transfer);
  try {
    run(post);
  } catch (error) {
    const call = error instanceof Error ? error.message : String(error);
    post({ kind: "failed", call, errno: error instanceof CallError ? error.errno : -1 }, []);
  }
}
