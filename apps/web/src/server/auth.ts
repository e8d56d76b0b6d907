import { APIError, createAuthMiddleware } from "better-auth/api";
import { betterAuth } from "better-auth";
import { prismaAdapter } from "better-auth/adapters/prisma";
import { z } from "zod";
import { recordAudit } from "./audit.ts";
import { database, db } from "./db.ts";
import { readEnv } from "./env.ts";
import { keyFile } from "./key-file.ts";
import { isRole } from "./role.ts";
import { isSameOrigin } from "./same-origin.ts";
import { tryCounter } from "./try-counter.ts";
import type { Person } from "./person.ts";

/** Sign-in by e-mail and password (better-auth). People are made by an admin, never by themselves; roles are ours (role.ts). */

declare global {
  var lvsAuth: ReturnType<typeof makeAuth> | undefined;
}

/** A password has at least this many characters; length is the only rule that helps (NIST SP 800-63B section 3.1.1). */
export const shortestPassword = 12;
export const longestPassword = 128;

/** Per address: what one person mistypes, and far below what guessing needs. */
const triesPerAddress = tryCounter({ most: 20, withinMs: 60_000 });
/** Per account, wherever the tries come from. Not lower, or a stranger could keep its owner out at will. */
const triesPerAccount = tryCounter({ most: 10, withinMs: 60_000 });
/** All together: each costs some 80 ms of a core, on purpose. */
const triesOfAll = tryCounter({ most: 300, withinMs: 60_000 });

/** Counts the try; past the limits nothing is asked of the database. */
const beforeSignIn = createAuthMiddleware(async (ctx) => {
  if (ctx.path !== "/sign-in/email") return;
  const email = emailOf(ctx.body);
  const isTooMany =
    !triesPerAccount.take(email) || !triesPerAddress.take(clientAddress(ctx.headers)) || !triesOfAll.take("");
  if (!isTooMany) return;
  await recordAudit(
    { person: undefined, procedure: "auth.signIn", input: { email } },
    "refused",
    "too many tries",
  );
  throw new APIError("TOO_MANY_REQUESTS", { message: "Too many tries. Wait a minute." });
});

/** Keeps the record of both outcomes. */
const afterSignIn = createAuthMiddleware(async (ctx) => {
  if (ctx.path !== "/sign-in/email") return;
  const email = emailOf(ctx.body);
  const person = ctx.context.newSession?.user;
  const input = { email, from: clientAddress(ctx.headers) };
  if (person !== undefined) triesPerAccount.forget(email);
  await recordAudit(
    { person, procedure: "auth.signIn", input },
    person === undefined ? "refused" : "done",
    person === undefined ? "wrong e-mail or password" : "",
  );
});

export function auth() {
  globalThis.lvsAuth ??= makeAuth();
  return globalThis.lvsAuth;
}

function makeAuth() {
  const { publicOrigin, port } = readEnv();
  const origin = publicOrigin ?? `http://localhost:${port}`;
  return betterAuth({
    appName: "LVS Console",
    baseURL: origin,
    basePath: "/api/auth",
    secret: keyFile().secretFor("sessions"),
    database: prismaAdapter(db(), { provider: "postgresql" }),
    telemetry: { enabled: false },
    logger: { level: "error" },
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: shortestPassword,
      maxPasswordLength: longestPassword,
    },
    user: {
      additionalFields: { role: { type: "string", required: true, defaultValue: "viewer", input: false } },
    },
    session: { expiresIn: 12 * 60 * 60, updateAge: 60 * 60, cookieCache: { enabled: false } },
    // Counted below, by account too; better-auth would count by a header that any client may write.
    rateLimit: { enabled: false },
    trustedOrigins: (request) => [
      origin,
      request !== undefined && isSameOrigin(request.headers, publicOrigin)
        ? request.headers.get("origin")
        : undefined,
    ],
    advanced: {
      useSecureCookies: origin.startsWith("https://"),
      defaultCookieAttributes: { httpOnly: true, sameSite: "lax" },
      cookiePrefix: "lvs-console",
    },
    hooks: { before: beforeSignIn, after: afterSignIn },
  });
}

const signInSchema = z.object({ email: z.string().max(320) });

function emailOf(body: unknown): string {
  const parsed = signInSchema.safeParse(body);
  return parsed.success ? parsed.data.email.toLowerCase() : "";
}

/**
 * Where a request says it comes from: Next writes the socket's address where no proxy wrote one. A client can write what it
 * likes there, so it only spreads honest people's tries; what protects an account is counted by account.
 */
export function clientAddress(headers: Headers | undefined): string {
  return headers?.get("x-forwarded-for")?.split(",").at(-1)?.trim() ?? "unknown";
}

/** Who sent these headers; undefined without a session that is good now. Asks the database every time: a removed role ends at once. */
export async function readPerson(headers: Headers): Promise<Person | undefined> {
  const found = await auth()
    .api.getSession({ headers })
    .catch(async (error: unknown) => {
      // better-auth says only that it failed: the database itself says whether it is there.
      await database().pool.query("select 1");
      throw error;
    });
  if (found === null || !isRole(found.user.role)) return undefined;
  const { id, name, email, role } = found.user;
  return { id, name, email, role, sessionId: found.session.id };
}
