import { initTRPC } from "@trpc/server";
import { z } from "zod";
import { beginAudit } from "./audit.ts";
import { mayDo, permissionOf } from "./permissions.ts";
import { orDatabaseAway } from "./database-away.ts";
import { Problem, problem } from "./problem.ts";
import type { Person } from "./person.ts";

export interface Context {
  readonly person: Person | undefined;
  /** The browser's own word that the request comes from a page of ours; only mutations ask for it. */
  readonly isSameOrigin: boolean;
  /** For the limits of the public procedures. */
  readonly clientAddress: string;
}

const t = initTRPC.context<Context>().create({
  isDev: false,
  errorFormatter: ({ shape, error }) => ({
    ...shape,
    message: error.code === "INTERNAL_SERVER_ERROR" ? "The console failed; its log says how." : shape.message,
    data: {
      ...shape.data,
      problem: error.cause instanceof Problem ? error.cause.problem : undefined,
      invalid: error.cause instanceof z.ZodError ? z.prettifyError(error.cause) : undefined,
    },
  }),
  sse: {
    ping: { enabled: true, intervalMs: 5_000 },
    client: { reconnectAfterInactivityMs: 15_000 },
  },
});

/** Without its database the console says so, whatever a procedure was doing when it noticed. */
const databaseThere = t.middleware(async ({ next }) => {
  const result = await next();
  if (!result.ok) throw orDatabaseAway(result.error);
  return result;
});

/** Session, role, origin and audit of every procedure, in one place. */
const guard = t.middleware(async ({ ctx, path, type, getRawInput, next }) => {
  const isMutation = type === "mutation";
  const refusal = refusalOf(ctx, path, isMutation);
  const audit = isMutation
    ? await beginAudit({ person: ctx.person, procedure: path, input: await getRawInput() })
    : undefined;
  if (refusal !== undefined) {
    await audit?.end("refused", refusal.message);
    throw refusal;
  }
  const result = await next();
  await audit?.endWith(result);
  return result;
});

function refusalOf(ctx: Context, path: string, isMutation: boolean) {
  const needed = permissionOf(path);
  if (isMutation && !ctx.isSameOrigin) {
    return problem("crossOrigin", "This request did not come from a page of this console.");
  }
  if (needed === "public") return undefined;
  if (ctx.person === undefined) return problem("signInNeeded", "Sign in first.");
  if (needed === undefined || !mayDo(ctx.person.role, needed)) {
    return problem(
      "roleTooLow",
      `Your role (${ctx.person.role}) does not allow this; it needs ${needed ?? "one that nobody has"}.`,
    );
  }
  return undefined;
}

export const router = t.router;
export const createCaller = t.createCallerFactory;

/** For what its entry in `permissions` calls public. */
export const publicProcedure = t.procedure.use(databaseThere).use(guard);

/** For everything else: there is a person. */
export const procedure = publicProcedure.use(({ ctx, next }) => {
  if (ctx.person === undefined) throw problem("signInNeeded", "Sign in first.");
  return next({ ctx: { ...ctx, person: ctx.person } });
});
