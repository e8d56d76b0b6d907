import { z } from "zod";
import { db } from "../db.ts";
import { procedure, router } from "../trpc.ts";

const listSchema = z.object({
  actor: z.string().max(320).optional(),
  /** The beginning of a procedure's path: "users." finds all of them. */
  procedure: z.string().max(100).optional(),
  outcome: z.enum(["started", "done", "refused", "failed"]).optional(),
  beforeId: z
    .string()
    .regex(/^\d{1,18}$/u)
    .optional(),
  limit: z.int().min(1).max(500).default(100),
});

const entrySchema = z.object({
  id: z.string(),
  atMs: z.number(),
  endedAtMs: z.number().optional(),
  /** E-mail, or "nobody" before a sign-in. */
  actor: z.string(),
  procedure: z.string(),
  /** JSON text of the input, secrets masked. */
  input: z.string(),
  /** `started` that stays: the console was killed in the middle. */
  outcome: z.string(),
  detail: z.string(),
});

export const auditRouter = router({
  /** Who did what, newest first. */
  list: procedure
    .input(listSchema)
    .output(z.object({ entries: z.array(entrySchema), nextBeforeId: z.string().optional() }))
    .query(async ({ input: { actor, procedure: path, outcome, beforeId, limit } }) => {
      const rows = await db().auditEntry.findMany({
        where: {
          ...(actor === undefined ? {} : { actor: { contains: actor, mode: "insensitive" } }),
          ...(path === undefined ? {} : { procedure: { startsWith: path } }),
          ...(outcome === undefined ? {} : { outcome }),
          ...(beforeId === undefined ? {} : { id: { lt: BigInt(beforeId) } }),
        },
        orderBy: { id: "desc" },
        take: limit,
      });
      const last = rows.length === limit ? rows.at(-1) : undefined;
      return {
        entries: rows.map((row) => ({
          id: String(row.id),
          atMs: row.at.getTime(),
          ...(row.endedAt === null ? {} : { endedAtMs: row.endedAt.getTime() }),
          actor: row.actor,
          procedure: row.procedure,
          input: JSON.stringify(row.input),
          outcome: row.outcome,
          detail: row.detail,
        })),
        ...(last === undefined ? {} : { nextBeforeId: String(last.id) }),
      };
    }),
});
