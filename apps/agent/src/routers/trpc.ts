import { initTRPC } from "@trpc/server";
import type { Agent } from "../daemon/agent.ts";

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
});

export const { router, procedure } = trpc;
