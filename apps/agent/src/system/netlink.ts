import type { Subscription } from "./subscription.ts";
import { SystemError, codeOfErrno } from "./system-error.ts";
import { errnoName } from "./errno.ts";

/** NETLINK_GENERIC carries IPVS, NETLINK_ROUTE carries links and addresses. */
export type NetlinkBus = "generic" | "route";

/** Everything the kernel said to one request. */
export interface NetlinkAnswer {
  /** Position of the request among those given. */
  readonly index: number;
  /** Whole messages, end marks included. Valid until the iteration goes on: copy what is kept. */
  readonly bytes: Uint8Array;
  /** 0: done. A positive errno: the kernel refused. */
  readonly errno: number;
}

export interface ExchangeOptions {
  /** For one request; 10 s unless told. */
  readonly timeoutMs?: number;
  /**
   * Requests put into one send; 1 unless told, and it must be 1 for dumps and for requests that are answered with more than an
   * acknowledgement. A refused request does not stop those behind it. Only the last of a send is acknowledged by the kernel; for
   * the others its silence is the acknowledgement.
   */
  readonly perSend?: number;
}

export type NetlinkEvent =
  /** Announcements as they came, with the moment at which they were received (epoch milliseconds with a fraction). */
  | { readonly kind: "messages"; readonly bytes: Uint8Array; readonly atMs: number }
  /** The kernel dropped announcements because the reader was slow: what is known must be read anew. */
  | { readonly kind: "overrun"; readonly atMs: number }
  | { readonly kind: "failed"; readonly error: SystemError };

/** The kernel's netlink sockets. */
export interface Netlink {
  /**
   * Sends requests in order, stamps their sequence numbers, and yields the answers in order, many at a time. The kernel's work
   * happens off the main thread. Throws SystemError `timed-out`, `no-permission` or `failed`; a refusal by the kernel is an answer.
   */
  exchange(
    bus: NetlinkBus,
    requests: readonly Uint8Array[],
    options?: ExchangeOptions,
  ): AsyncIterable<readonly NetlinkAnswer[]>;
  /** Announcements of multicast groups, from the moment at which the promise resolves. */
  listen(
    bus: NetlinkBus,
    groups: readonly number[],
    listener: (event: NetlinkEvent) => void,
  ): Promise<Subscription>;
}

/** One request and its answer, copied; `name` says in errors what was asked. */
export const ask = async (
  netlink: Netlink,
  bus: NetlinkBus,
  request: { readonly bytes: Uint8Array; readonly name: string },
): Promise<NetlinkAnswer> => {
  for await (const answers of netlink.exchange(bus, [request.bytes])) {
    for (const answer of answers) return { ...answer, bytes: answer.bytes.slice() };
  }
  throw new SystemError({
    door: "netlink",
    code: "failed",
    subject: request.name,
    reason: "the kernel gave no answer",
  });
};

/** The error of a refused request. */
export const netlinkRefusal = (errno: number, name: string): SystemError => {
  const text = errnoName(errno);
  const code = codeOfErrno(text);
  return new SystemError({
    door: "netlink",
    code: code === "failed" ? "refused" : code,
    subject: name,
    reason: `the kernel refused (${text})`,
    errno: text,
  });
};
