/**
 * Why an advert is not believed: exactly one code per refused packet, the first rule it breaks. The order is that of RFC 5798 and
 * RFC 9568 section 7.1 (the packet by itself), then that of what only a configured virtual router can judge.
 */
export const refusalReasons = {
  "not-ip": "not an IPv4 or IPv6 packet that carries protocol 112 whole (RFC 9568 section 5.1)",
  "hop-limit": "TTL or hop limit is not 255: it crossed a router (RFC 9568 section 7.1)",
  "too-short": "shorter than its header and addresses need (RFC 9568 section 7.1)",
  version: "VRRP version is neither 2 nor 3 (RFC 9568 section 5.2.1)",
  type: "not an ADVERTISEMENT (RFC 9568 section 5.2.2)",
  vrid: "virtual router id 0 (RFC 9568 section 5.2.3)",
  "no-addresses": "lists no address (RFC 9568 section 5.2.5)",
  "too-long": "longer than its addresses and authentication need (RFC 9568 section 7.1)",
  "authentication-type":
    "authentication type is none of 0, 1 and 2 (RFC 3768 section 5.3.6, RFC 2338 section 5.3.6)",
  checksum: "checksum is wrong (RFC 3768 section 5.3.8, RFC 9568 section 5.2.8)",
  "other-vrid": "belongs to another virtual router (RFC 9568 section 7.1)",
  "other-version": "another version than configured (RFC 9568 section 7.1)",
  "other-authentication": "another authentication type than configured (RFC 2338 section 7.1)",
  password: "another password than configured (RFC 2338 section 7.1)",
  interval: "another advertisement interval than configured (RFC 3768 section 7.1)",
  "address-list": "another list of addresses than configured (RFC 9568 section 7.1)",
} as const;

export type RefusalCode = keyof typeof refusalReasons;

/** Whether a text is one of them: an agent may be newer. */
export const isRefusalCode = (text: string): text is RefusalCode => Object.hasOwn(refusalReasons, text);

/** The refused packet's reason: the code for programs, the sentence for people. Never holds a password. */
export type Refusal = { readonly code: RefusalCode; readonly reason: string };

export const refusal = (code: RefusalCode): Refusal => ({ code, reason: refusalReasons[code] });
