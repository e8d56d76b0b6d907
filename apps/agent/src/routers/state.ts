import { tracked } from "@trpc/server";
import { z } from "zod";
import { changeFor } from "@lvs/core/director/change";
import { directorStateSchema } from "@lvs/core/director/state";
import { procedure, router } from "./trpc.ts";

export const stateRouter = router({
  read: procedure.output(directorStateSchema).query(({ ctx }) => ctx.agent.state.read()),

  /**
   * A snapshot, then numbered changes. Resumes after `lastEventId` ("<epoch>:<number>"). `understands`: sections that consoles did not know
   * from the beginning (`laterSections`); a console that names none hears nothing of them.
   */
  watch: procedure
    .input(
      z
        .object({ lastEventId: z.string().nullish(), understands: z.array(z.string()).max(100).optional() })
        .optional(),
    )
    .subscription(async function* ({ ctx, input, signal }) {
      const end = signal ?? new AbortController().signal;
      for await (const { id, change } of ctx.agent.state.watch(input?.lastEventId ?? undefined, end)) {
        const understood = changeFor(change, input?.understands ?? []);
        if (understood !== undefined) yield tracked(id, understood);
      }
    }),
});
