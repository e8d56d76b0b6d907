import { z } from "zod";
import { db } from "../db.ts";
import { procedure, router } from "../trpc.ts";
import { atBetween, containing, pageSchema, readPage, timeRangeSchema } from "./record-page.ts";

const listSchema = pageSchema.extend(timeRangeSchema.shape).extend({
  actor: z.string().max(320).optional(),
  /** The beginning of a procedure's path: "users." finds all of them. */
  procedure: z.string().max(100).optional(),
  outcome: z.enum(["started", "done", "refused", "failed"]).optional(),
  /** What named this director. */
  directorId: z.string().optional(),
  /** Stands in the actor, the procedure or the detail, whatever its case. */
  text: z.string().max(200).optional(),
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

/** The two names by which procedures take a director. */
const naming = (directorId: string) => ({
  OR: [
    { input: { path: ["directorId"], equals: directorId } },
    { procedure: { startsWith: "directors." }, input: { path: ["id"], equals: directorId } },
  ],
});

export const auditRouter = router({
  /** Who did what, newest first. */
  list: procedure
    .input(listSchema)
    .output(z.object({ entries: z.array(entrySchema), nextBeforeId: z.string().optional() }))
    .query(
      async ({ input: { actor, procedure: path, outcome, directorId, beforeId, limit, text, ...range } }) => {
        const rows = await readPage(
          db().auditEntry.findMany({
            where: {
              ...(actor === undefined ? {} : { actor: containing(actor) }),
              ...(path === undefined ? {} : { procedure: { startsWith: path } }),
              ...(outcome === undefined ? {} : { outcome }),
              ...(directorId === undefined ? {} : { AND: naming(directorId) }),
              ...(text === undefined
                ? {}
                : {
                    OR: [
                      { actor: containing(text) },
                      { procedure: containing(text) },
                      { detail: containing(text) },
                    ],
                  }),
              ...atBetween(range),
              ...(beforeId === undefined ? {} : { id: { lt: BigInt(beforeId) } }),
            },
            orderBy: { id: "desc" },
            take: limit,
          }),
        );
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
      },
    ),
});
