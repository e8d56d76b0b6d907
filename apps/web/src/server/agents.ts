import { createTRPCClient, httpLink, httpSubscriptionLink, splitLink, type TRPCClient } from "@trpc/client";
import { EventSource } from "eventsource";
import { Agent, fetch } from "undici";
import type { AppRouter } from "@lvs/agent/router";
import { pki } from "./pki.ts";
import { problem } from "./problem.ts";

/** Clients of the directors' agents: tRPC over mutual TLS, each pinned to the very certificate its agent was enrolled with. */

export type AgentClient = TRPCClient<AppRouter>;

export interface AgentTarget {
  readonly id: string;
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** SHA-256 of the enrolled certificate, lower-case hex. */
  readonly fingerprint: string;
}

export interface AgentLink {
  readonly target: AgentTarget;
  readonly client: AgentClient;
  close(): void;
}

/** A director as the registry has it. */
export interface RegisteredDirector extends AgentTarget {
  readonly clusterId: string;
  readonly isRevoked: boolean;
}

declare global {
  var lvsRegistered: Map<string, RegisteredDirector> | undefined;
  var lvsAgentLinks: Map<string, AgentLink> | undefined;
}

/** What the TLS check answers where the peer is of our CA but not the agent we enrolled. */
export const otherCertificate = "CERT_NOT_ENROLLED";

const connectLimitMs = 3_000;
/** A query or a command: keepalived's own check, a stop and a start may take this long. */
const answerLimitMs = 120_000;

function links(): Map<string, AgentLink> {
  globalThis.lvsAgentLinks ??= new Map();
  return globalThis.lvsAgentLinks;
}

/** Opens a client; nothing is sent yet. */
export function openAgent(target: AgentTarget): AgentLink {
  const dispatcher = new Agent({
    connect: { ...tlsOptions(target), timeout: connectLimitMs },
    bodyTimeout: 0,
    headersTimeout: answerLimitMs,
    // One request at a time on a connection, the stream on its own.
    pipelining: 1,
    keepAliveTimeout: 30_000,
  });
  const url = `https://${target.address.includes(":") ? `[${target.address}]` : target.address}:${target.port}`;
  const client = createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: (operation) => operation.type === "subscription",
        true: httpSubscriptionLink({
          url,
          EventSource,
          eventSourceOptions: { fetch: (input, init) => fetch(input, { ...init, dispatcher }) },
        }),
        false: httpLink({
          url,
          fetch: (input, init) =>
            fetch(typeof input === "object" && "url" in input ? input.url : input, {
              dispatcher,
              ...(init?.method === undefined ? {} : { method: init.method }),
              // Also where there is no body: the agent refuses a POST that does not say what it carries.
              headers: { "content-type": "application/json" },
              ...(typeof init?.body === "string" ? { body: init.body } : {}),
              signal: init?.signal ?? null,
            }),
        }),
      }),
    ],
  });
  return { target, client, close: () => void dispatcher.destroy() };
}

/** What TLS needs to reach one agent, and to believe that it is that one. */
export function tlsOptions(target: Pick<AgentTarget, "fingerprint">) {
  const { caPem, client } = pki();
  return {
    ca: caPem,
    cert: client.certificatePem,
    key: client.keyPem,
    minVersion: "TLSv1.3",
    // A resumed session would skip the check of the certificate.
    maxCachedSessions: 0,
    // The pinned certificate says more than a name could; the name may change with the director's address.
    checkServerIdentity: (_host: string, certificate: { fingerprint256: string }) =>
      certificate.fingerprint256.replaceAll(":", "").toLowerCase() === target.fingerprint
        ? undefined
        : Object.assign(new Error("the certificate is not the one this agent was enrolled with"), {
            code: otherCertificate,
          }),
  } as const;
}

/** The kept client of a director, made anew where its address or certificate changed. */
export function linkTo(target: AgentTarget): AgentLink {
  const kept = links().get(target.id);
  if (
    kept !== undefined &&
    kept.target.address === target.address &&
    kept.target.port === target.port &&
    kept.target.fingerprint === target.fingerprint
  ) {
    return kept;
  }
  kept?.close();
  const link = openAgent(target);
  links().set(target.id, link);
  return link;
}

export function dropLink(directorId: string): void {
  links().get(directorId)?.close();
  links().delete(directorId);
}

/** What the registry says now; called by it alone. Clients of directors that are gone or revoked are closed. */
export function setTargets(directors: readonly RegisteredDirector[]): void {
  globalThis.lvsRegistered = new Map(directors.map((director) => [director.id, director]));
  for (const id of links().keys()) {
    if (globalThis.lvsRegistered.get(id)?.isRevoked !== false) dropLink(id);
  }
}

/** Throws `notFound` and `agentRevoked`. */
export function targetOf(directorId: string): RegisteredDirector {
  const director = globalThis.lvsRegistered?.get(directorId);
  if (director === undefined) throw problem("notFound", "There is no such director.");
  if (director.isRevoked) throw problem("agentRevoked", `The agent of ${director.name} was revoked.`);
  return director;
}

export function registeredDirectors(): readonly RegisteredDirector[] {
  return [...(globalThis.lvsRegistered?.values() ?? [])];
}

/** The client of a director by id. Throws `notFound` and `agentRevoked`; whether the agent answers shows at the first call. */
export async function agentFor(directorId: string): Promise<AgentClient> {
  return linkTo(targetOf(directorId)).client;
}
