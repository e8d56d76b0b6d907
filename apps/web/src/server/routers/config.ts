import { randomBytes } from "node:crypto";
import { z } from "zod";
import { configTextSchema } from "@lvs/core/director/commands";
import { askDirector } from "../ask-director.ts";
import { db } from "../db.ts";
import { problem } from "../problem.ts";
import { procedure, router } from "../trpc.ts";

const directorSchema = z.object({ directorId: z.string() });

export const configRouter = router({
  /** keepalived.conf as it stands on the director now, secrets masked by its agent. */
  read: procedure
    .input(directorSchema)
    .output(configTextSchema)
    .query(({ input }) => askDirector(input.directorId, (agent) => agent.config.read.query())),

  /**
   * Whether the VRRP passwords of two directors are equal, instance by instance, without either leaving its director: both
   * agents answer with an HMAC under a key made for this one question.
   */
  fingerprints: procedure
    .input(z.object({ directorIds: z.tuple([z.string(), z.string()]) }))
    .output(
      z.array(
        z.object({
          instance: z.string(),
          /** Only on the first, only on the second, on both and the same, on both and different. */
          comparison: z.enum(["onlyFirst", "onlySecond", "equal", "different"]),
        }),
      ),
    )
    .query(async ({ input: { directorIds } }) => {
      const key = randomBytes(32).toString("hex");
      const [first, second] = await Promise.all(
        directorIds.map(async (id) => {
          const found = await askDirector(id, (agent) => agent.config.fingerprints.query({ key }));
          return new Map(found.map(({ instance, fingerprint }) => [instance, fingerprint]));
        }),
      );
      if (first === undefined || second === undefined) throw problem("notFound", "Two directors are needed.");
      return [...new Set([...first.keys(), ...second.keys()])].map((instance) => ({
        instance,
        comparison: compare(first.get(instance), second.get(instance)),
      }));
    }),

  /** The files that stood on this director, newest first, secrets masked: history. The director itself is the truth. */
  history: procedure
    .input(directorSchema.extend({ limit: z.int().min(1).max(200).default(50) }))
    .output(z.array(z.object({ sha256: z.string(), text: z.string(), seenAtMs: z.number() })))
    .query(async ({ input: { directorId, limit } }) => {
      const rows = await db().configVersion.findMany({
        where: { directorId },
        orderBy: { seenAt: "desc" },
        take: limit,
      });
      return rows.map(({ sha256, text, seenAt }) => ({ sha256, text, seenAtMs: seenAt.getTime() }));
    }),
});

function compare(first: string | undefined, second: string | undefined) {
  if (first === undefined) return "onlySecond";
  if (second === undefined) return "onlyFirst";
  return first === second ? "equal" : "different";
}
