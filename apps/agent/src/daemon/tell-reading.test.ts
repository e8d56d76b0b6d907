import { type Found, hearNews, nothingHeard, type ReadingNews } from "@lvs/core/director/connection-reading";
import { parseConnectionListing } from "@lvs/core/ipvs/listing-connections";
import { countConnections } from "@lvs/core/ipvs/connections";
import { describe, expect, it } from "vitest";
import { Lock } from "../configuration/lock.ts";
import { simulatedClock } from "../system/simulated/simulated-clock.ts";
import { tellReading } from "./tell-reading.ts";

const begun: ReadingNews = { kind: "begun", expected: 9 };
const ended: ReadingNews = { kind: "ended", unreadable: { count: 0 }, readAtMs: 1, tookMs: 1 };
/** Matches of which each is the only one of so many entries. */
const found = (first: number, count: number, entryCount = first + count): Found => {
  const lines = Array.from(
    { length: count },
    (_, at) => `TCP 14:59  ESTABLISHED 192.0.2.5:${1_024 + first + at} 192.0.2.1:80 10.0.0.1:80`,
  );
  const connections = parseConnectionListing(lines.join("\n")).value;
  return { kind: "found", entryCount, connections, totals: countConnections(connections) };
};
const rowsOf = (news: ReadingNews | undefined): number =>
  news?.kind === "found" ? news.connections.length : 0;

/** A reading whose pieces are given one by one, and that ends when it is told to or when nobody listens. */
class Source {
  readonly #pieces: ReadingNews[] = [];
  #wake: () => void = () => undefined;
  isRead = false;
  isEnded = false;

  give(...pieces: ReadingNews[]): void {
    this.#pieces.push(...pieces);
    this.#wake();
  }

  readonly read = async function* (this: Source, signal: AbortSignal): AsyncGenerator<ReadingNews> {
    this.isRead = true;
    signal.addEventListener("abort", () => this.#wake());
    try {
      while (!signal.aborted) {
        const next = this.#pieces.shift();
        if (next === undefined) await new Promise<void>((resolve) => (this.#wake = resolve));
        else {
          yield next;
          if (next.kind === "ended") return;
        }
      }
    } finally {
      this.isEnded = true;
    }
  }.bind(this);
}

const setUp = (source = new Source(), lock = new Lock()) => {
  const clock = simulatedClock(0);
  const abort = new AbortController();
  const news = tellReading({
    clock,
    read: source.read,
    inTurn: (work) => lock.run(work),
    signal: abort.signal,
  });
  return { abort, clock, lock, news, source };
};
type Next = IteratorResult<ReadingNews>;
const heard = async (next: Promise<Next>): Promise<ReadingNews | undefined> => {
  const { done, value } = await next;
  return done === true ? undefined : value;
};

describe("a reading that is told", () => {
  it("tells the first rows at once, and then at most four pieces of news a second", async () => {
    const { clock, news, source } = setUp();
    source.give(begun, found(0, 1));
    expect(await heard(news.next())).toEqual(begun);
    expect(rowsOf(await heard(news.next()))).toBe(1);
    source.give(found(1, 1), found(2, 1));
    let isTold = false;
    const next = news.next().finally(() => (isTold = true));
    await clock.advance(249);
    expect(isTold).toBe(false);
    await clock.advance(1);
    expect(rowsOf(await heard(next))).toBe(2);
  });

  it("tells the rest at its end without waiting, each row once, and what all of it adds up to", async () => {
    const { news, source } = setUp();
    source.give(begun, found(0, 600), found(600, 100, 5_000), ended);
    let reading = nothingHeard;
    for await (const each of news) {
      expect(rowsOf(each)).toBeLessThanOrEqual(250);
      reading = hearNews(reading, each);
    }
    expect(new Set(reading.connections.map(({ client }) => client.port)).size).toBe(700);
    expect(reading).toMatchObject({ entryCount: 5_000, totals: { connections: 700 }, end: ended });
  });

  it("does not wait for a slow listener: it ends, and lets the next one begin", async () => {
    const lock = new Lock();
    const slow = setUp(new Source(), lock);
    slow.source.give(begun, found(0, 1));
    await slow.news.next();
    const other = setUp(new Source(), lock);
    const first = other.news.next();
    other.source.give(begun);
    await slow.clock.advance(0);
    expect(other.source.isRead).toBe(false);
    slow.source.give(found(1, 1), ended);
    expect(await heard(first)).toEqual(begun);
    expect(rowsOf(await heard(slow.news.next()))).toBe(2);
    expect(await heard(slow.news.next())).toEqual(ended);
    await other.news.return(undefined);
  });

  it("ends when nobody listens any more, by a signal or by leaving; while it waits for its turn, too", async () => {
    const lock = new Lock();
    const left = setUp(new Source(), lock);
    left.source.give(begun);
    await left.news.next();
    const waiting = setUp(new Source(), lock);
    const never = waiting.news.next();
    waiting.abort.abort();
    expect(await heard(never)).toBeUndefined();
    await left.news.return(undefined);
    await left.clock.advance(0);
    expect(left.source.isEnded).toBe(true);
    const aborted = setUp(new Source(), lock);
    aborted.source.give(begun);
    await aborted.news.next();
    aborted.abort.abort();
    expect(await heard(aborted.news.next())).toBeUndefined();
    await aborted.clock.advance(0);
    expect(aborted.source.isEnded).toBe(true);
    expect(waiting.source.isRead).toBe(false);
  });

  it("that fails has told first what it had found", async () => {
    const failure = new Error("EIO");
    const news = tellReading({
      clock: simulatedClock(0),
      read: async function* () {
        yield begun;
        yield found(0, 1);
        throw await Promise.resolve(failure);
      },
      inTurn: (work) => work(),
      signal: new AbortController().signal,
    });
    expect(await heard(news.next())).toEqual(begun);
    expect(rowsOf(await heard(news.next()))).toBe(1);
    await expect(news.next()).rejects.toBe(failure);
  });
});
