import { TRPCError } from "@trpc/server";

const statusOf = {
  signInNeeded: "UNAUTHORIZED",
  roleTooLow: "FORBIDDEN",
  crossOrigin: "FORBIDDEN",
  tooManyTries: "TOO_MANY_REQUESTS",
  notFound: "NOT_FOUND",
  nameTaken: "CONFLICT",
  nameMismatch: "BAD_REQUEST",
  hasDirectors: "CONFLICT",
  runUnderWay: "CONFLICT",
  lastAdmin: "CONFLICT",
  setupDone: "CONFLICT",
  setupTokenWrong: "FORBIDDEN",
  passwordWrong: "FORBIDDEN",
  agentUnreachable: "BAD_GATEWAY",
  agentRefused: "BAD_GATEWAY",
  agentRevoked: "CONFLICT",
  agentFailed: "BAD_GATEWAY",
  sshFailed: "BAD_GATEWAY",
  hostKeyIsAnother: "CONFLICT",
  preflightOpen: "CONFLICT",
  planChanged: "CONFLICT",
  notDriving: "SERVICE_UNAVAILABLE",
  runNotPaused: "CONFLICT",
  runNotProving: "CONFLICT",
  stepNotBegun: "CONFLICT",
  runEnded: "CONFLICT",
  tableUnknown: "CONFLICT",
  notTriable: "BAD_REQUEST",
  databaseUnavailable: "SERVICE_UNAVAILABLE",
  databaseSlow: "TIMEOUT",
} as const satisfies Record<string, TRPCError["code"]>;

/** Why the console refused or could not do something, as a code that the browser has a sentence for. */
export type ProblemCode = keyof typeof statusOf;

export const problemCodes: readonly string[] = Object.keys(statusOf);

export class Problem extends Error {
  readonly problem: ProblemCode;
  constructor(problem: ProblemCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "Problem";
    this.problem = problem;
  }
}

/** The error to throw in a procedure: `message` is one sentence that says what was found. */
export function problem(code: ProblemCode, message: string, cause?: unknown): TRPCError {
  return new TRPCError({ code: statusOf[code], message, cause: new Problem(code, message, { cause }) });
}
