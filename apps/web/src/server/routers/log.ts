import { z } from "zod";
import { askDirector } from "../ask-director.ts";
import { procedure, router } from "../trpc.ts";

export const logRouter = router({
  /** The last lines of keepalived's log on the director, oldest first. */
  tail: procedure
    .input(z.object({ directorId: z.string(), lines: z.int().min(1).max(2_000).default(200) }))
    .output(z.object({ path: z.string(), lines: z.array(z.string()) }))
    .query(({ input: { directorId, lines } }) =>
      askDirector(directorId, (agent) => agent.log.tail.query({ lines })),
    ),
});
