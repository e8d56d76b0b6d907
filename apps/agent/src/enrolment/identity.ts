import { X509Certificate, createPrivateKey } from "node:crypto";
import { z } from "zod";
import type { Files } from "../system/files.ts";

/** Who this agent is to its console: one file in the state directory, readable by root alone, written as one step. */
export const identitySchema = z.object({
  agentId: z.string().min(1),
  name: z.string(),
  address: z.string(),
  /** PKCS #8. Made here, never sent. */
  keyPem: z.string(),
  certificatePem: z.string(),
  /** The console's CA: nobody else is believed. */
  caPem: z.string(),
  enrolledAtMs: z.number(),
  /** With which token: the same one again is no new enrolment. Absent from identities of agents before that. */
  tokenId: z.string().optional(),
});
export type Identity = z.infer<typeof identitySchema>;

const identityPath = (stateDirectory: string): string => `${stateDirectory}/identity.json`;

/** Undefined: not enrolled yet. Throws SystemError where the file could not be read, Error where it is damaged. */
export async function readIdentity(files: Files, stateDirectory: string): Promise<Identity | undefined> {
  const path = identityPath(stateDirectory);
  if (!(await files.exists(path))) return undefined;
  const parsed = identitySchema.safeParse(parseJson(await files.readText(path)));
  if (!parsed.success) {
    throw new Error(`${path} is damaged; move it away and enrol this agent again with a new token`);
  }
  return parsed.data;
}

/** Replaces the identity as one step; the file is 0600. */
export async function writeIdentity(files: Files, stateDirectory: string, identity: Identity): Promise<void> {
  await files.makeDirectory(stateDirectory, { mode: 0o700 });
  const bytes = new TextEncoder().encode(`${JSON.stringify(identity, null, 1)}\n`);
  await files.writeAtomic(identityPath(stateDirectory), bytes, { mode: 0o600 });
}

/** SHA-256 of the certificate's DER, lower-case hex without colons. */
export const certificateFingerprint = (certificate: X509Certificate): string =>
  certificate.fingerprint256.replaceAll(":", "").toLowerCase();

/** What is wrong with an answer to an enrolment; undefined: it is ours and issued by the pinned CA. */
export function checkIssued(issued: {
  readonly certificatePem: string;
  readonly caPem: string;
  readonly keyPem: string;
  readonly caFingerprint: string;
}): string | undefined {
  const ca = readCertificate(issued.caPem);
  const certificate = readCertificate(issued.certificatePem);
  if (ca === undefined || certificate === undefined)
    return "the console's answer holds no readable certificates";
  if (certificateFingerprint(ca) !== issued.caFingerprint)
    return "the returned CA is not the one the token names";
  if (!certificate.checkIssued(ca) || !certificate.verify(ca.publicKey)) {
    return "the returned certificate was not issued by the console's CA";
  }
  if (!certificate.checkPrivateKey(createPrivateKey(issued.keyPem))) {
    return "the returned certificate is for another key";
  }
  return undefined;
}

function readCertificate(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}
