import tls from "node:tls";
import { TRPCClientError } from "@trpc/client";
import type { Connection } from "@lvs/core/fleet/model";
import { otherCertificate, tlsOptions, type AgentTarget } from "./agents.ts";
import { problem } from "./problem.ts";

/** Why an agent could not be asked, in words: the network, a certificate, or the agent's own answer. */
export interface AgentFailure {
  readonly kind: "lost" | "refused" | "answered";
  readonly code: string;
  readonly reason: string;
}

const probeLimitMs = 3_000;

const networkWords: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there: the agent is not running, or the port is another",
  ECONNRESET: "the connection was cut",
  EHOSTUNREACH: "no route to the host",
  ENETUNREACH: "no route to the network",
  ETIMEDOUT: "no answer: the host is down, or a firewall drops the packets",
  UND_ERR_CONNECT_TIMEOUT: "no answer: the host is down, or a firewall drops the packets",
  UND_ERR_HEADERS_TIMEOUT: "connected, but the agent did not answer in time",
  UND_ERR_SOCKET: "the agent closed the connection",
  ENOTFOUND: "the name has no address",
  EAI_AGAIN: "the name could not be looked up",
  SILENT: "connected, but nothing was heard for too long",
};

const certificateWords: Readonly<Record<string, string>> = {
  [otherCertificate]: "the certificate is not the one this agent was enrolled with",
  DEPTH_ZERO_SELF_SIGNED_CERT: "the certificate is self-signed, not of this console's CA",
  SELF_SIGNED_CERT_IN_CHAIN: "the certificate is not of this console's CA",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "the certificate is not of this console's CA",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "the certificate is not of this console's CA",
  UNABLE_TO_GET_ISSUER_CERT: "the certificate is not of this console's CA",
  CERT_SIGNATURE_FAILURE: "the certificate is not of this console's CA",
  CERT_HAS_EXPIRED: "the agent's certificate has expired: enrol it again",
  CERT_NOT_YET_VALID: "the agent's certificate is not valid yet: compare the clocks",
};

/**
 * What the probe below found. An agent written for Node ends a connection whose certificate it does not accept without an alert,
 * once the handshake is done; anybody else whom it lets in gets an answer.
 */
const probeWords: Readonly<Record<string, string>> = {
  CLOSED_AFTER_HANDSHAKE:
    "the agent ends the connection as soon as it has seen this console's certificate: it was enrolled with another console, or the clocks are far apart",
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA:
    "the agent does not know this console's CA: it was enrolled with another console",
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: "the agent refuses this console's certificate",
};

/** Reads an error of an agent's client. A socket that was merely closed is asked once more, on its own, for the reason. */
export async function readFailure(error: unknown, target: AgentTarget): Promise<AgentFailure> {
  const code = codeOf(error);
  if (code === undefined) return readAnswer(error);
  const known = byCode(code);
  if (known?.kind === "refused" || code !== "UND_ERR_SOCKET") {
    return known ?? { kind: "lost", code, reason: deepest(error).message };
  }
  const probed = await probe(target);
  return (
    (probed === undefined ? undefined : byCode(probed)) ??
    known ?? { kind: "lost", code, reason: "the agent closed the connection" }
  );
}

function byCode(code: string): AgentFailure | undefined {
  const network = networkWords[code];
  if (network !== undefined) return { kind: "lost", code, reason: network };
  const refusal = certificateWords[code] ?? probeWords[code];
  return refusal === undefined ? undefined : { kind: "refused", code, reason: refusal };
}

function readAnswer(error: unknown): AgentFailure {
  const reason = error instanceof Error ? error.message : String(error);
  const status = error instanceof TRPCClientError ? httpStatus(error.data) : undefined;
  if (status === 401 || status === 403) return { kind: "refused", code: String(status), reason };
  return { kind: "answered", code: status === undefined ? "ANSWER" : String(status), reason };
}

function httpStatus(data: unknown): number | undefined {
  if (typeof data !== "object" || data === null || !("httpStatus" in data)) return undefined;
  return typeof data.httpStatus === "number" ? data.httpStatus : undefined;
}

/** The first code on the way down the causes. */
function codeOf(error: unknown): string | undefined {
  for (const cause of causesOf(error)) {
    if ("code" in cause && typeof cause.code === "string") return cause.code;
  }
  return undefined;
}

function deepest(error: unknown): Error {
  return [...causesOf(error)].at(-1) ?? new Error(String(error));
}

function* causesOf(error: unknown): Generator<Error> {
  let current = error;
  for (let depth = 0; depth < 8 && current instanceof Error; depth += 1) {
    yield current;
    current =
      current instanceof AggregateError && current.cause === undefined ? current.errors[0] : current.cause;
  }
}

/**
 * In TLS 1.3 the client has finished before the server reads its certificate: a refusal comes after that, and an HTTP client only
 * sees a closed socket. A bare TLS connection that asks and waits tells it from a network that cuts.
 */
function probe(target: AgentTarget): Promise<string | undefined> {
  return new Promise((resolve) => {
    let isSecure = false;
    const socket = tls.connect({ ...tlsOptions(target), host: target.address, port: target.port });
    const end = (code: string | undefined): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(code);
    };
    const timer = setTimeout(() => end(undefined), probeLimitMs);
    socket.on("error", (error) => end(codeOf(error)));
    socket.on("close", () => end(isSecure ? "CLOSED_AFTER_HANDSHAKE" : undefined));
    socket.on("secureConnect", () => {
      isSecure = true;
      socket.write("GET /ping HTTP/1.1\r\nHost: agent\r\nConnection: close\r\n\r\n");
    });
    socket.on("data", () => end(undefined));
  });
}

/** The failure as the state of a connection. */
export function connectionOf(failure: AgentFailure, sinceMs: number): Connection {
  return failure.kind === "refused"
    ? { status: "refused", sinceMs, reason: failure.reason }
    : { status: "lost", sinceMs, reason: failure.reason, code: failure.code };
}

/** Asks an agent in a procedure; what fails is told to the browser in words. */
export async function askAgent<Answer>(target: AgentTarget, ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    const { kind, reason } = await readFailure(error, target);
    switch (kind) {
      case "lost":
        throw problem(
          "agentUnreachable",
          `${target.name} (${target.address}:${target.port}): ${reason}.`,
          error,
        );
      case "refused":
        throw problem("agentRefused", `${target.name}: ${reason}.`, error);
      case "answered":
        throw problem("agentFailed", `${target.name} answered: ${reason}`, error);
    }
  }
}
