import { realServersRouter } from "./real-servers/router.ts";
import { auditRouter } from "./routers/audit.ts";
import { clustersRouter } from "./routers/clusters.ts";
import { configRouter } from "./routers/config.ts";
import { connectionsRouter } from "./routers/connections.ts";
import { directorsRouter } from "./routers/directors.ts";
import { eventsRouter } from "./routers/events.ts";
import { fleetRouter } from "./routers/fleet.ts";
import { liveRouter } from "./routers/live.ts";
import { samplesRouter } from "./routers/samples.ts";
import { setupRouter } from "./routers/setup.ts";
import { tableRouter } from "./routers/table.ts";
import { usersRouter } from "./routers/users.ts";
import { router } from "./trpc.ts";
import { workflowsRouter } from "./workflows/router.ts";

/** Everything a browser may ask of the console. Who may ask what: permissions.ts. */
export const appRouter = router({
  audit: auditRouter,
  clusters: clustersRouter,
  config: configRouter,
  connections: connectionsRouter,
  directors: directorsRouter,
  events: eventsRouter,
  fleet: fleetRouter,
  live: liveRouter,
  realServers: realServersRouter,
  samples: samplesRouter,
  setup: setupRouter,
  table: tableRouter,
  users: usersRouter,
  workflows: workflowsRouter,
});

export type AppRouter = typeof appRouter;
