/** What an enrolment token says: where to enrol, with what right, and whose CA to trust. */
export interface EnrolmentToken {
  readonly url: URL;
  readonly tokenId: string;
  readonly secret: string;
  /** SHA-256 of the console's CA certificate (DER), lower-case hex. */
  readonly caFingerprint: string;
}

export type TokenReading =
  | { readonly isValid: true; readonly token: EnrolmentToken }
  | { readonly isValid: false; readonly reason: string };

const wrong = (reason: string): TokenReading => ({ isValid: false, reason });

/** Reads `lvs1.<URL base64url>.<token id>.<secret>.<fingerprint hex>`. The reasons never repeat the token. */
export function parseToken(text: string): TokenReading {
  const [form, url64, tokenId, secret, caFingerprint, ...more] = text.trim().split(".");
  if (form !== "lvs1") return wrong("it does not begin with lvs1.");
  if (!url64 || !tokenId || !secret || !caFingerprint || more.length > 0) {
    return wrong("it must have five parts divided by dots; was it copied whole?");
  }
  if (!/^[0-9a-f]{64}$/u.test(caFingerprint)) return wrong("its last part is not a SHA-256 fingerprint");
  const decoded = Buffer.from(url64, "base64url").toString("utf8");
  if (!URL.canParse(decoded)) return wrong("its second part is not an address");
  const url = new URL(decoded);
  if (url.protocol !== "https:") return wrong("its address is not https");
  return { isValid: true, token: { url, tokenId, secret, caFingerprint } };
}
