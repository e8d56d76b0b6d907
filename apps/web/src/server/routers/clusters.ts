import { randomUUID } from "node:crypto";
import { z } from "zod";
import { clusterSchema } from "@lvs/core/fleet/model";
import { db } from "../db.ts";
import { problem } from "../problem.ts";
import { announceRegistry } from "../registry.ts";
import { procedure, router } from "../trpc.ts";

const nameSchema = z.string().trim().min(1).max(80);

export const clustersRouter = router({
  create: procedure
    .input(z.object({ name: nameSchema }))
    .output(clusterSchema)
    .mutation(async ({ input }) => {
      await refuseTaken(input.name);
      const cluster = await db().cluster.create({
        data: { id: randomUUID(), name: input.name },
        select: { id: true, name: true },
      });
      await announceRegistry();
      return cluster;
    }),

  rename: procedure
    .input(z.object({ id: z.string(), name: nameSchema }))
    .output(clusterSchema)
    .mutation(async ({ input: { id, name } }) => {
      await refuseTaken(name, id);
      await findCluster(id);
      const cluster = await db().cluster.update({
        where: { id },
        data: { name },
        select: { id: true, name: true },
      });
      await announceRegistry();
      return cluster;
    }),

  /** Only an empty one: its directors and runs are somebody's record. `confirmName`: typed by the person who asks. */
  remove: procedure
    .input(z.object({ id: z.string(), confirmName: z.string() }))
    .mutation(async ({ input: { id, confirmName } }) => {
      const cluster = await findCluster(id);
      if (cluster.name !== confirmName) throw problem("nameMismatch", `Type ${cluster.name} to remove it.`);
      const [directors, runs] = await Promise.all([
        db().director.count({ where: { clusterId: id } }),
        db().run.count({ where: { clusterId: id, endedAt: null } }),
      ]);
      if (directors > 0)
        throw problem("hasDirectors", `${cluster.name} has ${directors} directors: remove them first.`);
      if (runs > 0) throw problem("runUnderWay", `A run is under way in ${cluster.name}.`);
      await db().$transaction([
        db().run.deleteMany({ where: { clusterId: id } }),
        db().cluster.delete({ where: { id } }),
      ]);
      await announceRegistry();
    }),
});

async function findCluster(id: string): Promise<{ id: string; name: string }> {
  const cluster = await db().cluster.findUnique({ where: { id }, select: { id: true, name: true } });
  if (cluster === null) throw problem("notFound", "There is no such cluster.");
  return cluster;
}

async function refuseTaken(name: string, exceptId?: string): Promise<void> {
  const found = await db().cluster.findUnique({ where: { name }, select: { id: true } });
  if (found !== null && found.id !== exceptId)
    throw problem("nameTaken", `There is a cluster ${name} already.`);
}
