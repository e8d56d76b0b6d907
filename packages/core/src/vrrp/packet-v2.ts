import type { AdvertisementV2, Authentication, ChecksumRule, Decoded, Envelope } from "./advertisement.ts";
import { addressBytes, checksumRuleOf, readFixed, seal, writeFixed } from "./packet-body.ts";
import { refusal } from "./refusal.ts";

/**
 * Version 2 (RFC 3768 section 5.1, authentication from RFC 2338):
 *
 *   0               8               16              24              32
 *   | version | type | VRID          | priority      | count         |
 *   | auth type      | interval (s)  | checksum                      |
 *   | addresses …                                                    |
 *   | authentication data (8 bytes; some speakers leave it out)      |
 */

const authenticationTypes = ["none", "password", "header"] as const;
const authenticationBytes = 8;

/** keepalived also speaks version 2 over IPv6, for which the kernel computes the sum with the pseudo header (RFC 8200 section 8.1). */
const rulesOf = (envelope: Envelope): readonly ChecksumRule[] =>
  addressBytes(envelope) === 4 ? ["plain"] : ["pseudo-header"];

/** Reads a version 2 message whose first byte is judged already. */
export const decodeVersion2 = (bytes: Uint8Array, envelope: Envelope): Decoded => {
  const fixed = readFixed(bytes, envelope);
  if (typeof fixed === "string") return { kind: "refused", refusal: refusal(fixed) };
  const { virtualRouterId, priority, addresses, rest, middle } = fixed;
  const type = authenticationTypes[middle >> 8];
  if (type === undefined) return { kind: "refused", refusal: refusal("authentication-type") };
  const isLeftOut = rest.length === 0 && type !== "password";
  if (!isLeftOut && rest.length < authenticationBytes) {
    const code = type === "password" ? "too-short" : "too-long";
    return { kind: "refused", refusal: refusal(code) };
  }
  if (rest.length > authenticationBytes) return { kind: "refused", refusal: refusal("too-long") };
  const checksumRule = checksumRuleOf(rulesOf(envelope), bytes, envelope);
  if (checksumRule === undefined) return { kind: "refused", refusal: refusal("checksum") };
  const authentication: Authentication = { type, data: rest.slice() };
  return {
    kind: "advertisement",
    advertisement: {
      version: 2,
      virtualRouterId,
      priority,
      addresses,
      advertIntervalS: middle & 255,
      authentication,
      checksumRule,
    },
  };
};

/** The bytes of a version 2 message. */
export const encodeVersion2 = (advertisement: AdvertisementV2, envelope: Envelope): Uint8Array => {
  const { authentication, checksumRule } = advertisement;
  const type = authenticationTypes.indexOf(authentication.type);
  const middle = (type << 8) | (advertisement.advertIntervalS & 255);
  const writer = writeFixed(0x21, { ...advertisement, middle, rest: authentication.data });
  return seal(writer, checksumRule, envelope);
};

/** The 8 bytes of a password: cut at 8, filled with zeros (RFC 2338 section 5.3.9). */
export const passwordData = (password: Uint8Array): Uint8Array => {
  const data = new Uint8Array(authenticationBytes);
  data.set(password.subarray(0, authenticationBytes));
  return data;
};
