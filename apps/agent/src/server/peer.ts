import type { PeerCertificate } from "node:tls";

/** The console's certificate carries this CN; the CA gives it to nobody else. */
export const consoleCommonName = "lvs-console";

const clientAuthentication = "1.3.6.1.5.5.7.3.2";

/**
 * Whether the far side is the console. The chain and the dates were checked by TLS; agents hold certificates of the same CA,
 * so that alone does not make a console. Returns the reason for a refusal, undefined where it is the console.
 */
export function refusePeer(
  certificate: Pick<PeerCertificate, "subject" | "ext_key_usage"> | undefined,
): string | undefined {
  const commonName = certificate?.subject?.CN;
  if (certificate === undefined || commonName === undefined) return "no client certificate was presented";
  if (commonName !== consoleCommonName) {
    return `the certificate of "${commonName}" is not the console's: only ${consoleCommonName} may ask this agent`;
  }
  if (certificate.ext_key_usage?.includes(clientAuthentication) !== true) {
    return "the console's certificate is not made for TLS clients (extended key usage clientAuth)";
  }
  return undefined;
}
