import "reflect-metadata";
import { webcrypto } from "node:crypto";
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Pkcs10CertificateRequest,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
  cryptoProvider,
  type X509Certificate,
} from "@peculiar/x509";

/** A console's certificate authority for tests. */
export interface TestCa {
  readonly pem: string;
  readonly fingerprint: string;
  /** A certificate with its key; purposes by their names in RFC 5280 section 4.2.1.12. */
  issue(subject: { commonName: string; purposes: readonly Purpose[]; notAfter?: Date }): Promise<KeyPair>;
  sign(csrPem: string): Promise<string>;
}

export interface KeyPair {
  readonly keyPem: string;
  readonly certificatePem: string;
}

type Purpose = "serverAuth" | "clientAuth";

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const purposeIds = { serverAuth: "1.3.6.1.5.5.7.3.1", clientAuth: "1.3.6.1.5.5.7.3.2" } as const;
const yesterday = new Date(Date.now() - 86_400_000);
const tomorrow = new Date(Date.now() + 86_400_000);

export async function makeTestCa(): Promise<TestCa> {
  cryptoProvider.set(webcrypto);
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: [{ CN: ["LVS Console CA"] }],
    notBefore: yesterday,
    notAfter: tomorrow,
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  });
  const issuer: Issuer = { certificate, keys };
  return {
    pem: certificate.toString("pem"),
    fingerprint: Buffer.from(await certificate.getThumbprint("SHA-256")).toString("hex"),
    issue: (subject) => issueNew(issuer, subject),
    sign: async (csrPem) => {
      const request = new Pkcs10CertificateRequest(csrPem);
      const subject = { commonName: "agent", purposes: ["serverAuth"] } as const;
      return certify(issuer, { ...subject, publicKey: request.publicKey });
    },
  };
}

interface Issuer {
  readonly certificate: X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
}

async function issueNew(
  issuer: Issuer,
  subject: { commonName: string; purposes: readonly Purpose[]; notAfter?: Date },
): Promise<KeyPair> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey)).toString("base64");
  return {
    keyPem: `-----BEGIN PRIVATE KEY-----\n${pkcs8}\n-----END PRIVATE KEY-----\n`,
    certificatePem: await certify(issuer, { ...subject, publicKey: keys.publicKey }),
  };
}

async function certify(
  issuer: Issuer,
  subject: {
    commonName: string;
    purposes: readonly Purpose[];
    notAfter?: Date;
    publicKey: webcrypto.CryptoKey | Pkcs10CertificateRequest["publicKey"];
  },
): Promise<string> {
  const certificate = await X509CertificateGenerator.create({
    serialNumber: serial(),
    subject: [{ CN: [subject.commonName] }],
    issuer: issuer.certificate.subject,
    notBefore: yesterday,
    notAfter: subject.notAfter ?? tomorrow,
    signingAlgorithm: algorithm,
    publicKey: subject.publicKey,
    signingKey: issuer.keys.privateKey,
    extensions: [
      new ExtendedKeyUsageExtension(subject.purposes.map((purpose) => purposeIds[purpose])),
      new SubjectAlternativeNameExtension([{ type: "ip", value: "127.0.0.1" }]),
      await AuthorityKeyIdentifierExtension.create(issuer.certificate),
    ],
  });
  return certificate.toString("pem");
}

const serial = (): string =>
  Buffer.from(webcrypto.getRandomValues(new Uint8Array(8)))
    .toString("hex")
    .replace(/^./u, "1");
