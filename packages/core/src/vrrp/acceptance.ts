import type { Address } from "../net/address.ts";
import type { Advertisement, AdvertisementV2 } from "./advertisement.ts";
import { type Refusal, type RefusalCode, refusal } from "./refusal.ts";

/** What a virtual router is configured to hear. */
export type Expectation = {
  readonly virtualRouterId: number;
  readonly addresses: readonly Address[];
} & (
  | {
      readonly version: 2;
      readonly advertIntervalS: number;
      /** The 8 bytes of the password; undefined: none is configured; "not-known": there is one, which cannot be compared. */
      readonly passwordData: Uint8Array | "not-known" | undefined;
    }
  | { readonly version: 3 }
);

const isSameData = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, index) => byte === b[index]);

const judgeVersion2 = (
  advertisement: AdvertisementV2,
  expected: Extract<Expectation, { version: 2 }>,
): RefusalCode | undefined => {
  const { authentication } = advertisement;
  const { passwordData } = expected;
  const wanted = passwordData === undefined ? "none" : "password";
  if (authentication.type !== wanted) return "other-authentication";
  const isCompared = passwordData !== undefined && passwordData !== "not-known";
  if (isCompared && !isSameData(authentication.data, passwordData)) return "password";
  return advertisement.advertIntervalS === expected.advertIntervalS ? undefined : "interval";
};

/** Same addresses, in any order. keepalived compares the lists so; the RFC leaves it open ("MAY", RFC 9568 section 7.1). */
export const isSameAddressList = (a: readonly Address[], b: readonly Address[]): boolean =>
  a.toSorted().join() === b.toSorted().join();

/**
 * Whether a virtual router would believe a well-formed advert: the first rule it breaks, or undefined. The order is keepalived's, and
 * so is the strictness about the address list (RFC 9568 leaves it to the implementation).
 */
export const judge = (advertisement: Advertisement, expected: Expectation): Refusal | undefined => {
  if (advertisement.virtualRouterId !== expected.virtualRouterId) return refusal("other-vrid");
  if (advertisement.version !== expected.version) return refusal("other-version");
  if (advertisement.version === 2 && expected.version === 2) {
    const code = judgeVersion2(advertisement, expected);
    if (code !== undefined) return refusal(code);
  }
  return isSameAddressList(advertisement.addresses, expected.addresses) ? undefined : refusal("address-list");
};
