import type { Address } from "../net/address.ts";
import { ByteReader } from "../net/bytes.ts";
import { decodeVersion2, encodeVersion2 } from "./packet-v2.ts";
import { decodeVersion3, encodeVersion3 } from "./packet-v3.ts";
import { type Refusal, refusal } from "./refusal.ts";

/** Protocol number of VRRP (RFC 9568 section 5.1.1.4). */
export const vrrpProtocol = 112;
/** Where adverts go (RFC 9568 sections 5.1.1.2 and 5.1.2.2). */
export const vrrpMulticastGroups = { inet: "224.0.0.18", inet6: "ff02::12" } as const;
/** The TTL and hop limit of every advert on the link (RFC 9568 sections 5.1.1.3 and 5.1.2.3). */
export const vrrpHopLimit = 255;

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

const refused = (code: Parameters<typeof refusal>[0]): Decoded => ({
  kind: "refused",
  refusal: refusal(code),
});

/** Reads a VRRP message (what follows the IP header). Any bytes give a value; nothing is thrown. */
export const decodeAdvertisement = (bytes: Uint8Array, envelope: Envelope): Decoded => {
  if (envelope.hopLimit !== undefined && envelope.hopLimit !== vrrpHopLimit) return refused("hop-limit");
  const reader = new ByteReader(bytes);
  const versionAndType = reader.u8();
  if (reader.isTruncated) return refused("too-short");
  const version = versionAndType >> 4;
  if (version !== 2 && version !== 3) return refused("version");
  if ((versionAndType & 15) !== 1) return refused("type");
  return version === 2 ? decodeVersion2(bytes, envelope) : decodeVersion3(bytes, envelope);
};

/** The bytes of a VRRP message, checksum included. Numbers are cut to their field's width. */
export const encodeAdvertisement = (advertisement: Advertisement, envelope: Envelope): Uint8Array =>
  advertisement.version === 2
    ? encodeVersion2(advertisement, envelope)
    : encodeVersion3(advertisement, envelope);

/** The advertisement interval in milliseconds, whichever version. */
export const advertIntervalMs = (advertisement: Advertisement): number =>
  advertisement.version === 2 ? advertisement.advertIntervalS * 1000 : advertisement.advertIntervalCs * 10;
