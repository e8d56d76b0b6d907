import { initTRPC, TRPCError } from "@trpc/server";
import type { Agent } from "../daemon/agent.ts";
import { SystemError } from "../system/system-error.ts";

/** Made once per request, after the peer's certificate was accepted. */
export interface RouterContext {
  readonly agent: Agent;
}

const trpc = initTRPC.context<RouterContext>().create({
  isDev: false,
  sse: {
    /** A dead console is noticed, and proxies keep the stream open. */
    ping: { enabled: true, intervalMs: 2_000 },
    client: { reconnectAfterInactivityMs: 6_000 },
  },
  /** A world that failed is told in its own words, which hold no secret; a bug is told in the log alone. */
  errorFormatter: ({ shape, error }) =>
    error.code === "INTERNAL_SERVER_ERROR" && !(error.cause instanceof SystemError)
      ? { ...shape, message: "the agent failed; its log says how" }
      : shape,
});

const speakingOfTheWorld = trpc.middleware(async ({ next }) => {
  const result = await next();
  if (!result.ok && result.error.cause instanceof SystemError && result.error.cause.code === "timed-out") {
    throw new TRPCError({ code: "TIMEOUT", message: result.error.cause.message, cause: result.error.cause });
  }
  return result;
});

export const router = trpc.router;
export const procedure = trpc.procedure.use(speakingOfTheWorld);
