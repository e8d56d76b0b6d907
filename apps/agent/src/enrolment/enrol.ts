import { z } from "zod";
import type { Logger } from "../log.ts";
import type { System } from "../system/system.ts";
import { fetchPinnedCa, postToConsole, UnreachableError, UntrustedError } from "./console-connection.ts";
import { checkIssued, writeIdentity, type Identity } from "./identity.ts";
import { makeSigningRequest } from "./signing-request.ts";
import type { EnrolmentToken } from "./token.ts";

export interface EnrolmentRequest {
  readonly token: EnrolmentToken;
  readonly name: string;
  /** Undefined: the address that this machine has on its way to the console. */
  readonly address: string | undefined;
  readonly port: number;
  readonly stateDirectory: string;
}

export type Enrolment =
  | { readonly outcome: "enrolled"; readonly identity: Identity }
  /** The console said no, with its own code. */
  | { readonly outcome: "refused"; readonly code: string; readonly message: string }
  /** Whoever answered is not the console that made the token. */
  | { readonly outcome: "untrusted"; readonly message: string };

const issuedSchema = z.object({ agentId: z.string().min(1), certificatePem: z.string(), caPem: z.string() });
const refusalSchema = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

const retryFirstMs = 1_000;
const retryMostMs = 60_000;

/** Enrols, trying again with growing pauses while the console cannot be reached. Ends with the signal by throwing its reason. */
export async function enrol(
  system: System,
  request: EnrolmentRequest,
  context: { readonly log: Logger; readonly signal: AbortSignal },
): Promise<Enrolment> {
  let pauseMs = retryFirstMs;
  for (;;) {
    context.signal.throwIfAborted();
    const result = await tryToEnrol(system, request);
    if (result.outcome !== "unreachable") return result;
    context.log.warn("the console cannot be reached; trying again", { reason: result.message, pauseMs });
    await system.clock.sleep(pauseMs, context.signal);
    pauseMs = Math.min(pauseMs * 2, retryMostMs);
  }
}

/** Enrols in one try. */
export async function tryToEnrol(
  system: System,
  request: EnrolmentRequest,
): Promise<Enrolment | { readonly outcome: "unreachable"; readonly message: string }> {
  try {
    return await enrolOnce(system, request);
  } catch (error) {
    if (error instanceof UntrustedError) return { outcome: "untrusted", message: error.message };
    if (error instanceof UnreachableError) return { outcome: "unreachable", message: error.message };
    throw error;
  }
}

async function enrolOnce(system: System, request: EnrolmentRequest): Promise<Enrolment> {
  const { token, name, port } = request;
  const { ca, localAddress } = await fetchPinnedCa(token);
  const address = request.address ?? localAddress;
  if (address === undefined) throw new UnreachableError("the connection to the console was lost");
  const { keyPem, csrPem } = await makeSigningRequest({ name, address });
  const answer = await postToConsole(token.url, ca, {
    tokenId: token.tokenId,
    secret: token.secret,
    name,
    address,
    port,
    csrPem,
  });
  if (answer.status >= 500) throw new UnreachableError(`the console answered with HTTP ${answer.status}`);
  const refusal = refusalSchema.safeParse(answer.body);
  if (refusal.success) return { outcome: "refused", ...refusal.data.error };
  const issued = issuedSchema.safeParse(answer.body);
  if (!issued.success || answer.status >= 300) {
    return {
      outcome: "refused",
      code: "requestInvalid",
      message: `HTTP ${answer.status} without a known answer`,
    };
  }
  const fault = checkIssued({ ...issued.data, keyPem, caFingerprint: token.caFingerprint });
  if (fault !== undefined) return { outcome: "untrusted", message: fault };
  const { tokenId } = token;
  const identity = { ...issued.data, name, address, keyPem, enrolledAtMs: system.clock.nowMs(), tokenId };
  await writeIdentity(system.files, request.stateDirectory, identity);
  return { outcome: "enrolled", identity };
}
