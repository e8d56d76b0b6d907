import type { AdvertisementV3, ChecksumRule, Decoded, Envelope } from "./advertisement.ts";
import { addressBytes, checksumRuleOf, readFixed, seal, writeFixed } from "./packet-body.ts";
import { refusal } from "./refusal.ts";

/**
 * Version 3 (RFC 9568 section 5.2; RFC 5798 the same):
 *
 *   0               8               16              24              32
 *   | version | type | VRID          | priority      | count         |
 *   | reserved (4) | interval (12, centiseconds) | checksum          |
 *   | addresses, 4 or 16 bytes each …                                |
 */

/** Over IPv6 the pseudo header is always in the sum; over IPv4 older readings of RFC 5798 are met in the field. */
const rulesOf = (envelope: Envelope): readonly ChecksumRule[] =>
  addressBytes(envelope) === 4 ? ["pseudo-header", "group-pseudo-header", "plain"] : ["pseudo-header"];

/** Reads a version 3 message whose first byte is judged already. */
export const decodeVersion3 = (bytes: Uint8Array, envelope: Envelope): Decoded => {
  const fixed = readFixed(bytes, envelope);
  if (typeof fixed === "string") return { kind: "refused", refusal: refusal(fixed) };
  const { virtualRouterId, priority, addresses, middle } = fixed;
  if (fixed.count === 0) return { kind: "refused", refusal: refusal("no-addresses") };
  if (fixed.rest.length > 0) return { kind: "refused", refusal: refusal("too-long") };
  const checksumRule = checksumRuleOf(rulesOf(envelope), bytes, envelope);
  if (checksumRule === undefined) return { kind: "refused", refusal: refusal("checksum") };
  return {
    kind: "advertisement",
    advertisement: {
      version: 3,
      virtualRouterId,
      priority,
      addresses,
      advertIntervalCs: middle & 0x0f_ff,
      reserved: middle >> 12,
      checksumRule,
    },
  };
};

/** The bytes of a version 3 message. */
export const encodeVersion3 = (advertisement: AdvertisementV3, envelope: Envelope): Uint8Array => {
  const middle = ((advertisement.reserved & 15) << 12) | (advertisement.advertIntervalCs & 0x0f_ff);
  const writer = writeFixed(0x31, { ...advertisement, middle, rest: new Uint8Array(0) });
  return seal(writer, advertisement.checksumRule, envelope);
};
