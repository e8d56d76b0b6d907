import koffi, { type LibraryHandle } from "koffi";

/**
 * The few calls of the C library that Node has no words for. The only importer of koffi. Every call is short and synchronous:
 * what may wait (recv, poll) belongs into a worker thread and carries a time limit of its own.
 */
export interface Libc {
  socket(domain: number, type: number, protocol: number): number;
  bind(fd: number, address: Uint8Array, length: number): number;
  sendto(
    fd: number,
    bytes: Uint8Array,
    length: number,
    flags: number,
    address: Uint8Array,
    addressLength: number,
  ): number;
  recv(fd: number, bytes: Uint8Array, length: number, flags: number): number;
  setsockopt(fd: number, level: number, option: number, value: Uint8Array, length: number): number;
  /** `length`: one int, the room in `value` before and what was written after the call. */
  getsockopt(fd: number, level: number, option: number, value: Uint8Array, length: Uint8Array): number;
  /** SO_ATTACH_FILTER: classic BPF instructions that decide in the kernel what the socket hears (Linux filter.txt). */
  attachFilter(fd: number, program: readonly FilterInstruction[]): number;
  /** `polled`: an array of struct pollfd. */
  poll(polled: Uint8Array, count: number, timeoutMs: number): number;
  close(fd: number): number;
  mkfifo(path: string, mode: number): number;
  /** The errno of the last call on this thread that returned -1. */
  errno(): number;
}

/** `struct sock_filter`. */
export interface FilterInstruction {
  readonly code: number;
  /** Instructions to skip when the test holds, and when it does not. */
  readonly jt: number;
  readonly jf: number;
  readonly k: number;
}

/** A setsockopt whose value holds a pointer. */
const attachFilterOf = (library: LibraryHandle): Libc["attachFilter"] => {
  const instruction = koffi.struct({ code: "uint16_t", jt: "uint8_t", jf: "uint8_t", k: "uint32_t" });
  const program = koffi.struct({ len: "uint16_t", filter: koffi.pointer(instruction) });
  const parameters = ["int", "int", "int", koffi.pointer(program), "uint32_t"];
  const setFilter = library.func("setsockopt", "int", parameters);
  return (fd, filter) =>
    setFilter(
      fd,
      linux.SOL_SOCKET,
      linux.SO_ATTACH_FILTER,
      { len: filter.length, filter: [...filter] },
      koffi.sizeof(program),
    );
};

/** Binds the calls; the process's own C library, whichever it is. */
export const openLibc = (): Libc => {
  const library = koffi.load(null);
  return {
    socket: library.func("int socket(int, int, int)"),
    bind: library.func("int bind(int, const uint8_t *, uint32_t)"),
    sendto: library.func("intptr_t sendto(int, const uint8_t *, size_t, int, const uint8_t *, uint32_t)"),
    recv: library.func("intptr_t recv(int, _Out_ uint8_t *, size_t, int)"),
    setsockopt: library.func("int setsockopt(int, int, int, const uint8_t *, uint32_t)"),
    getsockopt: library.func("int getsockopt(int, int, int, _Out_ uint8_t *, _Inout_ uint8_t *)"),
    attachFilter: attachFilterOf(library),
    poll: library.func("int poll(_Inout_ uint8_t *, unsigned long, int)"),
    close: library.func("int close(int)"),
    mkfifo: library.func("int mkfifo(const char *, uint32_t)"),
    errno: () => koffi.errno(),
  };
};

/** Linux's numbers for the calls above (socket.h, netlink.h, poll.h). */
export const linux = {
  AF_NETLINK: 16,
  AF_PACKET: 17,
  SOCK_DGRAM: 2,
  ETH_P_ALL: 3,
  SOCK_RAW: 3,
  SOCK_CLOEXEC: 0o2000000,
  NETLINK_ROUTE: 0,
  NETLINK_GENERIC: 16,
  SOL_SOCKET: 1,
  SO_RCVTIMEO: 20,
  SO_ATTACH_FILTER: 26,
  SOL_PACKET: 263,
  PACKET_ADD_MEMBERSHIP: 1,
  PACKET_STATISTICS: 6,
  PACKET_MR_ALLMULTI: 2,
  PACKET_IGNORE_OUTGOING: 23,
  SO_RCVBUFFORCE: 33,
  SOL_NETLINK: 270,
  NETLINK_ADD_MEMBERSHIP: 1,
  NETLINK_CAP_ACK: 10,
  MSG_DONTWAIT: 0x40,
  POLLIN: 1,
  EINTR: 4,
  EAGAIN: 11,
  ENOBUFS: 105,
} as const;

/** A value for setsockopt that is one int. */
export const intOption = (value: number): Uint8Array => {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setInt32(0, value, true);
  return bytes;
};

/** `struct timeval` for SO_RCVTIMEO. */
export const timeOption = (milliseconds: number): Uint8Array => {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setBigInt64(0, BigInt(Math.trunc(milliseconds / 1000)), true);
  view.setBigInt64(8, BigInt((Math.trunc(milliseconds) % 1000) * 1000), true);
  return bytes;
};
