import { z } from "zod";
import { graphSchema, readGraph, readSeries, seriesSchema } from "../samples-read.ts";
import { procedure, router } from "../trpc.ts";

export const samplesRouter = router({
  /**
   * One graph's points. Without `service`: all virtual services of the director together; with `destination` too: one real
   * server of that service. Keys as core's `serviceKey` and `destinationKey` make them.
   */
  read: procedure
    .input(
      z.object({
        directorId: z.string(),
        service: z.string().max(200).optional(),
        destination: z.string().max(100).optional(),
        fromMs: z.number().min(0),
        toMs: z.number().min(0),
        /** At most this many per metric. */
        points: z.int().min(10).max(2_000).default(300),
      }),
    )
    .output(graphSchema)
    .query(({ input }) => readGraph(input)),

  /** Which services and real servers have samples in the time. */
  series: procedure
    .input(z.object({ directorId: z.string(), fromMs: z.number(), toMs: z.number() }))
    .output(z.array(seriesSchema))
    .query(({ input }) => readSeries(input)),
});
