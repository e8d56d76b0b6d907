import { createServer, type Server } from "node:https";
import type { IncomingMessage, ServerResponse } from "node:http";
import { TLSSocket } from "node:tls";
import { createHTTPHandler } from "@trpc/server/adapters/standalone";
import type { Agent } from "../daemon/agent.ts";
import type { Identity } from "../enrolment/identity.ts";
import type { Logger } from "../log.ts";
import { appRouter } from "../routers/app-router.ts";
import { refusePeer } from "./peer.ts";

export interface RunningServer {
  readonly port: number;
  /** Ends open streams too. */
  close(): Promise<void>;
}

interface ServerParts {
  readonly identity: Pick<Identity, "keyPem" | "certificatePem" | "caPem">;
  readonly listen: { readonly host: string; readonly port: number };
  readonly agent: Agent;
  readonly log: Logger;
}

/** The router over mutual TLS 1.3: only the console of the enrolment is let in, everyone else is refused with the reason in the log. */
export async function startServer({ identity, listen, agent, log }: ServerParts): Promise<RunningServer> {
  const handle = createHTTPHandler({
    router: appRouter,
    createContext: () => ({ agent }),
    onError: ({ error, path }) => {
      if (error.code === "INTERNAL_SERVER_ERROR")
        log.error("a request failed", { path, reason: error.message });
    },
  });
  const server = createServer(
    {
      key: identity.keyPem,
      cert: identity.certificatePem,
      ca: identity.caPem,
      requestCert: true,
      rejectUnauthorized: true,
      minVersion: "TLSv1.3",
    },
    (request, response) => {
      const reason = refuseRequest(request);
      if (reason === undefined) return handle(request, response);
      log.warn("refused a peer", { peer: request.socket.remoteAddress, reason });
      return answerRefusal(response, reason);
    },
  );
  server.on("tlsClientError", (error, socket) => {
    log.warn("refused a connection", { peer: socket.remoteAddress, reason: explainTlsError(error) });
  });
  await listening(server, listen);
  const bound = server.address();
  return {
    port: typeof bound === "object" && bound !== null ? bound.port : listen.port,
    close: () => closed(server),
  };
}

function refuseRequest(request: IncomingMessage): string | undefined {
  return request.socket instanceof TLSSocket
    ? refusePeer(request.socket.getPeerCertificate())
    : "the connection is not TLS";
}

/** In tRPC's own shape, so that a client shows the reason and not a parse error. */
function answerRefusal(response: ServerResponse, reason: string): void {
  const error = { message: reason, code: -32_003, data: { code: "FORBIDDEN", httpStatus: 403 } };
  response.writeHead(403, { "content-type": "application/json", connection: "close" });
  response.end(JSON.stringify({ error }));
}

const notOurs = "the certificate was not issued by the console's CA";

const codeOf = (error: Error): string =>
  "code" in error && typeof error.code === "string" ? error.code : "";

/** OpenSSL's code in words; its own text for the rest. */
function explainTlsError(error: Error): string {
  switch (codeOf(error)) {
    case "ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE":
      return "no client certificate was presented";
    case "DEPTH_ZERO_SELF_SIGNED_CERT":
    case "SELF_SIGNED_CERT_IN_CHAIN":
    case "UNABLE_TO_GET_ISSUER_CERT_LOCALLY":
    case "UNABLE_TO_VERIFY_LEAF_SIGNATURE":
    case "CERT_SIGNATURE_FAILURE":
      return notOurs;
    case "ECONNRESET":
      return "the far side ended the handshake: it does not take this agent's certificate, or is no TLS client";
    case "CERT_HAS_EXPIRED":
      return "the certificate has expired";
    case "INVALID_PURPOSE":
      return "the certificate is not made for TLS clients";
    default:
      /** What a CA of the same name but with another key ends in (OpenSSL 3); it has no code of its own. */
      return error.message.includes("signature failure") ? notOurs : error.message;
  }
}

function listening(server: Server, at: { readonly host: string; readonly port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(at.port, at.host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
