import { TRPCError } from "@trpc/server";

/** Why the console refused or could not do something, as a code that the browser has a sentence for. */
export type ProblemCode =
  | "signInNeeded"
  | "roleTooLow"
  | "crossOrigin"
  | "tooManyTries"
  | "notFound"
  | "nameTaken"
  | "nameMismatch"
  | "inUse"
  | "lastAdmin"
  | "setupDone"
  | "setupTokenWrong"
  | "passwordWeak"
  | "passwordWrong"
  | "agentUnreachable"
  | "agentRefused"
  | "agentRevoked"
  | "agentFailed"
  | "refused"
  | "sshFailed"
  | "databaseUnavailable";

export class Problem extends Error {
  readonly problem: ProblemCode;
  constructor(problem: ProblemCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "Problem";
    this.problem = problem;
  }
}

const statusOf = {
  signInNeeded: "UNAUTHORIZED",
  roleTooLow: "FORBIDDEN",
  crossOrigin: "FORBIDDEN",
  tooManyTries: "TOO_MANY_REQUESTS",
  notFound: "NOT_FOUND",
  nameTaken: "CONFLICT",
  nameMismatch: "BAD_REQUEST",
  inUse: "CONFLICT",
  lastAdmin: "CONFLICT",
  setupDone: "CONFLICT",
  setupTokenWrong: "FORBIDDEN",
  passwordWeak: "BAD_REQUEST",
  passwordWrong: "FORBIDDEN",
  agentUnreachable: "BAD_GATEWAY",
  agentRefused: "BAD_GATEWAY",
  agentRevoked: "CONFLICT",
  agentFailed: "BAD_GATEWAY",
  refused: "CONFLICT",
  sshFailed: "BAD_GATEWAY",
  databaseUnavailable: "SERVICE_UNAVAILABLE",
} as const satisfies Record<ProblemCode, TRPCError["code"]>;

/** The error to throw in a procedure: `message` is one sentence that says what was found. */
export function problem(code: ProblemCode, message: string, cause?: unknown): TRPCError {
  return new TRPCError({ code: statusOf[code], message, cause: new Problem(code, message, { cause }) });
}
