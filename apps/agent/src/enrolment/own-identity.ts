import type { Logger } from "../log.ts";
import type { System } from "../system/system.ts";
import { enrol, tryToEnrol, type Enrolment, type EnrolmentRequest } from "./enrol.ts";
import { readIdentity } from "./identity.ts";
import type { EnrolmentToken } from "./token.ts";

export type OwnIdentity = Enrolment | { readonly outcome: "notEnrolled" };

/**
 * Who this agent is. With a token that it has not used yet it enrols, also again (another certificate for the same director); where an
 * agent that is enrolled cannot, it goes on as it was: a token left in a unit's environment must not keep it from starting.
 */
export async function ownIdentity(
  system: System,
  request: Omit<EnrolmentRequest, "token"> & { readonly token: EnrolmentToken | undefined },
  context: { readonly log: Logger; readonly signal: AbortSignal },
): Promise<OwnIdentity> {
  const { token } = request;
  const known = await readIdentity(system.files, request.stateDirectory);
  if (known === undefined)
    return token === undefined ? { outcome: "notEnrolled" } : enrol(system, { ...request, token }, context);
  const asBefore: Enrolment = { outcome: "enrolled", identity: known };
  if (token === undefined || token.tokenId === known.tokenId) return asBefore;
  const again = await tryToEnrol(system, { ...request, token });
  if (again.outcome === "enrolled") return again;
  context.log.warn("not enrolled again; going on as enrolled before", {
    outcome: again.outcome,
    reason: again.message,
  });
  return asBefore;
}
