import { describe, expect, it } from "vitest";
import { type Connection, countConnections, noTotals } from "../ipvs/connections.ts";
import { parseConnectionListing } from "../ipvs/listing-connections.ts";
import {
  hearNews,
  type HeardReading,
  isCapped,
  nothingHeard,
  type ReadingNews,
  rowsPerNews,
  UnsaidNews,
} from "./connection-reading.ts";

/** Entries of three real servers, every fifth of them a template. */
const entries = (count: number): Connection[] =>
  parseConnectionListing(
    Array.from({ length: count }, (_, at) =>
      at % 5 === 0
        ? `TCP 0${at % 6}:00  NONE        192.0.2.${at % 250}:0 198.51.100.1:80 10.0.0.${at % 3}:80`
        : `TCP 14:59  ${at % 2 === 0 ? "ESTABLISHED" : "FIN_WAIT"} 192.0.2.5:${1_024 + at} 198.51.100.1:80 10.0.0.${at % 3}:80`,
    ).join("\n"),
  ).value;
const found = (connections: Connection[], entryCount: number, told = connections): ReadingNews => ({
  kind: "found",
  connections: told,
  entryCount,
  totals: countConnections(connections),
});
const ended: ReadingNews = { kind: "ended", unreadable: { count: 0 }, readAtMs: 2, tookMs: 1 };
const hear = (news: readonly ReadingNews[]): HeardReading => {
  let reading = nothingHeard;
  for (const each of news) reading = hearNews(reading, each);
  return reading;
};
const takeAll = (unsaid: UnsaidNews): ReadingNews[] => {
  const all: ReadingNews[] = [];
  for (let next = unsaid.take(); next !== undefined; next = unsaid.take()) all.push(next);
  return all;
};

describe("a reading that is heard", () => {
  const all = entries(40);

  it("adds up to the totals of all its matches, whatever the pieces were", () => {
    for (const cut of [0, 1, 17, 39, 40]) {
      const pieces = [found(all.slice(0, cut), cut), found(all.slice(cut), 40)];
      expect(hear(pieces)).toMatchObject({
        connections: all,
        totals: countConnections(all),
        entryCount: 40,
        end: undefined,
      });
    }
  });

  it("has an end only once that was said, and is capped where matches are no rows", () => {
    const some = hear([{ kind: "begun", expected: 50 }, found(all, 44, all.slice(0, 3))]);
    expect(some).toMatchObject({ expected: 50, entryCount: 44, end: undefined });
    expect(isCapped(some)).toBe(true);
    expect(isCapped(hear([found(all, 44)]))).toBe(false);
    expect(hearNews(some, ended).end).toBe(ended);
  });
});

describe("what is not said yet", () => {
  it("is merged, and comes in portions that lose nothing and say nothing twice", () => {
    const all = entries(700);
    const unsaid = new UnsaidNews();
    unsaid.put({ kind: "begun", expected: 9 });
    unsaid.put(found(all.slice(0, 300), 1_000));
    unsaid.put(found(all.slice(300), 2_000));
    unsaid.put(ended);
    const news = takeAll(unsaid);
    expect(news.map(({ kind }) => kind)).toEqual(["begun", "found", "found", "found", "ended"]);
    for (const each of news)
      if (each.kind === "found") expect(each.connections.length).toBeLessThanOrEqual(rowsPerNews);
    expect(hear(news)).toEqual({
      connections: all,
      totals: countConnections(all),
      entryCount: 2_000,
      expected: 9,
      end: ended,
    });
  });

  it("is one piece of news, however many there were without a row", () => {
    const unsaid = new UnsaidNews();
    for (let entryCount = 1; entryCount <= 1_000; entryCount += 1) unsaid.put(found([], entryCount));
    expect(takeAll(unsaid)).toEqual([
      { kind: "found", connections: [], entryCount: 1_000, totals: noTotals },
    ]);
    expect(unsaid.take()).toBeUndefined();
  });
});
