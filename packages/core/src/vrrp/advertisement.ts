import type { Address } from "../net/address.ts";
import type { Refusal } from "./refusal.ts";

/** A VRRP message as a value: what the wire carries, and around it what the IP header said. */

/** What the IP header says about a VRRP message. Both addresses are of one family. */
export type Envelope = {
  readonly source: Address;
  readonly destination: Address;
  /** TTL or hop limit; undefined where it could not be learnt (then it is not judged). */
  readonly hopLimit: number | undefined;
};

/**
 * What the checksum was computed over. `plain`: the message alone, version 2's rule and, for version 3 over IPv4, the reading some old
 * speakers have. `pseudo-header`: with the IP pseudo header. `group-pseudo-header`: the pseudo header of the multicast group
 * although the packet went to one peer (keepalived before 1.3.6 with unicast_peer).
 */
export type ChecksumRule = "plain" | "pseudo-header" | "group-pseudo-header";

/** Authentication of version 2 (RFC 2338 section 5.3.6). `data` is the 8 bytes at the end, or empty where the sender left them out. */
export type Authentication = {
  readonly type: "none" | "password" | "header";
  readonly data: Uint8Array;
};

type Common = {
  /** 1 to 255. */
  readonly virtualRouterId: number;
  /** 0: the sender leaves; 255: it owns the addresses. */
  readonly priority: number;
  /** As listed, in order. */
  readonly addresses: readonly Address[];
  readonly checksumRule: ChecksumRule;
};

export type AdvertisementV2 = Common & {
  readonly version: 2;
  readonly advertIntervalS: number;
  readonly authentication: Authentication;
};

export type AdvertisementV3 = Common & {
  readonly version: 3;
  /** 12 bits, in hundredths of a second. */
  readonly advertIntervalCs: number;
  /** The four bits before the interval: sent as 0, ignored on receipt (RFC 9568 section 5.2.6). */
  readonly reserved: number;
};

export type Advertisement = AdvertisementV2 | AdvertisementV3;

export type Decoded =
  | { readonly kind: "advertisement"; readonly advertisement: Advertisement }
  | { readonly kind: "refused"; readonly refusal: Refusal };
