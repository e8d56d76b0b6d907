import { z } from "zod";
import type { Prisma } from "../../../../../prisma/generated/client.ts";
import { db } from "../db.ts";

/** What the two lists of the record, events and audit log, are asked by. */

export const pageSchema = z.object({
  /** Goes on where the last page ended: its `nextBeforeId`. */
  beforeId: z
    .string()
    .regex(/^\d{1,18}$/u)
    .optional(),
  limit: z.int().min(1).max(500).default(100),
});

/** The furthest moment that both JavaScript and PostgreSQL have. */
const momentMs = z.int().min(0).max(8_640_000_000_000_000);

export const timeRangeSchema = z.object({
  /** From this moment on. */
  fromMs: momentMs.optional(),
  /** Before this moment. */
  toMs: momentMs.optional(),
});

export function atBetween({ fromMs, toMs }: z.infer<typeof timeRangeSchema>) {
  if (fromMs === undefined && toMs === undefined) return {};
  return {
    at: {
      ...(fromMs === undefined ? {} : { gte: new Date(fromMs) }),
      ...(toMs === undefined ? {} : { lt: new Date(toMs) }),
    },
  };
}

/** Text as it was typed: `%` and `_` mean themselves. What no text of PostgreSQL holds is found nowhere. */
export function containing(text: string) {
  const typed = text.replaceAll("\0", "\u{fffd}").replaceAll(/[\\%_]/gu, String.raw`\$&`);
  return { contains: typed, mode: "insensitive" } as const;
}

/**
 * One page of the record, however large that is. PostgreSQL is told to stop before the console gives it up: a search of a vast record then says
 * so (`databaseSlow`), goes on burdening nobody, and is not taken for a database that hangs.
 */
export async function readPage<Rows>(read: Prisma.PrismaPromise<Rows>): Promise<Rows> {
  const [, rows] = await db().$transaction([db().$executeRaw`set local statement_timeout = '8s'`, read]);
  return rows;
}
