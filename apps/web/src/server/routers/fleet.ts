import { fleetSchema } from "@lvs/core/fleet/model";
import { currentFleet } from "../live.ts";
import { procedure, router } from "../trpc.ts";

export const fleetRouter = router({
  /** Everything known now: what `live.watch` begins with, for a page's first paint. */
  read: procedure.output(fleetSchema).query(() => currentFleet()),
});
