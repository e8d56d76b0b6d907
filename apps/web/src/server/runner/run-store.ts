import { runEventSchema, stepRun, type RunEvent } from "@lvs/core/workflow/progress";
import { runSchema, type Run } from "@lvs/core/workflow/run";
import { db } from "../db.ts";
import { Prisma } from "../../../../../prisma/generated/client.ts";

/** Runs in the database: the event first, then what the events add up to, both in one transaction. */

/** A cluster has an open run already. */
export class ClusterBusy extends Error {
  override readonly name = "ClusterBusy";
}

/** Stores a new run. The database itself allows one open run per cluster; the loser gets ClusterBusy. */
export async function insertRun(make: (number: number) => Run, id: string): Promise<Run> {
  try {
    return await db().$transaction(async (tx) => {
      const draft = make(0);
      const row = await tx.run.create({
        data: {
          id,
          clusterId: draft.clusterId,
          startedBy: draft.startedBy,
          startedAt: new Date(draft.startedAtMs),
          document: {},
        },
      });
      const run = make(row.number);
      await tx.run.update({ where: { id }, data: { document: toJson(run) } });
      return run;
    });
  } catch (error) {
    if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === "P2002")
      throw new ClusterBusy("Another run holds this cluster.", { cause: error });
    throw error;
  }
}

/** The run after the event, when both are in the database. */
export async function storeEvent(run: Run, event: RunEvent, atMs: number): Promise<Run> {
  const next = stepRun(run, event);
  await db().$transaction([
    db().runEvent.create({ data: { runId: run.id, at: new Date(atMs), event: toJson(event) } }),
    db().run.update({
      where: { id: run.id },
      data: {
        document: toJson(next),
        endedAt: next.endedAtMs === undefined ? null : new Date(next.endedAtMs),
      },
    }),
  ]);
  return next;
}

export async function openRuns(): Promise<Run[]> {
  const rows = await db().run.findMany({ where: { endedAt: null }, orderBy: { number: "asc" } });
  return rows.map((row) => runSchema.parse(row.document));
}

export async function recentRuns(limit: number): Promise<Run[]> {
  const rows = await db().run.findMany({ orderBy: { number: "desc" }, take: limit });
  return rows.map((row) => runSchema.parse(row.document));
}

export async function findRun(id: string): Promise<Run | undefined> {
  const row = await db().run.findUnique({ where: { id } });
  return row === null ? undefined : runSchema.parse(row.document);
}

/** The whole record of a run, oldest first. */
export async function runEvents(id: string): Promise<{ atMs: number; event: RunEvent }[]> {
  const rows = await db().runEvent.findMany({ where: { runId: id }, orderBy: { id: "asc" } });
  return rows.map((row) => ({ atMs: row.at.getTime(), event: runEventSchema.parse(row.event) }));
}

/** Through text, since undefined members must not reach the database as anything. */
function toJson(value: unknown): Prisma.InputJsonObject {
  return JSON.parse(JSON.stringify(value));
}
