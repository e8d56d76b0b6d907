import { z } from "zod";
import { procedure, router } from "./trpc.ts";

export const logRouter = router({
  tail: procedure
    .input(z.object({ lines: z.int().min(1).max(2_000).default(200) }))
    .output(z.object({ path: z.string(), lines: z.array(z.string()) }))
    .query(async ({ ctx, input }) => {
      const { path, lines } = await ctx.agent.log.tail(input.lines);
      return { path, lines: [...lines] };
    }),
});
