import { Problem, problem } from "./problem.ts";

/** Prisma's words for a server that cannot be reached, hung up, or has no connection left (prisma.io, error reference). */
const prismaCodes = new Set(["P1001", "P1002", "P1008", "P1017", "P2024"]);
/** PostgreSQL's: connection exceptions (class 08), and shutting down, crashed, starting (57P01 to 57P03). */
const sqlState = /^(?:08...|57P0[123])$/u;
/** A socket's, where it is PostgreSQL's: agents and real servers have errors of their own by the time they come here. */
const socketCodes = new Set(["ECONNREFUSED", "ECONNRESET", "ENOENT", "EPIPE", "ETIMEDOUT"]);

/** It answers, but was told to stop what took too long: query_canceled, by its statement_timeout. */
const tooSlow = "57014";

const sentences = {
  databaseUnavailable: "The console's database does not answer.",
  databaseSlow: "The console's database took too long for this and was told to stop.",
} as const;
type Absence = keyof typeof sentences;

/** The error to throw for this one: what is the database's absence says so. */
export function orDatabaseAway(error: unknown): unknown {
  const absence = absenceIn(error);
  return absence === undefined ? error : problem(absence, sentences[absence], error);
}

/** Whether this failed because the console's database could not be asked, or gave no answer in time. */
export const isDatabaseAway = (error: unknown): boolean => absenceIn(error) !== undefined;

function absenceIn(error: unknown): Absence | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    // What has its own words already, such as an agent that refused the connection, is not the database's.
    if (at instanceof Problem) return isAbsence(at.problem) ? at.problem : undefined;
    if (isAway(at)) return "databaseUnavailable";
    if (stateOf(at) === tooSlow) return "databaseSlow";
  }
  return undefined;
}

const isAbsence = (code: string): code is Absence => code in sentences;

/** PostgreSQL's own code (appendix A): node-postgres has it in `code`, where Prisma has one of its own and tells this one in its words. */
const stateOf = (error: Error): string =>
  /\bDatabase error\. Code: `(\w{5})`/u.exec(error.message)?.[1] ?? codeOf(error);

const codeOf = (error: Error): string => ("code" in error ? String(error.code) : "");

function isAway(error: Error): boolean {
  const code = codeOf(error);
  if (prismaCodes.has(code) || sqlState.test(stateOf(error))) return true;
  if (socketCodes.has(code))
    return error.name.startsWith("Prisma") || ("syscall" in error && error.syscall === "connect");
  // node-postgres gives these no code, and Prisma passes their words on at the end of its own.
  return /(?:timeout exceeded when trying to connect|Connection terminated[\w ]*|Query read timeout)$/u.test(
    error.message,
  );
}
