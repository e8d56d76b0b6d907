import { Problem, problem } from "./problem.ts";

/** Prisma's words for a server that cannot be reached, hung up, or has no connection left (prisma.io, error reference). */
const prismaCodes = new Set(["P1001", "P1002", "P1008", "P1017", "P2024"]);
/** PostgreSQL's: connection exceptions (class 08), and shutting down, crashed, starting (57P01 to 57P03). */
const sqlState = /^(?:08...|57P0[123])$/u;
/** A socket's, where it is PostgreSQL's: agents and real servers have errors of their own by the time they come here. */
const socketCodes = new Set(["ECONNREFUSED", "ECONNRESET", "ENOENT", "EPIPE", "ETIMEDOUT"]);

/** The error to throw for this one: what is the database's absence says so. */
export function orDatabaseAway(error: unknown): unknown {
  if (!isDatabaseAway(error)) return error;
  return problem("databaseUnavailable", "The console's database does not answer.", error);
}

/** Whether this failed because the console's database could not be asked. */
export function isDatabaseAway(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    // What has its own words already, such as an agent that refused the connection, is not the database's.
    if (at instanceof Problem) return at.problem === "databaseUnavailable";
    if (isAway(at)) return true;
  }
  return false;
}

function isAway(error: Error): boolean {
  const code = "code" in error ? String(error.code) : "";
  if (prismaCodes.has(code) || sqlState.test(code)) return true;
  if (socketCodes.has(code))
    return error.name.startsWith("Prisma") || ("syscall" in error && error.syscall === "connect");
  // node-postgres gives these no code, and Prisma passes their words on at the end of its own.
  return /(?:timeout exceeded when trying to connect|Connection terminated[\w ]*|Query read timeout)$/u.test(
    error.message,
  );
}
