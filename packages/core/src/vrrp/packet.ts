import type { Advertisement, Decoded, Envelope } from "./advertisement.ts";
import { ByteReader } from "../net/bytes.ts";
import { decodeVersion2, encodeVersion2 } from "./packet-v2.ts";
import { decodeVersion3, encodeVersion3 } from "./packet-v3.ts";
import { refusal } from "./refusal.ts";

/** Protocol number of VRRP (RFC 9568 section 5.1.1.4). */
export const vrrpProtocol = 112;
/** Where adverts go (RFC 9568 sections 5.1.1.2 and 5.1.2.2). */
export const vrrpMulticastGroups = { inet: "224.0.0.18", inet6: "ff02::12" } as const;
/** The TTL and hop limit of every advert on the link (RFC 9568 sections 5.1.1.3 and 5.1.2.3). */
export const vrrpHopLimit = 255;

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
