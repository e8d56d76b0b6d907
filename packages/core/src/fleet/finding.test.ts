import { describe, expect, it } from "vitest";
import type { ReadingNews } from "../director/connection-reading.ts";
import { noTotals } from "../ipvs/connections.ts";
import {
  answerOf,
  endFinding,
  type FailedNews,
  type Finding,
  type FindingSaid,
  hearFinding,
  nothingFound,
  type PartAnswer,
  progressOf,
} from "./finding.ts";

const begun = (expected?: number): ReadingNews => ({
  kind: "begun",
  ...(expected === undefined ? {} : { expected }),
});
const found = (entryCount: number, matches = 0): ReadingNews => ({
  kind: "found",
  connections: [],
  entryCount,
  totals: { ...noTotals, connections: matches },
});
const ended: ReadingNews = { kind: "ended", unreadable: { count: 0 }, readAtMs: 1, tookMs: 1 };
const failed: FailedNews = { kind: "failed", problem: "agentUnreachable", reason: "no answer" };
const asked = (...directorIds: string[]): FindingSaid => ({ kind: "asked", directorIds });
const told = (directorId: string, ...news: (ReadingNews | FailedNews)[]): FindingSaid => ({
  kind: "news",
  news: news.map((each) => ({ directorId, news: each })),
});
const hear = (...said: FindingSaid[]): Finding => {
  let finding = nothingFound;
  for (const each of said) finding = hearFinding(finding, each);
  return finding;
};
const answer = (finding: Finding, id: string): PartAnswer | undefined => {
  const part = finding.parts.get(id);
  return part === undefined ? undefined : answerOf(part, finding.state);
};
const done: FindingSaid = { kind: "done", tookMs: 5 };

describe("the progress of a question", () => {
  it("is the share of the entries that are expected, never more than all of them", () => {
    const half = hear(asked("a"), told("a", begun(200), found(100, 3)));
    expect(progressOf(half)).toEqual({
      asked: 1,
      answered: 0,
      entryCount: 100,
      expected: 200,
      matches: 3,
      share: 0.5,
    });
    // Templates are counted by nobody, and stand in the table all the same.
    const more = hearFinding(half, told("a", found(250, 2)));
    expect(progressOf(more)).toMatchObject({ entryCount: 250, expected: 250, matches: 5, share: 1 });
  });

  it("is the share of the directors where one does not say how many entries it has", () => {
    const some = hear(
      asked("a", "b", "c"),
      told("a", begun(9), found(9), ended),
      told("b", begun(), found(1)),
    );
    expect(progressOf(some)).toMatchObject({ asked: 3, answered: 1, expected: undefined, share: 1 / 3 });
    expect(progressOf(hearFinding(some, told("c", failed)))).toMatchObject({ answered: 2 });
    expect(progressOf(nothingFound)).toMatchObject({ asked: 0, share: 0 });
    expect(progressOf(hear(asked("a"), told("a", begun(0))))).toMatchObject({ expected: 0, share: 0 });
  });
});

describe("what a director has told", () => {
  it("is whole only where its table was read to its end", () => {
    const going = hear(asked("a"), told("a", begun(), found(5)));
    expect(answer(going, "a")).toMatchObject({ kind: "told", rows: { completeness: { kind: "going" } } });
    const stopped = endFinding(going, { kind: "stopped" });
    expect(answer(stopped, "a")).toMatchObject({
      rows: { completeness: { kind: "stopped" }, entryCount: 5 },
    });
    const lost = endFinding(going, { kind: "broken", reason: "offline" });
    expect(answer(lost, "a")).toMatchObject({
      rows: { completeness: { kind: "broken", reason: "offline" } },
    });
    const whole = hearFinding(hearFinding(going, told("a", ended)), done);
    expect(answer(whole, "a")).toMatchObject({ rows: { completeness: { kind: "whole" }, end: ended } });
    const empty = hear(asked("a"), told("a", begun(0), found(0), ended));
    expect(answer(empty, "a")).toMatchObject({ kind: "told", rows: { completeness: { kind: "whole" } } });
  });

  it("stays where it is lost on the way; one that told nothing could not be asked, or was not heard yet", () => {
    const finding = hear(
      asked("a", "b", "c", "d"),
      told("a", begun(), found(5, 1), failed),
      told("b", failed),
      told("d", { kind: "absent", reason: "no ip_vs module", readAtMs: 1 }),
    );
    expect(answer(finding, "a")).toMatchObject({
      rows: {
        entryCount: 5,
        totals: { connections: 1 },
        completeness: { kind: "broken", reason: "no answer" },
      },
    });
    expect(answer(finding, "b")).toEqual(failed);
    expect(answer(finding, "c")).toEqual({ kind: "open" });
    expect(answer(endFinding(finding, { kind: "stopped" }), "c")).toEqual({ kind: "open" });
    expect(answer(finding, "d")).toEqual({ kind: "absent", reason: "no ip_vs module" });
  });

  it("does not change once the question is over", () => {
    const stopped = endFinding(hear(asked("a"), told("a", found(5))), { kind: "stopped" });
    expect(hearFinding(stopped, told("a", found(9)))).toBe(stopped);
    const over = hear(asked("a"), told("a", found(5), ended), done);
    expect(endFinding(over, { kind: "broken", reason: "closed" })).toBe(over);
  });
});
