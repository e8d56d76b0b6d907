import type { InterfaceAddress, Link } from "@lvs/core/net/netlink-address";
import type { Subscription } from "./subscription.ts";
import type { SystemError } from "./system-error.ts";

export interface AddressSnapshot {
  readonly links: readonly Link[];
  readonly addresses: readonly InterfaceAddress[];
  /** Epoch milliseconds at the end of the reading. */
  readonly readAtMs: number;
}

/** `atMs`: when the kernel's announcement was received, epoch milliseconds with a fraction. */
export type AddressEvent =
  | { readonly kind: "address-added"; readonly address: InterfaceAddress; readonly atMs: number }
  | { readonly kind: "address-removed"; readonly address: InterfaceAddress; readonly atMs: number }
  | { readonly kind: "link-changed"; readonly link: Link; readonly atMs: number }
  | { readonly kind: "link-removed"; readonly link: Link; readonly atMs: number }
  /** Announcements were lost: take a new snapshot. */
  | { readonly kind: "overrun"; readonly atMs: number }
  | { readonly kind: "failed"; readonly error: SystemError };

/** The addresses that this machine holds: the truth about who has a VIP. */
export interface Addresses {
  /** Throws SystemError. */
  snapshot(): Promise<AddressSnapshot>;
  /** Changes from the moment at which the promise resolves; watch first, then take the snapshot, and nothing is missed. */
  watch(listen: (event: AddressEvent) => void): Promise<Subscription>;
}
