import type { Logger } from "../log.ts";
import type { System } from "../system/system.ts";
import { enrol, tryToEnrol, type Enrolment, type EnrolmentRequest } from "./enrol.ts";
import { readIdentity, type Identity } from "./identity.ts";
import { parseToken } from "./token.ts";

export type OwnIdentity =
  | Enrolment
  | { readonly outcome: "notEnrolled" }
  | { readonly outcome: "tokenInvalid"; readonly message: string };

/**
 * Who this agent is. With a token that it has not used yet it enrols, also again (another certificate for the same director); where an
 * agent that is enrolled cannot, it goes on as it was: a token left in a unit's environment must not keep it from starting.
 */
export async function ownIdentity(
  system: System,
  request: Omit<EnrolmentRequest, "token"> & { readonly token: string | undefined },
  context: { readonly log: Logger; readonly signal: AbortSignal },
): Promise<OwnIdentity> {
  const reading = request.token === undefined ? undefined : parseToken(request.token);
  const known = await readIdentity(system.files, request.stateDirectory);
  if (known === undefined) {
    if (reading === undefined) return { outcome: "notEnrolled" };
    if (!reading.isValid) return { outcome: "tokenInvalid", message: reading.reason };
    const first = await enrol(system, { ...request, token: reading.token }, context);
    if (first.outcome === "enrolled") sayEnrolled(context.log, "enrolled", first.identity);
    return first;
  }
  const asBefore: Enrolment = { outcome: "enrolled", identity: known };
  if (reading === undefined || (reading.isValid && reading.token.tokenId === known.tokenId)) return asBefore;
  const again = reading.isValid
    ? await tryToEnrol(system, { ...request, token: reading.token })
    : ({ outcome: "tokenInvalid", message: reading.reason } as const);
  if (again.outcome === "enrolled") {
    sayEnrolled(context.log, "enrolled again", again.identity);
    return again;
  }
  context.log.warn("not enrolled again; going on as enrolled before", {
    outcome: again.outcome,
    reason: again.message,
  });
  return asBefore;
}

const sayEnrolled = (log: Logger, message: string, { agentId, address }: Identity): void =>
  log.info(message, { agentId, address });
