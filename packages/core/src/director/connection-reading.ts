import { z } from "zod";
import {
  addTotals,
  type Connection,
  connectionSchema,
  type ConnectionTotals,
  noTotals,
} from "../ipvs/connections.ts";
import { connectionTotalsSchema } from "./connections.ts";

/**
 * One reading of a connection table, told while it goes on: what an agent says of it, what is not said yet, and what somebody who listened
 * knows. Only `ended` says that the table was read to its end; whoever has not heard it knows nothing of what was not found.
 */

const foundSchema = z.object({
  kind: z.literal("found"),
  /** Entries of the table read so far, matching or not. */
  entryCount: z.int(),
  /** Matches that were not told before, in the kernel's order; none any more once as many are told as were asked for. */
  connections: z.array(connectionSchema),
  /** Over every match since the last `found`, also those that `connections` has no room for. */
  totals: connectionTotalsSchema,
});
export type Found = z.infer<typeof foundSchema>;

export const readingNewsSchema = z.discriminatedUnion("kind", [
  /** The reading has its turn. `expected`: about how many entries there are, where that is known from the services' ActiveConn and InActConn. */
  z.object({ kind: z.literal("begun"), expected: z.int().optional() }),
  foundSchema,
  /** The table's end was reached, at `readAtMs` on the director's clock. `unreadable`: lines that could not be understood, and the first. */
  z.object({
    kind: z.literal("ended"),
    unreadable: z.object({ count: z.int(), first: z.string().optional() }),
    readAtMs: z.number(),
    tookMs: z.number(),
  }),
  /** The kernel has no ip_vs module. */
  z.object({ kind: z.literal("absent"), reason: z.string(), readAtMs: z.number() }),
]);
export type ReadingNews = z.infer<typeof readingNewsSchema>;

/** What was heard of one reading so far. */
export interface HeardReading {
  readonly connections: readonly Connection[];
  /** Over every match among the entries read. */
  readonly totals: ConnectionTotals;
  /** Entries read so far. */
  readonly entryCount: number;
  readonly expected: number | undefined;
  /** Undefined: not to its end, and what was not found may be there all the same. */
  readonly end: Extract<ReadingNews, { kind: "ended" | "absent" }> | undefined;
}

export const nothingHeard: HeardReading = {
  connections: [],
  totals: noTotals,
  entryCount: 0,
  expected: undefined,
  end: undefined,
};

/** The reading with one more piece of news. */
export const hearNews = (reading: HeardReading, news: ReadingNews): HeardReading => {
  switch (news.kind) {
    case "begun":
      return { ...reading, expected: news.expected };
    case "found":
      return {
        ...reading,
        entryCount: news.entryCount,
        connections: [...reading.connections, ...news.connections],
        totals: addTotals(reading.totals, news.totals),
      };
    case "ended":
    case "absent":
      return { ...reading, end: news };
  }
};

/** A reading that nobody wants to see growing. */
export const hearAll = async (all: AsyncIterable<ReadingNews>): Promise<HeardReading> => {
  let reading = nothingHeard;
  for await (const news of all) reading = hearNews(reading, news);
  return reading;
};

/** Whether there are more matches than rows. */
export const isCapped = ({ connections, totals }: Pick<HeardReading, "connections" | "totals">): boolean =>
  totals.connections + totals.templates > connections.length;

/** Rows of one piece of news: about a hundred kilobytes, a few milliseconds of whoever writes or reads it. */
export const rowsPerNews = 250;

/**
 * News that were not said yet, merged: however slowly somebody listens, what waits for him is the rows asked for and one sum, never a
 * queue.
 */
export class UnsaidNews {
  #begun: ReadingNews | undefined;
  #found: Found | undefined;
  #end: ReadingNews | undefined;

  put(news: ReadingNews): void {
    switch (news.kind) {
      case "begun":
        this.#begun = news;
        break;
      case "found":
        this.#found = this.#found === undefined ? news : merged(this.#found, news);
        break;
      case "ended":
      case "absent":
        this.#end = news;
        break;
    }
  }

  /** What is to be said next, with at most `rowsPerNews` rows; undefined: nothing. */
  take(): ReadingNews | undefined {
    const next = this.#begun ?? this.#nextFound() ?? this.#end;
    if (next?.kind === "begun") this.#begun = undefined;
    if (next === this.#end) this.#end = undefined;
    return next;
  }

  #nextFound(): Found | undefined {
    const found = this.#found;
    if (found === undefined || found.connections.length <= rowsPerNews) {
      this.#found = undefined;
      return found;
    }
    this.#found = { ...found, connections: found.connections.slice(rowsPerNews), totals: noTotals };
    return { ...found, connections: found.connections.slice(0, rowsPerNews) };
  }
}

const merged = (before: Found, { connections, entryCount, totals }: Found): Found => ({
  kind: "found",
  entryCount,
  connections: [...before.connections, ...connections],
  totals: addTotals(before.totals, totals),
});
