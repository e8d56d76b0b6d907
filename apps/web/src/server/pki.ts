import "reflect-metadata";
import { createHash, X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import * as x509 from "@peculiar/x509";
import { db } from "./db.ts";
import { keyFile } from "./key-file.ts";

/**
 * The console's own small certificate authority: it signs the agents' certificates, the console's own as their client, and the
 * one of the enrolment endpoint. P-256 throughout. An agent's key never leaves the agent: only its request comes here.
 */

export interface Pki {
  readonly caPem: string;
  /** SHA-256 of the CA's certificate, lower-case hex: what a token carries. */
  readonly caFingerprint: string;
  /** What the console shows to agents. */
  readonly client: KeyPairPem;
  issueAgent(request: AgentRequest): Promise<Issued>;
  issueServer(names: readonly string[]): Promise<KeyPairPem>;
}

export interface KeyPairPem {
  readonly certificatePem: string;
  readonly keyPem: string;
}

export interface AgentRequest {
  readonly csrPem: string;
  readonly agentId: string;
  /** Addresses and names the certificate is for. */
  readonly names: readonly string[];
}

/** `requestInvalid`: not a signed request for a P-256 key. */
export type Issued =
  | { readonly outcome: "issued"; readonly certificatePem: string; readonly fingerprint: string }
  | { readonly outcome: "requestInvalid"; readonly reason: string };

declare global {
  var lvsPki: Pki | undefined;
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const dayMs = 24 * 60 * 60_000;
const caDays = 3_650;
const agentDays = 1_825;
/** Made new at every start of the console. */
const ownDays = 397;
/** Agents let in only who carries this name, made for TLS clients; they enrol only where it is made for TLS servers. */
const consoleName = "lvs-console";
const keyPurpose = "the CA's key";

const { subtle } = globalThis.crypto;

x509.cryptoProvider.set(globalThis.crypto);

/** Throws before `openPki`. */
export function pki(): Pki {
  if (globalThis.lvsPki === undefined) throw new Error("the certificate authority is not open yet");
  return globalThis.lvsPki;
}

/** Reads the CA, or makes it at first start. Throws where the key file does not fit the database. */
export async function openPki(): Promise<Pki> {
  const authority = (await readAuthority()) ?? (await makeAuthority());
  const client = await issueOwn(authority, consoleName, [], x509.ExtendedKeyUsage.clientAuth);
  globalThis.lvsPki = {
    caPem: authority.certificate.toString("pem"),
    caFingerprint: fingerprintOf(authority.certificate.toString("pem")),
    client,
    issueAgent: (request) => issueAgent(authority, request),
    issueServer: (names) => issueOwn(authority, consoleName, names, x509.ExtendedKeyUsage.serverAuth),
  };
  return globalThis.lvsPki;
}

/** SHA-256 of a certificate's DER, lower-case hex. */
export function fingerprintOf(certificatePem: string): string {
  return createHash("sha256").update(new X509Certificate(certificatePem).raw).digest("hex");
}

interface Authority {
  readonly certificate: x509.X509Certificate;
  readonly key: CryptoKey;
}

async function readAuthority(): Promise<Authority | undefined> {
  const row = await db().ca.findUnique({ where: { id: 1 } });
  if (row === null) return undefined;
  const der = x509.PemConverter.decodeFirst(keyFile().decrypt(row.encryptedKey, keyPurpose));
  return {
    certificate: new x509.X509Certificate(row.certificatePem),
    key: await subtle.importKey("pkcs8", der, algorithm, false, ["sign"]),
  };
}

async function makeAuthority(): Promise<Authority> {
  const keys = await subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: "CN=LVS Console CA",
    ...validity(caDays),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  // Two consoles at their first start: the second takes what the first wrote.
  await db().ca.createMany({
    data: [
      {
        id: 1,
        certificatePem: certificate.toString("pem"),
        encryptedKey: keyFile().encrypt(await exportKey(keys.privateKey), keyPurpose),
      },
    ],
    skipDuplicates: true,
  });
  const stored = await readAuthority();
  if (stored === undefined) throw new Error("the certificate authority was not kept by the database");
  return stored;
}

async function issueOwn(
  authority: Authority,
  commonName: string,
  names: readonly string[],
  usage: x509.ExtendedKeyUsage,
): Promise<KeyPairPem> {
  const keys = await subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await sign(authority, {
    commonName,
    names,
    usage,
    publicKey: keys.publicKey,
    days: ownDays,
  });
  return { certificatePem: certificate.toString("pem"), keyPem: await exportKey(keys.privateKey) };
}

async function issueAgent(authority: Authority, { csrPem, agentId, names }: AgentRequest): Promise<Issued> {
  const publicKey = await keyOfRequest(csrPem);
  if (publicKey === undefined) {
    return {
      outcome: "requestInvalid",
      reason: "The certificate request is not a signed one for a P-256 key.",
    };
  }
  const certificate = await sign(authority, {
    commonName: agentId,
    names,
    usage: x509.ExtendedKeyUsage.serverAuth,
    publicKey,
    days: agentDays,
  });
  const certificatePem = certificate.toString("pem");
  return { outcome: "issued", certificatePem, fingerprint: fingerprintOf(certificatePem) };
}

/** Nothing of the request but its key is believed: names and usage are what the console writes. */
async function keyOfRequest(csrPem: string): Promise<CryptoKey | undefined> {
  try {
    const request = new x509.Pkcs10CertificateRequest(csrPem);
    if (!(await request.verify())) return undefined;
    return await subtle.importKey("spki", request.publicKey.rawData, algorithm, true, ["verify"]);
  } catch {
    return undefined;
  }
}

interface Subject {
  readonly commonName: string;
  readonly names: readonly string[];
  readonly usage: x509.ExtendedKeyUsage;
  readonly publicKey: CryptoKey;
  readonly days: number;
}

async function sign(authority: Authority, subject: Subject): Promise<x509.X509Certificate> {
  const alternatives = subject.names.map(
    (name) => ({ type: isIP(name) === 0 ? "dns" : "ip", value: name }) as const,
  );
  return x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: [{ CN: [subject.commonName] }],
    issuer: authority.certificate.subject,
    ...validity(subject.days),
    signingAlgorithm: algorithm,
    publicKey: subject.publicKey,
    signingKey: authority.key,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([subject.usage]),
      await x509.AuthorityKeyIdentifierExtension.create(authority.certificate.publicKey),
      await x509.SubjectKeyIdentifierExtension.create(subject.publicKey),
      ...(alternatives.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(alternatives)]),
    ],
  });
}

/** An hour of grace at the start, for directors whose clocks are behind. */
function validity(days: number): { notBefore: Date; notAfter: Date } {
  const now = Date.now();
  return { notBefore: new Date(now - 60 * 60_000), notAfter: new Date(now + days * dayMs) };
}

/** 16 random bytes, positive and without a leading zero (RFC 5280 section 4.1.2.2). */
function serialNumber(): string {
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(16));
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return Buffer.from(bytes).toString("hex");
}

async function exportKey(key: CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await subtle.exportKey("pkcs8", key), "PRIVATE KEY");
}
