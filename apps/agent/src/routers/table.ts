import { setWeightResultSchema, setWeightSchema } from "@lvs/core/director/commands";
import { procedure, router } from "./trpc.ts";

export const tableRouter = router({
  setWeight: procedure
    .input(setWeightSchema)
    .output(setWeightResultSchema)
    .mutation(({ ctx, input }) => ctx.agent.table.setWeight(input)),
});
