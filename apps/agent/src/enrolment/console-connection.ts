import { request } from "node:https";
import type { IncomingMessage } from "node:http";
import { checkServerIdentity, connect, type DetailedPeerCertificate, type PeerCertificate } from "node:tls";
import { X509Certificate } from "node:crypto";
import { consoleCommonName } from "../server/peer.ts";
import type { EnrolmentToken } from "./token.ts";
import { certificateFingerprint } from "./identity.ts";

/** The console could not be asked at all: worth another try. */
export class UnreachableError extends Error {}
/** Somebody answered who is not the console that made the token: never worth another try. */
export class UntrustedError extends Error {}

const connectTimeoutMs = 10_000;
const answerBytesMost = 262_144;

/**
 * The console's CA as presented by the enrolment endpoint, where its fingerprint is the pinned one. Only looks (as kubeadm does
 * with its discovery token): nothing is sent on this connection, the next one trusts that CA alone.
 */
export async function fetchPinnedCa(token: EnrolmentToken): Promise<PinnedCa> {
  const { chain, localAddress } = await lookAt(token.url);
  const ca = chain.find((each) => certificateFingerprint(each) === token.caFingerprint);
  if (ca === undefined) {
    throw new UntrustedError(
      `${token.url.host} does not present the CA of the console that made this token (expected fingerprint ${token.caFingerprint}, presented ${chain.map(certificateFingerprint).join(", ") || "none"})`,
    );
  }
  return { ca, localAddress };
}

export interface PinnedCa {
  readonly ca: X509Certificate;
  /** The address that this machine has on its way to the console. */
  readonly localAddress: string | undefined;
}

function lookAt(url: URL): Promise<{ chain: X509Certificate[]; localAddress: string | undefined }> {
  return new Promise((resolve, reject) => {
    const socket = connect(
      { ...hostAndPort(url), rejectUnauthorized: false, timeout: connectTimeoutMs },
      () => {
        const chain = certificatesOf(socket.getPeerCertificate(true));
        resolve({ chain, localAddress: socket.localAddress?.replace(/^::ffff:/u, "") });
        socket.destroy();
      },
    );
    socket.on("timeout", () => socket.destroy(new Error("no answer")));
    socket.on("error", (error) => reject(unreachable(url, error)));
  });
}

function certificatesOf(leaf: DetailedPeerCertificate): X509Certificate[] {
  const chain: X509Certificate[] = [];
  const seen = new Set<string>();
  for (
    let next: DetailedPeerCertificate | undefined = leaf;
    next?.raw !== undefined;
    next = next.issuerCertificate
  ) {
    const certificate = new X509Certificate(next.raw);
    if (seen.has(certificate.fingerprint256)) break;
    seen.add(certificate.fingerprint256);
    chain.push(certificate);
  }
  return chain;
}

export interface ConsoleAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** POSTs JSON to the enrolment endpoint over TLS that trusts `ca` alone. Throws UnreachableError or UntrustedError. */
export function postToConsole(url: URL, ca: X509Certificate, body: unknown): Promise<ConsoleAnswer> {
  const target = new URL("/enrol", url);
  return new Promise((resolve, reject) => {
    const call = request(
      target,
      {
        ...hostAndPort(url),
        method: "POST",
        ca: ca.toString(),
        timeout: connectTimeoutMs,
        agent: false,
        checkServerIdentity: checkConsoleIdentity,
        headers: { "content-type": "application/json" },
      },
      (response) => void readAnswer(response).then(resolve, reject),
    );
    call.on("timeout", () => call.destroy(new Error("no answer")));
    call.on("error", (error) =>
      reject(
        isCertificateProblem(error)
          ? new UntrustedError(`${url.host} is not the console that made this token: ${error.message}`)
          : unreachable(url, error),
      ),
    );
    call.end(JSON.stringify(body));
  });
}

/**
 * Agents hold certificates of the same CA, so the chain alone does not say that this is the console: it must carry the console's
 * own name, or a name that the CA certified for the host in the token.
 */
function checkConsoleIdentity(host: string, certificate: PeerCertificate): Error | undefined {
  if (certificate.subject.CN === consoleCommonName) return undefined;
  return checkServerIdentity(host, certificate);
}

const isCertificateProblem = (error: Error): boolean =>
  "code" in error &&
  typeof error.code === "string" &&
  /CERT|SELF_SIGNED|ISSUER|SIGNATURE|ALTNAME/u.test(error.code);

const unreachable = (url: URL, error: Error): UnreachableError =>
  new UnreachableError(`${url.host} cannot be reached: ${error.message || String(error)}`, { cause: error });

function hostAndPort(url: URL): { host: string; port: number } {
  return { host: url.hostname.replace(/^\[(.*)\]$/u, "$1"), port: url.port === "" ? 443 : Number(url.port) };
}

async function readAnswer(response: IncomingMessage): Promise<ConsoleAnswer> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of response) {
    const bytes = Buffer.from(piece);
    size += bytes.length;
    if (size > answerBytesMost) throw new UnreachableError("the console's answer is too long to be one");
    pieces.push(bytes);
  }
  const text = Buffer.concat(pieces).toString("utf8");
  try {
    const body: unknown = JSON.parse(text);
    return { status: response.statusCode ?? 0, body };
  } catch {
    return { status: response.statusCode ?? 0, body: undefined };
  }
}
