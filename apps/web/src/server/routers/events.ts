import { z } from "zod";
import { fleetEventSchema } from "@lvs/core/fleet/fleet-event";
import { db } from "../db.ts";
import { procedure, router } from "../trpc.ts";
import { atBetween, containing, pageSchema, readPage, timeRangeSchema } from "./record-page.ts";

const listSchema = pageSchema.extend(timeRangeSchema.shape).extend({
  directorId: z.string().optional(),
  clusterId: z.string().optional(),
  kinds: z.array(fleetEventSchema.shape.kind).optional(),
  /** Stands in the subject or in the detail, whatever its case. */
  text: z.string().max(200).optional(),
});

const eventRowSchema = fleetEventSchema.extend({ id: z.string(), directorId: z.string() });

export const eventsRouter = router({
  /** What happened on the directors, newest first. */
  list: procedure
    .input(listSchema)
    .output(z.object({ events: z.array(eventRowSchema), nextBeforeId: z.string().optional() }))
    .query(async ({ input: { directorId, clusterId, kinds, beforeId, limit, text, ...range } }) => {
      const rows = await readPage(
        db().event.findMany({
          where: {
            ...(directorId === undefined ? {} : { directorId }),
            ...(clusterId === undefined ? {} : { director: { clusterId } }),
            ...(kinds === undefined ? {} : { kind: { in: kinds } }),
            ...(text === undefined
              ? {}
              : { OR: [{ subject: containing(text) }, { detail: containing(text) }] }),
            ...atBetween(range),
            ...(beforeId === undefined ? {} : { id: { lt: BigInt(beforeId) } }),
          },
          orderBy: { id: "desc" },
          take: limit,
        }),
      );
      const last = rows.length === limit ? rows.at(-1) : undefined;
      return {
        events: rows.flatMap(({ id, at, countedEvents, countedOverMs, ...rest }) => {
          const counted =
            countedEvents === null ? {} : { counted: { events: countedEvents, overMs: countedOverMs ?? 0 } };
          const parsed = eventRowSchema.safeParse({
            ...rest,
            ...counted,
            id: String(id),
            atMs: at.getTime(),
          });
          return parsed.success ? [parsed.data] : [];
        }),
        ...(last === undefined ? {} : { nextBeforeId: String(last.id) }),
      };
    }),
});
