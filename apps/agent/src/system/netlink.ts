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

/** What the kernel now says to one request that is not what it said last time. */
export interface NetlinkDigest {
  /** Position of the request among those given. */
  readonly index: number;
  /** 0: done. A positive errno: the kernel refused, and there are no words. */
  readonly errno: number;
  /** Of the answer (see fingerprint.ts). Valid until the iteration goes on: copy what is kept. */
  readonly fingerprint: Int32Array;
  /** The real servers as core's `DestinationPacker` packs them. Valid until the iteration goes on. */
  readonly words: Int32Array;
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
  /**
   * As `exchange`, for dumps of IPVS real servers that are mostly as they were: what comes back are the answers whose fingerprint
   * is not the one in `known` (`fingerprintWords` for each request), packed; reading and packing happen off the main thread.
   */
  digest(
    requests: readonly Uint8Array[],
    known: Int32Array,
    options?: Pick<ExchangeOptions, "timeoutMs">,
  ): AsyncIterable<readonly NetlinkDigest[]>;
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
