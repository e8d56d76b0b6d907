import { type FilterInstruction, intOption, type Libc, linux } from "./libc.ts";
import { checked } from "./netlink-socket.ts";

/**
 * A packet socket sees what the interface sees, without joining a group and so without a word on the wire, and before a firewall
 * drops it. A filter in the kernel keeps all other traffic away: a director forwards more than a thread could read (packet(7)).
 */

/** The longest packet that is taken whole. */
export const receiveBytes = 64 << 10;

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

/** Made with protocol 0 and bound last, so that nothing is heard before the filter stands. Throws CallError. */
export const openPacketSocket = (
  libc: Libc,
  order: { readonly interfaceIndex: number; readonly protocol: number },
): number => {
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

/** `tp_drops` of `struct tpacket_stats`: what the kernel could not queue since it was last asked. */
export const droppedPackets = (libc: Libc, fd: number): number => {
  const stats = new Uint8Array(8);
  const length = intOption(stats.length);
  if (libc.getsockopt(fd, linux.SOL_PACKET, linux.PACKET_STATISTICS, stats, length) < 0) return 0;
  return new DataView(stats.buffer).getUint32(4, true);
};
