import { z } from "zod";
import {
  flushServiceResultSchema,
  flushServiceSchema,
  isShortened,
  putBackResultSchema,
  putBackSchema,
  setTimeoutsResultSchema,
  setTimeoutsSchema,
} from "@lvs/core/director/table-commands";
import { serviceKey } from "@lvs/core/ipvs/table";
import { targetOf } from "../agents.ts";
import { askDirector } from "../ask-director.ts";
import { db } from "../db.ts";
import { problem } from "../problem.ts";
import { procedure, router } from "../trpc.ts";

const directorSchema = z.object({ directorId: z.string() });

/** Changes of one director's table that are undone as quickly as they are done. Nothing here is written to keepalived.conf. */
export const tableRouter = router({
  /** `confirmName`: the director's name, typed by the person who asks; needed where a timeout gets shorter. */
  setTimeouts: procedure
    .input(directorSchema.extend(setTimeoutsSchema.shape).extend({ confirmName: z.string().default("") }))
    .output(setTimeoutsResultSchema)
    .mutation(async ({ input: { directorId, confirmName, ...question } }) => {
      const { clusterId, name } = targetOf(directorId);
      if (isShortened(question.expected, question.timeouts) && confirmName !== name)
        throw problem("nameMismatch", `A shorter timeout can end connections: type ${name} first.`);
      await refuseDuringRun(clusterId);
      return askDirector(directorId, (agent) => agent.table.setTimeouts.mutate(question));
    }),

  /** `confirmName`: the service as ipvsadm names it, "TCP 192.0.2.1:80", typed by the person who asks. */
  flushService: procedure
    .input(directorSchema.extend(flushServiceSchema.shape).extend({ confirmName: z.string() }))
    .output(flushServiceResultSchema)
    .mutation(async ({ input: { directorId, confirmName, ...question } }) => {
      const name = serviceKey(question.service);
      if (confirmName !== name)
        throw problem("nameMismatch", `Its clients lose their connections: type ${name} first.`);
      await refuseDuringRun(targetOf(directorId).clusterId);
      return askDirector(directorId, (agent) => agent.table.flushService.mutate(question));
    }),

  putBack: procedure
    .input(directorSchema.extend(putBackSchema.shape))
    .output(putBackResultSchema)
    .mutation(async ({ input: { directorId, ...question } }) => {
      await refuseDuringRun(targetOf(directorId).clusterId);
      return askDirector(directorId, (agent) => agent.table.putBack.mutate(question));
    }),
});

/** A run reads its proofs from the table: nobody else may move it meanwhile. */
async function refuseDuringRun(clusterId: string): Promise<void> {
  const run = await db().run.findFirst({
    where: { clusterId, endedAt: null },
    select: { number: true },
  });
  if (run !== null) throw problem("runUnderWay", `Run ${run.number} is under way in this cluster.`);
}
