import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  countTimes,
  countUnwritten,
  eventBounds,
  limitEvents,
  noEventsYet,
  sayCounts,
  type EventBounds,
  type EventLimit,
} from "./event-limit.ts";
import type { FindingNews } from "./follow-findings.ts";

/** The record under a flood: nothing is lost without a word, and nobody's flood is another's silence. */

const bounds: EventBounds = {
  subject: { burst: 3, everyMs: 10_000 },
  findingKind: { burst: 5, everyMs: 10_000 },
  kind: { burst: 8, everyMs: 5_000 },
  director: { burst: 12, everyMs: 2_000 },
};

let made = 0;
const event = (kind: FindingNews["event"]["kind"], subject: string, directorId = "lvs1"): FindingNews => {
  made += 1;
  return { directorId, sourceId: `e:${made}`, event: { atMs: made, kind, subject, detail: "" } };
};
const finding = (mark: "began" | "ended", key: string, directorId = "lvs1"): FindingNews => ({
  directorId,
  sourceId: `${mark} 1 eth0/${key}`,
  event: { atMs: 0, kind: mark === "began" ? "strangerBegan" : "strangerEnded", subject: key, detail: "" },
});

interface Step {
  readonly afterMs: number;
  readonly heard: readonly FindingNews[];
}

/** Plays the steps, says what is due after each, and all that is left at the end. */
const play = (steps: readonly Step[], limit: EventLimit = noEventsYet) => {
  let nowMs = 0;
  let now = limit;
  const written: FindingNews[] = [];
  const said: FindingNews[] = [];
  for (const { afterMs, heard } of steps) {
    nowMs += afterMs;
    const next = limitEvents(now, heard, { nowMs, bounds });
    written.push(...next.written);
    const due = sayCounts(next.limit, nowMs);
    said.push(...due.news);
    now = due.limit;
  }
  const last = sayCounts(now, Number.POSITIVE_INFINITY);
  return { written, said: [...said, ...last.news], limit: last.limit, nowMs };
};

const kinds = ["realServerDown", "realServerUp", "vrrpTransition"] as const;
const anyHeard = fc.oneof(
  fc
    .record({
      kind: fc.constantFrom(...kinds),
      subject: fc.constantFrom("a", "b", "c", "d"),
      director: fc.constantFrom("lvs1", "lvs2"),
    })
    .map(({ director, kind, subject }) => event(kind, subject, director)),
  fc
    .record({ mark: fc.constantFrom("began" as const, "ended" as const), key: fc.nat(12) })
    .map(({ key, mark }) => finding(mark, String(key))),
);
const anySteps = fc.array(
  fc.record({ afterMs: fc.nat(20_000), heard: fc.array(anyHeard, { maxLength: 30 }) }),
  { maxLength: 30 },
);

const countsOf = (news: readonly FindingNews[]): Record<string, number> => {
  const sums: Record<string, number> = {};
  for (const { directorId, event: each } of news) {
    const key = `${directorId} ${each.kind}`;
    sums[key] = (sums[key] ?? 0) + (each.counted?.events ?? 1);
  }
  return sums;
};

describe("the record under any flood", () => {
  it("loses nothing: written and counted are what was heard, of each director and kind", () => {
    fc.assert(
      fc.property(anySteps, (steps) => {
        const { written, said } = play(steps);
        expect(countsOf([...written, ...said])).toEqual(countsOf(steps.flatMap(({ heard }) => heard)));
      }),
    );
  });

  it("writes no more of a director than its burst and its rate allow, the ends of what it wrote aside", () => {
    fc.assert(
      fc.property(anySteps, (steps) => {
        const { nowMs, written } = play(steps);
        const mine = written.filter(
          ({ directorId, sourceId }) => directorId === "lvs1" && !sourceId.startsWith("ended"),
        );
        const { burst, everyMs } = bounds.director;
        expect(mine.length).toBeLessThanOrEqual(burst + Math.floor(nowMs / everyMs));
        for (const subject of ["a", "b", "c", "d"]) {
          const down = mine.filter(
            (each) => each.event.kind === "realServerDown" && each.event.subject === subject,
          );
          expect(down.length).toBeLessThanOrEqual(
            bounds.subject.burst + Math.floor(nowMs / bounds.subject.everyMs),
          );
        }
      }),
    );
  });

  it("has the end of every finding whose beginning it has, and of no other that it counted", () => {
    const keys = fc.uniqueArray(fc.nat(200), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(keys, keys, (first, second) => {
        const steps = [first, second].flatMap((each) => [
          { afterMs: 1_000, heard: each.map((key) => finding("began", String(key))) },
          { afterMs: 1_000, heard: each.map((key) => finding("ended", String(key))) },
        ]);
        const { limit, written } = play(steps);
        const of = (mark: string): string[] =>
          written
            .filter(({ sourceId }) => sourceId.startsWith(mark))
            .map(({ event: { subject } }) => subject);
        expect(of("ended")).toEqual(of("began"));
        expect(limit.countedBeginnings.size).toBe(0);
      }),
    );
  });

  it("says of one director what it would say without the other", () => {
    fc.assert(
      fc.property(anySteps, (steps) => {
        const only = (news: readonly FindingNews[]): FindingNews[] =>
          news.filter(({ directorId }) => directorId === "lvs2");
        const both = play(steps);
        const alone = play(steps.map((step) => ({ ...step, heard: only(step.heard) })));
        expect(only(both.written)).toEqual(alone.written);
        expect(countsOf(only(both.said))).toEqual(countsOf(alone.said));
      }),
    );
  });

  it("names each line of the record once", () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.constantFrom(...kinds), { maxLength: 20 }), { maxLength: 20 }),
        (all) => {
          const { said, written } = play(
            all.map((each) => ({ afterMs: 40_000, heard: each.map((kind) => event(kind, "a")) })),
          );
          const ids = [...written, ...said].map(({ sourceId }) => sourceId);
          expect(new Set(ids).size).toBe(ids.length);
        },
      ),
    );
  });
});

describe("a flood", () => {
  const flap = Array.from({ length: 415 }, () => event("realServerDown", "10.0.0.1:80"));

  it("of one real server is its first lines and one count, with the time of the last", () => {
    const steps = [
      ...flap.map((each) => ({ afterMs: 10, heard: [each] })),
      { afterMs: countTimes.shortestMs, heard: [] },
      { afterMs: countTimes.longestMs, heard: [] },
    ];
    const { said, written } = play(steps);
    expect(written).toEqual(flap.slice(0, 3));
    expect(said.map(({ event: each }) => each)).toEqual([
      {
        atMs: flap.at(-1)?.event.atMs,
        kind: "realServerDown",
        subject: "10.0.0.1:80",
        detail: "",
        counted: { events: 412, overMs: 4_110 },
      },
    ]);
  });

  it("of one kind leaves room for the others, and of made-up subjects nothing is remembered but their number", () => {
    const many = Array.from({ length: 1_000 }, (_, index) => event("realServerUp", `10.0.${index}.1:80`));
    const { limit } = limitEvents(noEventsYet, many, { nowMs: 0, bounds });
    expect(limit.counts.size).toBe(1);
    expect(limit.wholeAtMs.size).toBe(bounds.kind.burst + 2);
    const transition = event("vrrpTransition", "VI_1");
    expect(limitEvents(limit, [transition], { nowMs: 0, bounds }).written).toEqual([transition]);
  });

  it("that goes on is said every ten minutes, and forgotten when it is over", () => {
    const steps = Array.from({ length: 3_600 }, () => ({
      afterMs: 1_000,
      heard: [event("realServerDown", "10.0.0.1:80")],
    }));
    const { limit, said } = play(steps);
    expect(said.length).toBeGreaterThanOrEqual(6);
    expect(said.length).toBeLessThanOrEqual(7);
    expect(limit).toEqual(noEventsYet);
  });

  it("leaves 10,000 real servers that fail together their lines, each", () => {
    const all = Array.from({ length: 10_000 }, (_, index) => event("realServerDown", `${index}`));
    expect(limitEvents(noEventsYet, all, { nowMs: 0, bounds: eventBounds }).written).toHaveLength(10_000);
  });
});

it("what the store did not take is counted, and said like the rest", () => {
  const lost = [event("realServerDown", "a"), event("realServerDown", "b"), event("realServerUp", "a")];
  const { news } = sayCounts(countUnwritten(noEventsYet, lost, 5), Number.POSITIVE_INFINITY);
  expect(news.map(({ event: { counted, kind, subject } }) => [kind, subject, counted?.events])).toEqual([
    ["realServerDown", "", 2],
    ["realServerUp", "", 1],
  ]);
  const again = sayCounts(countUnwritten(noEventsYet, news, 9), Number.POSITIVE_INFINITY);
  expect(again.news.map(({ event: { counted } }) => counted?.events)).toEqual([2, 1]);
});
