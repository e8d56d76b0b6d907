import { z } from "zod";
import { createFirstPerson, newPersonSchema } from "../people.ts";
import { problem } from "../problem.ts";
import { forgetSetupToken, isSetupNeeded, isSetupToken } from "../setup.ts";
import { publicProcedure, router } from "../trpc.ts";
import { tryCounter } from "../try-counter.ts";

const tries = tryCounter({ most: 10, withinMs: 60_000 });

export const setupRouter = router({
  /** Whether the first admin is still to be made. */
  status: publicProcedure
    .output(z.object({ isNeeded: z.boolean() }))
    .query(async () => ({ isNeeded: await isSetupNeeded() })),

  /** Needs the one-time token from the console's log; works once. */
  createFirstAdmin: publicProcedure
    .input(newPersonSchema.extend({ token: z.string().max(200) }))
    .mutation(async ({ ctx, input: { token, ...person } }) => {
      if (!tries.take(ctx.clientAddress)) throw problem("tooManyTries", "Too many tries. Wait a minute.");
      if (!(await isSetupNeeded())) throw problem("setupDone", "There is an administrator already.");
      if (!(await isSetupToken(token))) {
        throw problem("setupTokenWrong", "This is not the token from the console's log.");
      }
      await createFirstPerson(person);
      await forgetSetupToken();
    }),
});
