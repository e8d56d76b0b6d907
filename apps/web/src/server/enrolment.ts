import { randomUUID, timingSafeEqual } from "node:crypto";
import { createServer, type Server } from "node:https";
import type { IncomingMessage, ServerResponse } from "node:http";
import { hostname, networkInterfaces } from "node:os";
import { isIP } from "node:net";
import { z } from "zod";
import type { Prisma } from "../../../../prisma/generated/client.ts";
import { recordAudit } from "./audit.ts";
import { db } from "./db.ts";
import { hashSecret } from "./enrolment-token.ts";
import { pki } from "./pki.ts";
import { announceRegistry } from "./registry.ts";
import { tryCounter, type TryCounter } from "./try-counter.ts";

/**
 * Where agents bring their one-time token: `POST /enrol` on its own TLS port, since an agent without a certificate cannot speak
 * mutual TLS yet. The endpoint shows the CA beside its own certificate, so that the agent can compare it with its token.
 */

const requestSchema = z.object({
  tokenId: z.string().min(1).max(100),
  secret: z.string().min(1).max(200),
  name: z.string().regex(/^[A-Za-z0-9]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?$/u),
  address: z.string().refine((text) => isIP(text) !== 0 || hostPattern.test(text)),
  port: z.int().min(1).max(65_535),
  csrPem: z.string().max(8_000),
});
type EnrolRequest = z.infer<typeof requestSchema>;

const hostPattern = /^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/u;

type RefusalCode =
  | "tokenUnknown"
  | "tokenUsed"
  | "tokenExpired"
  | "requestInvalid"
  | "nameTaken"
  | "tooManyTries";

type Answer =
  | { readonly outcome: "enrolled"; readonly agentId: string; readonly certificatePem: string }
  | { readonly outcome: "refused"; readonly code: RefusalCode; readonly message: string };

const statusOf = {
  tokenUnknown: 403,
  tokenUsed: 403,
  tokenExpired: 403,
  requestInvalid: 400,
  nameTaken: 409,
  tooManyTries: 429,
} as const satisfies Record<RefusalCode, number>;

const longestBody = 16_384;
const bodyLimitMs = 10_000;
const triesPerAddress = { most: 20, withinMs: 60_000 };

export interface EnrolmentListener {
  readonly port: number;
  close(): Promise<void>;
}

/** Throws where the port cannot be had. */
export async function startEnrolment(port: number): Promise<EnrolmentListener> {
  const { certificatePem, keyPem } = await pki().issueServer(ownNames());
  const tries = tryCounter(triesPerAddress);
  const server = createServer(
    {
      key: keyPem,
      cert: `${certificatePem}\n${pki().caPem}`,
      minVersion: "TLSv1.2",
      requestTimeout: bodyLimitMs,
    },
    (request, response) => void handle(request, response, tries),
  );
  server.on("tlsClientError", () => undefined);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, () => resolve());
  });
  return { port: boundPort(server, port), close: () => close(server) };
}

function boundPort(server: Server, asked: number): number {
  const bound = server.address();
  return typeof bound === "object" && bound !== null ? bound.port : asked;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/** Whatever this machine is called from outside; the agent trusts the CA, not the name. */
function ownNames(): string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((found) => found ?? []);
  const plain = addresses
    .map(({ address }) => address.split("%")[0] ?? "")
    .filter((text) => isIP(text) !== 0);
  const name = hostname();
  return [...new Set(["localhost", ...(hostPattern.test(name) ? [name] : []), ...plain])];
}

async function handle(request: IncomingMessage, response: ServerResponse, tries: TryCounter): Promise<void> {
  try {
    if (request.method !== "POST" || request.url !== "/enrol") {
      send(response, 404, { error: { code: "requestInvalid", message: "Only POST /enrol is served here." } });
      return;
    }
    const answer = await answerTo(request, tries);
    if (answer.outcome === "enrolled") {
      const { agentId, certificatePem } = answer;
      send(response, 200, { agentId, certificatePem, caPem: pki().caPem });
    } else {
      send(response, statusOf[answer.code], { error: { code: answer.code, message: answer.message } });
    }
  } catch (error) {
    console.error(`enrolment: ${error instanceof Error ? error.message : String(error)}`);
    send(response, 500, {
      error: { code: "consoleFailed", message: "The console failed; its log says how." },
    });
  }
}

async function answerTo(request: IncomingMessage, tries: TryCounter): Promise<Answer> {
  const from = request.socket.remoteAddress ?? "unknown";
  if (!tries.take(from)) return refuse("tooManyTries", "Too many tries from this address. Wait a minute.");
  const body = requestSchema.safeParse(await readBody(request));
  if (!body.success)
    return refuse("requestInvalid", `The request is not an enrolment: ${z.prettifyError(body.error)}`);
  const answer = await enrol(body.data);
  const { name, address, port, tokenId } = body.data;
  await recordAudit(
    { person: undefined, procedure: "agent.enrol", input: { name, address, port, with: tokenId, from } },
    answer.outcome === "enrolled" ? "done" : "refused",
    answer.outcome === "enrolled" ? "" : `${answer.code}: ${answer.message}`,
  );
  if (answer.outcome === "enrolled") await announceRegistry();
  return answer;
}

/** The token is used up in the same transaction that makes the director: of two that bring it at once, one is refused. */
function enrol(asked: EnrolRequest): Promise<Answer> {
  return db().$transaction(async (rows) => {
    await rows.$queryRaw`select id from "EnrolmentToken" where id = ${asked.tokenId} for update`;
    const token = await rows.enrolmentToken.findUnique({ where: { id: asked.tokenId } });
    const given = hashSecret(asked.secret);
    // Compared also where there is no such token, so that the time taken does not tell.
    const isSame = timingSafeEqual(token?.secretHash ?? hashSecret(""), given);
    if (token === null || !isSame) return refuse("tokenUnknown", "This console did not make this token.");
    if (token.usedAt !== null) return refuse("tokenUsed", "This token was used already. Make a new one.");
    if (token.expiresAt.getTime() < Date.now())
      return refuse("tokenExpired", "This token has expired. Make a new one.");
    if (token.renewsId !== null)
      return certify(rows, asked, { token, agentId: token.renewsId, store: renew(rows, token.renewsId) });
    const taken = await rows.director.findUnique({ where: { name: asked.name }, select: { id: true } });
    if (taken !== null) {
      return refuse(
        "nameTaken",
        `There is a director ${asked.name} already. Make a token for it on its own page (enrol again), or enrol with another name.`,
      );
    }
    return certify(rows, asked, { token, agentId: randomUUID(), store: create(rows, token.clusterId) });
  });
}

/** What a certificate was issued for. */
interface Enrolled {
  readonly agentId: string;
  readonly asked: EnrolRequest;
  readonly certificatePem: string;
  readonly fingerprint: string;
}
type Store = (enrolled: Enrolled) => Promise<unknown>;

function create(rows: Prisma.TransactionClient, clusterId: string): Store {
  return ({ agentId, asked: { name, address, port }, certificatePem, fingerprint }) =>
    rows.director.create({
      data: { id: agentId, clusterId, name, address, port, fingerprint, certificatePem },
    });
}

/** The same director with another key: its old certificate counts no more, a revocation ends, its name and its record stay. */
function renew(rows: Prisma.TransactionClient, id: string): Store {
  return ({ asked: { address, port }, certificatePem, fingerprint }) =>
    rows.director.update({
      where: { id },
      data: { address, port, fingerprint, certificatePem, enrolledAt: new Date(), revokedAt: null },
    });
}

async function certify(
  rows: Prisma.TransactionClient,
  asked: EnrolRequest,
  by: { readonly token: { readonly id: string }; readonly agentId: string; readonly store: Store },
): Promise<Answer> {
  const { agentId, store, token } = by;
  const issued = await pki().issueAgent({
    csrPem: asked.csrPem,
    agentId,
    names: [...new Set([asked.address, asked.name])],
  });
  if (issued.outcome === "requestInvalid") return refuse("requestInvalid", issued.reason);
  const { certificatePem, fingerprint } = issued;
  await store({ agentId, asked, certificatePem, fingerprint });
  await rows.enrolmentToken.update({
    where: { id: token.id },
    data: { usedAt: new Date(), directorId: agentId },
  });
  return { outcome: "enrolled", agentId, certificatePem };
}

function refuse(code: RefusalCode, message: string): Answer {
  return { outcome: "refused", code, message };
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of request) {
    const bytes = Buffer.from(piece);
    size += bytes.length;
    if (size > longestBody) return undefined;
    pieces.push(bytes);
  }
  try {
    return JSON.parse(Buffer.concat(pieces).toString("utf8"));
  } catch {
    return undefined;
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  if (response.headersSent) return;
  response.writeHead(status, {
    "content-type": "application/json",
    connection: "close",
    "cache-control": "no-store",
  });
  response.end(JSON.stringify(body));
}
