import { z } from "zod";
import { dropLink } from "../agents.ts";
import { db } from "../db.ts";
import { createToken, usualTokenMinutes } from "../enrolment-token.ts";
import { enrolUrlFor } from "../enrol-url.ts";
import { problem } from "../problem.ts";
import { announceRegistry } from "../registry.ts";
import { procedure, router } from "../trpc.ts";

const idSchema = z.object({ id: z.string() });

/** `consoleHost`: the name or address by which the director reaches this console. */
const tokenOptionsSchema = z.object({
  consoleHost: z
    .string()
    .regex(/^[\w.:[\]-]+$/u)
    .max(255)
    .optional(),
  validMinutes: z
    .int()
    .min(1)
    .max(24 * 60)
    .default(usualTokenMinutes),
});

const newTokenSchema = z.object({
  token: z.string(),
  tokenId: z.string(),
  expiresAtMs: z.number(),
  enrolUrl: z.string(),
  caFingerprint: z.string(),
});

export const directorsRouter = router({
  /** A one-time token, shown once. */
  createToken: procedure
    .input(tokenOptionsSchema.extend({ clusterId: z.string() }))
    .output(newTokenSchema)
    .mutation(({ ctx, input: { clusterId, consoleHost, validMinutes } }) =>
      createToken({
        clusterId,
        createdBy: ctx.person.email,
        enrolUrl: enrolUrlFor(consoleHost),
        validMinutes,
      }),
    ),

  /** The same for a director that is there: its agent gets a new certificate, its record stays, and a revocation ends. */
  createRenewalToken: procedure
    .input(tokenOptionsSchema.extend(idSchema.shape))
    .output(newTokenSchema)
    .mutation(async ({ ctx, input: { consoleHost, id, validMinutes } }) => {
      const { clusterId } = await findDirector(id);
      return createToken({
        clusterId,
        renewsId: id,
        createdBy: ctx.person.email,
        enrolUrl: enrolUrlFor(consoleHost),
        validMinutes,
      });
    }),

  /** Never heard again, whatever certificate it shows. Its record stays. */
  revoke: procedure.input(idSchema).mutation(async ({ input: { id } }) => {
    await findDirector(id);
    await db().director.update({ where: { id }, data: { revokedAt: new Date() } });
    dropLink(id);
    await announceRegistry();
  }),

  rename: procedure
    .input(idSchema.extend({ name: z.string().trim().min(1).max(253) }))
    .mutation(async ({ input: { id, name } }) => {
      await findDirector(id);
      const taken = await db().director.findUnique({ where: { name }, select: { id: true } });
      if (taken !== null && taken.id !== id)
        throw problem("nameTaken", `There is a director ${name} already.`);
      await db().director.update({ where: { id }, data: { name } });
      await announceRegistry();
    }),

  /** Takes the director and all that was kept of it away. `confirmName`: typed by the person who asks. */
  remove: procedure
    .input(idSchema.extend({ confirmName: z.string() }))
    .mutation(async ({ input: { id, confirmName } }) => {
      const director = await findDirector(id);
      if (director.name !== confirmName) throw problem("nameMismatch", `Type ${director.name} to remove it.`);
      const open = await db().run.count({ where: { clusterId: director.clusterId, endedAt: null } });
      if (open > 0) throw problem("runUnderWay", "A run is under way in its cluster.");
      await db().director.delete({ where: { id } });
      dropLink(id);
      await announceRegistry();
    }),
});

async function findDirector(id: string): Promise<{ id: string; name: string; clusterId: string }> {
  const director = await db().director.findUnique({
    where: { id },
    select: { id: true, name: true, clusterId: true },
  });
  if (director === null) throw problem("notFound", "There is no such director.");
  return director;
}
