import { describe, expect, it } from "vitest";
import type { ReadingNews } from "@lvs/core/director/connection-reading";
import {
  endFinding,
  type FailedNews,
  type Finding,
  hearFinding,
  nothingFound,
} from "@lvs/core/fleet/finding";
import { sampleFleet } from "@lvs/core/fleet/sample-fleet";
import { countConnections } from "@lvs/core/ipvs/connections";
import { parseConnectionListing } from "@lvs/core/ipvs/listing-connections";
import { readSubject } from "./question.ts";
import { hasSomething, readFinding, stateOf, type Reading } from "./reading.ts";

const { directors } = sampleFleet();
const [first, second] = directors.map(({ id }) => id);
if (first === undefined || second === undefined) throw new Error("no directors in the sample");

const client = "198.51.100.5";
const { value: entries } =
  parseConnectionListing(`TCP 14:56  ESTABLISHED ${client}:39783 192.0.2.1:80       10.0.0.1:80
TCP 01:44  FIN_WAIT    ${client}:39612 192.0.2.1:80       10.0.0.2:80
`);
const found = (connections: typeof entries, entryCount = 10): ReadingNews => ({
  kind: "found",
  connections,
  entryCount,
  totals: countConnections(connections),
});
const ended: ReadingNews = { kind: "ended", unreadable: { count: 0 }, readAtMs: 1, tookMs: 1 };
const failed: FailedNews = { kind: "failed", problem: "agentUnreachable", reason: "no answer" };
const lists = { service: "", realServer: "", state: "", kind: "" };

const asked = hearFinding(nothingFound, { kind: "asked", directorIds: [first, second] });
const tell = (finding: Finding, id: string, ...news: (ReadingNews | FailedNews)[]): Finding =>
  hearFinding(finding, { kind: "news", news: news.map((each) => ({ directorId: id, news: each })) });
const done = (finding: Finding): Finding => hearFinding(finding, { kind: "done", tookMs: 1 });
const read = (finding: Finding, choices = lists): Reading =>
  readFinding(finding, { directors, chosen: undefined, subject: readSubject(client), choices });

describe("what a page may say of a client", () => {
  it("is whole only where every director that could be asked was read to its end", () => {
    const one = tell(asked, first, found(entries), ended);
    expect(read(one)).toMatchObject({ isWhole: false, progress: { asked: 2, answered: 1 } });
    expect(read(done(tell(one, second, found([]), ended))).isWhole).toBe(true);
    expect(read(done(tell(one, second, found([]), failed))).isWhole).toBe(false);
    // Told beside the answer, as one that could not be asked.
    const without = read(done(tell(one, second, failed)));
    expect(without).toMatchObject({ isWhole: true, untold: [{ why: "failed", reason: "no answer" }] });
    const stopped = endFinding(tell(one, second, found([])), { kind: "stopped" });
    expect(read(stopped).isWhole).toBe(false);
  });

  it("has the rows of the director that knows it as soon as one does, and keeps them where it is lost", () => {
    const some = tell(asked, second, found(entries.slice(0, 1)));
    expect(read(some)).toMatchObject({
      director: { id: second },
      rows: { connections: [{ client: { port: 39_783 } }] },
      answer: { completeness: { kind: "going" }, entryCount: 10 },
    });
    const lost = done(tell(tell(some, first, found([]), ended), second, failed));
    expect(read(lost)).toMatchObject({
      director: { id: second },
      rows: { totals: { connections: 1 } },
      answer: { completeness: { kind: "broken", reason: "no answer" } },
      untold: [],
    });
  });

  it("is cut down by the page's other choices", () => {
    const reading = read(tell(asked, first, found(entries), ended), { ...lists, state: "FIN_WAIT" });
    expect(reading.rows?.connections.map(({ state }) => state)).toEqual(["FIN_WAIT"]);
    expect(reading.answer?.connections).toHaveLength(2);
  });
});

describe("the page", () => {
  it("asks until somebody has told something, and has failed where the console itself was lost before that", () => {
    expect(stateOf(read(nothingFound))).toBe("asking");
    expect(stateOf(read(asked))).toBe("asking");
    expect(stateOf(read(tell(asked, first, found([]))))).toBe("answered");
    expect(stateOf(read(tell(asked, first, failed)))).toBe("answered");
    expect(stateOf(read(endFinding(asked, { kind: "stopped" })))).toBe("answered");
    const lost = { kind: "broken", reason: "offline" } as const;
    expect(stateOf(read(endFinding(asked, lost)))).toBe("failed");
    expect(stateOf(read(endFinding(tell(asked, first, found(entries)), lost)))).toBe("answered");
  });

  it("leaves an older answer where it is until the new one has a row, or is over", () => {
    expect(hasSomething(read(tell(asked, first, found([]))))).toBe(false);
    expect(hasSomething(read(tell(asked, first, found(entries))))).toBe(true);
    expect(hasSomething(read(endFinding(asked, { kind: "stopped" })))).toBe(true);
    expect(hasSomething(read(done(tell(asked, first, found([]), ended))))).toBe(true);
  });
});
