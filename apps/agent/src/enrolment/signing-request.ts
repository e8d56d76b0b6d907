import "reflect-metadata";
import { isIP } from "node:net";
import { webcrypto } from "node:crypto";
import {
  Pkcs10CertificateRequestGenerator,
  SubjectAlternativeNameExtension,
  cryptoProvider,
} from "@peculiar/x509";

/** A new P-256 key and a request for a certificate over it: CN the agent's name, SAN its address. */
export async function makeSigningRequest(subject: {
  readonly name: string;
  readonly address: string;
}): Promise<{ readonly keyPem: string; readonly csrPem: string }> {
  cryptoProvider.set(webcrypto);
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const type = isIP(subject.address) === 0 ? "dns" : "ip";
  const request = await Pkcs10CertificateRequestGenerator.create({
    name: [{ CN: [subject.name] }],
    keys,
    signingAlgorithm: algorithm,
    extensions: [new SubjectAlternativeNameExtension([{ type, value: subject.address }])],
  });
  const key = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey)).toString("base64");
  const lines = key.match(/.{1,64}/gu) ?? [];
  return {
    keyPem: `-----BEGIN PRIVATE KEY-----\n${lines.join("\n")}\n-----END PRIVATE KEY-----\n`,
    csrPem: request.toString("pem"),
  };
}
