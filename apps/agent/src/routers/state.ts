import { tracked } from "@trpc/server";
import { z } from "zod";
import { directorStateSchema } from "@lvs/core/director/state";
import { procedure, router } from "./trpc.ts";

export const stateRouter = router({
  read: procedure.output(directorStateSchema).query(({ ctx }) => ctx.agent.state.read()),

  /** A snapshot, then numbered changes. Resumes after `lastEventId` ("<epoch>:<number>"). */
  watch: procedure
    .input(z.object({ lastEventId: z.string().nullish() }).optional())
    .subscription(async function* ({ ctx, input, signal }) {
      const end = signal ?? new AbortController().signal;
      for await (const { id, change } of ctx.agent.state.watch(input?.lastEventId ?? undefined, end)) {
        yield tracked(id, change);
      }
    }),
});
