import { z } from "zod";
import { fleetEventSchema } from "@lvs/core/fleet/fleet-event";
import { db } from "../db.ts";
import { procedure, router } from "../trpc.ts";

const listSchema = z.object({
  directorId: z.string().optional(),
  clusterId: z.string().optional(),
  kinds: z.array(fleetEventSchema.shape.kind).optional(),
  /** Goes on where the last page ended: its `nextBeforeId`. */
  beforeId: z
    .string()
    .regex(/^\d{1,18}$/u)
    .optional(),
  limit: z.int().min(1).max(500).default(100),
});

const eventRowSchema = fleetEventSchema.extend({ id: z.string(), directorId: z.string() });

export const eventsRouter = router({
  /** What happened on the directors, newest first. */
  list: procedure
    .input(listSchema)
    .output(z.object({ events: z.array(eventRowSchema), nextBeforeId: z.string().optional() }))
    .query(async ({ input: { directorId, clusterId, kinds, beforeId, limit } }) => {
      const rows = await db().event.findMany({
        where: {
          ...(directorId === undefined ? {} : { directorId }),
          ...(clusterId === undefined ? {} : { director: { clusterId } }),
          ...(kinds === undefined ? {} : { kind: { in: kinds } }),
          ...(beforeId === undefined ? {} : { id: { lt: BigInt(beforeId) } }),
        },
        orderBy: { id: "desc" },
        take: limit,
      });
      const last = rows.length === limit ? rows.at(-1) : undefined;
      return {
        events: rows.flatMap(({ id, directorId: director, at, kind, subject, detail }) => {
          const row = { id: String(id), directorId: director, atMs: at.getTime(), kind, subject, detail };
          const parsed = eventRowSchema.safeParse(row);
          return parsed.success ? [parsed.data] : [];
        }),
        ...(last === undefined ? {} : { nextBeforeId: String(last.id) }),
      };
    }),
});
