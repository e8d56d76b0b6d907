import { findingEventKinds } from "@lvs/core/fleet/fleet-event";
import { beganMark, endedMark } from "@lvs/core/fleet/follow-findings";
import { database } from "./db.ts";

/** What goes out of the record with time: events and old texts of keepalived.conf. The audit log never does. */

export interface Retention {
  readonly nowMs: number;
  readonly keptDays: number;
  /** Asked before each batch: whether the record is still this console's. */
  readonly mayGoOn: () => boolean;
}

/** Few enough that nobody waits for a lock on them: of 1.2 million rows one batch took 20 ms, 110 at worst. */
const rowsPerBatch = 1_000;
/** Of one run: the next is ten minutes later. More than a flood can write in that time. */
const mostBatches = 100;
const dayMs = 24 * 60 * 60_000;

/**
 * Deletes what is older, in batches. The beginning of a finding stays while its end is not in the record, or is not old itself: it is
 * what `readOpen` and a person find it by. By the database's own time of keeping, since a director's clock may be wrong.
 */
export async function pruneRecord({ keptDays, mayGoOn, nowMs }: Retention): Promise<void> {
  const before = new Date(nowMs - keptDays * dayMs);
  await inBatches(deleteEvents, [before, rowsPerBatch, findingEventKinds, beganMark, endedMark], mayGoOn);
  await inBatches(deleteConfigVersions, [before, rowsPerBatch], mayGoOn);
}

async function inBatches(query: string, values: unknown[], mayGoOn: () => boolean): Promise<void> {
  for (let batch = 0; batch < mostBatches && mayGoOn(); batch += 1) {
    const { rowCount } = await database().pool.query(query, values);
    if ((rowCount ?? 0) < rowsPerBatch) return;
  }
}

/** An end waits for its beginning, so that what is over never looks open. */
const deleteEvents = `
  delete from "Event" where id in (
    select id from "Event" as old
    where "keptAt" < $1
      and (kind <> all($3) or case
        when starts_with("sourceId", $4) then exists (
          select 1 from "Event" as ended where ended."directorId" = old."directorId" and ended."keptAt" < $1
            and ended."sourceId" = $5 || substr(old."sourceId", length($4) + 1))
        when starts_with("sourceId", $5) then not exists (
          select 1 from "Event" as began where began."directorId" = old."directorId"
            and began."sourceId" = $4 || substr(old."sourceId", length($5) + 1))
        else true end)
    order by "keptAt" limit $2)`;

/** A version was true until the next one: it goes when that one is old as well, and the newest of a director never. */
const deleteConfigVersions = `
  delete from "ConfigVersion" where id in (
    select id from "ConfigVersion" as old
    where exists (
      select 1 from "ConfigVersion" as next where next."directorId" = old."directorId"
        and next.id > old.id and next."seenAt" < $1)
    order by id limit $2)`;
