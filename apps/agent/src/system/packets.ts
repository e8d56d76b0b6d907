import type { Subscription } from "./subscription.ts";
import type { SystemError } from "./system-error.ts";

export type PacketEvent =
  /** An IP packet from its header on, and when it was received (epoch milliseconds with a fraction). */
  | { readonly kind: "packet"; readonly bytes: Uint8Array; readonly atMs: number }
  /** So many came faster than they are taken and were not looked at. */
  | { readonly kind: "overrun"; readonly packets: number; readonly atMs: number }
  /** It hears no more. */
  | { readonly kind: "failed"; readonly error: SystemError };

export interface PacketOrder {
  readonly interfaceIndex: number;
  /** IP protocol number; IPv6 packets with extension headers before it are not heard. */
  readonly protocol: number;
}

/** Ears on a wire. They hear and never speak, not even to join a multicast group. */
export interface Packets {
  /**
   * Packets that others send, of one protocol on one interface, from the moment at which the promise resolves. Throws SystemError
   * `no-permission` (it needs CAP_NET_RAW), `not-found` (no such interface) or `failed` (it is down).
   */
  hear(order: PacketOrder, listener: (event: PacketEvent) => void): Promise<Subscription>;
}
