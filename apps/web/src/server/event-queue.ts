import {
  countUnwritten,
  eventBounds,
  limitEvents,
  noEventsYet,
  sayCounts,
  type EventBounds,
  type EventLimit,
} from "@lvs/core/fleet/event-limit";
import type { FindingNews } from "@lvs/core/fleet/follow-findings";
import pg from "pg";
import { database } from "./db.ts";

/**
 * Events on their way to the database. What comes faster than it is worth keeping one by one is counted; what the database did not take
 * waits for the next try, and is counted where too much waits or the database refuses it.
 */
export interface EventQueue {
  add(event: FindingNews): void;
  /** Tries again to write what waits. */
  retry(): void;
  /** Writes down the counts that are due, and returns them. */
  sayCounts(): readonly FindingNews[];
  /** Writes down every count and forgets all rates: the record is another console's from now on. */
  handOver(): void;
  /** Waits for what is being written. */
  finish(): Promise<void>;
}

export interface QueueParts {
  readonly insert?: (batch: readonly FindingNews[]) => Promise<void>;
  /** Never goes back, ms. */
  readonly nowMs?: () => number;
  readonly bounds?: EventBounds;
  readonly mostWaiting?: number;
}

const rowsPerInsert = 500;

/** `mostWaiting`: with the database away the oldest past this many are counted, 10 MB at most. */
export function makeEventQueue({
  insert = insertEvents,
  nowMs = () => performance.now(),
  bounds = eventBounds,
  mostWaiting = 10_000,
}: QueueParts = {}): EventQueue {
  let limit: EventLimit = noEventsYet;
  let heard: FindingNews[] = [];
  let waiting: FindingNews[] = [];
  let writing: Promise<void> | undefined;
  const wait = (events: readonly FindingNews[]): void => {
    waiting.push(...events);
    const over = waiting.splice(0, Math.max(0, waiting.length - mostWaiting));
    if (over.length === 0) return;
    limit = countUnwritten(limit, over, nowMs());
    console.error(`events: ${over.length} that wait for the database for too long are only counted`);
  };
  const judge = (): void => {
    const next = limitEvents(limit, heard, { nowMs: nowMs(), bounds });
    heard = [];
    limit = next.limit;
    wait(next.written);
  };
  const write = async (): Promise<void> => {
    for (;;) {
      if (heard.length > 0) judge();
      if (waiting.length === 0) return;
      const batch = waiting.splice(0, rowsPerInsert);
      try {
        const refused = await insertTaken(batch, insert);
        // A count that is refused is not counted again: that would never end.
        const lost = refused.filter(({ event }) => event.counted === undefined);
        if (lost.length > 0) limit = countUnwritten(limit, lost, nowMs());
      } catch (error) {
        const later = waiting;
        waiting = batch;
        wait(later);
        console.error(`events: not written yet: ${messageOf(error)}`);
        return;
      }
    }
  };
  const start = (): void => {
    if (heard.length === 0 && waiting.length === 0) return;
    writing ??= write().finally(() => {
      writing = undefined;
    });
  };
  const say = (untilMs: number): readonly FindingNews[] => {
    if (heard.length > 0) judge();
    if (limit.wholeAtMs.size === 0 && limit.counts.size === 0) return [];
    const { limit: next, news } = sayCounts(limit, untilMs);
    limit = next;
    wait(news);
    start();
    return news;
  };
  const handOver = (): void => {
    say(Number.POSITIVE_INFINITY);
    // What these lines pushed out of the queue is still to be said.
    limit = { ...noEventsYet, counts: limit.counts };
  };
  return {
    add: (event) => {
      heard.push(storable(event));
      if (heard.length >= rowsPerInsert) judge();
      start();
    },
    retry: start,
    sayCounts: () => say(nowMs()),
    handOver,
    finish: async () => {
      for (const _ of ["what is known", "what could not wait meanwhile"]) {
        handOver();
        start();
        await writing;
      }
    },
  };
}

/** PostgreSQL's text has no NUL, and an index takes no key above 2,704 bytes: one such event would keep all others waiting behind it. */
const longestId = 500;
const longestText = 2_000;

/** What a Date can hold, and PostgreSQL's timestamps too. */
const furthestMs = 8.64e15;

function storable({ directorId, event, sourceId }: FindingNews): FindingNews {
  const clean = (text: string, longest: number): string => text.replaceAll("\0", "").slice(0, longest);
  const { atMs, detail, subject } = event;
  return {
    directorId,
    sourceId: clean(sourceId, longestId),
    event: {
      ...event,
      atMs: Math.min(Math.max(atMs, 0), furthestMs),
      subject: clean(subject, longestText),
      detail: clean(detail, longestText),
    },
  };
}

/** Returns what the database does not take for what it is; throws where it takes nothing now. */
async function insertTaken(
  batch: readonly FindingNews[],
  insert: (batch: readonly FindingNews[]) => Promise<void>,
): Promise<readonly FindingNews[]> {
  try {
    await insert(batch);
    return [];
  } catch (error) {
    if (!isOfData(error)) throw error;
    const [only] = batch;
    if (batch.length === 1 && only !== undefined) {
      console.error(`events: ${only.event.kind} ${only.event.subject} was not taken: ${messageOf(error)}`);
      return batch;
    }
    const half = Math.ceil(batch.length / 2);
    const first = await insertTaken(batch.slice(0, half), insert);
    return [...first, ...(await insertTaken(batch.slice(half), insert))];
  }
}

/** Data exception, integrity constraint, program limit (PostgreSQL's documentation, appendix A): no second try helps. */
const dataClasses = ["22", "23", "54"];

function isOfData(error: unknown): boolean {
  return (
    error instanceof pg.DatabaseError && dataClasses.some((each) => error.code?.startsWith(each) === true)
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** In the order they came, which is that of the list. A number of the agent's that is there already is not written again. */
async function insertEvents(batch: readonly FindingNews[]): Promise<void> {
  await database().pool.query(
    `insert into "Event" ("directorId", "sourceId", at, kind, subject, detail, "countedEvents", "countedOverMs")
     select d, s, a, k, u, e, n, o
     from unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::int[], $8::int[])
       with ordinality as t(d, s, a, k, u, e, n, o, place)
     where exists (select 1 from "Director" where id = d)
     order by place
     on conflict do nothing`,
    [
      batch.map(({ directorId }) => directorId),
      batch.map(({ sourceId }) => sourceId),
      batch.map(({ event }) => new Date(event.atMs)),
      batch.map(({ event }) => event.kind),
      batch.map(({ event }) => event.subject),
      batch.map(({ event }) => event.detail),
      batch.map(({ event }) => event.counted?.events ?? null),
      batch.map(({ event }) => event.counted?.overMs ?? null),
    ],
  );
}
