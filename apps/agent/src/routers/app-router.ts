import { z } from "zod";
import { configRouter } from "./config.ts";
import { connectionsRouter } from "./connections.ts";
import { daemonRouter } from "./daemon.ts";
import { stateRouter } from "./state.ts";
import { tableRouter } from "./table.ts";
import { procedure, router } from "./trpc.ts";

/** Everything a console may ask of this director. Served over mTLS only; the console alone is let in (server/peer.ts). */
export const appRouter = router({
  ping: procedure
    .output(z.object({ agentId: z.string(), agentVersion: z.string(), epoch: z.string(), nowMs: z.number() }))
    .query(({ ctx: { agent } }) => ({
      agentId: agent.agentId,
      agentVersion: agent.version,
      epoch: agent.epoch,
      nowMs: agent.nowMs(),
    })),
  state: stateRouter,
  table: tableRouter,
  connections: connectionsRouter,
  config: configRouter,
  daemon: daemonRouter,
});

export type AppRouter = typeof appRouter;
