import { intOption, type Libc, linux } from "./libc.ts";

/** A failed call: its name and errno. Thrown inside the workers and turned into a message for the main thread. */
export class CallError extends Error {
  override readonly name = "CallError";
  readonly errno: number;

  constructor(call: string, errno: number) {
    super(call);
    this.errno = errno;
  }
}

/** The result, or CallError with the thread's errno. */
export const checked = (libc: Libc, call: string, result: number): number => {
  if (result < 0) throw new CallError(call, libc.errno());
  return result;
};

/** `struct sockaddr_nl` of the kernel (port 0), also what an own socket binds to to be given a port. */
export const kernelAddress = (): Uint8Array => {
  const bytes = new Uint8Array(12);
  new DataView(bytes.buffer).setUint16(0, linux.AF_NETLINK, true);
  return bytes;
};

const protocols = { generic: linux.NETLINK_GENERIC, route: linux.NETLINK_ROUTE } as const;

/** A bound netlink socket that belongs to the given multicast groups. */
export const openNetlinkSocket = (
  libc: Libc,
  bus: "generic" | "route",
  groups: readonly number[],
): number => {
  const kind = linux.SOCK_RAW | linux.SOCK_CLOEXEC;
  const fd = checked(libc, "socket", libc.socket(linux.AF_NETLINK, kind, protocols[bus]));
  try {
    const address = kernelAddress();
    checked(libc, "bind", libc.bind(fd, address, address.length));
    // Four megabytes hold some ten thousand announcements. Without the right to force it the default stands, and an overrun is told.
    libc.setsockopt(fd, linux.SOL_SOCKET, linux.SO_RCVBUFFORCE, intOption(4 << 20), 4);
    // A refusal then carries the request's header alone, not all of it back.
    libc.setsockopt(fd, linux.SOL_NETLINK, linux.NETLINK_CAP_ACK, intOption(1), 4);
    for (const group of groups) {
      const joined = libc.setsockopt(
        fd,
        linux.SOL_NETLINK,
        linux.NETLINK_ADD_MEMBERSHIP,
        intOption(group),
        4,
      );
      checked(libc, "join a netlink group", joined);
    }
    return fd;
  } catch (error) {
    libc.close(fd);
    throw error;
  }
};
