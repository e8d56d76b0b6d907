import { setWeightResultSchema, setWeightSchema } from "@lvs/core/director/commands";
import {
  flushServiceResultSchema,
  flushServiceSchema,
  putBackResultSchema,
  putBackSchema,
  setTimeoutsResultSchema,
  setTimeoutsSchema,
} from "@lvs/core/director/table-commands";
import { procedure, router } from "./trpc.ts";

export const tableRouter = router({
  setWeight: procedure
    .input(setWeightSchema)
    .output(setWeightResultSchema)
    .mutation(({ ctx, input }) => ctx.agent.table.setWeight(input)),

  setTimeouts: procedure
    .input(setTimeoutsSchema)
    .output(setTimeoutsResultSchema)
    .mutation(({ ctx, input }) => ctx.agent.table.setTimeouts(input)),

  flushService: procedure
    .input(flushServiceSchema)
    .output(flushServiceResultSchema)
    .mutation(({ ctx, input }) => ctx.agent.table.flushService(input)),

  putBack: procedure
    .input(putBackSchema)
    .output(putBackResultSchema)
    .mutation(({ ctx, input }) => ctx.agent.table.putBack(input)),
});
