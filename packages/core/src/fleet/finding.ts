import {
  hearNews,
  type HeardReading,
  isCapped,
  nothingHeard,
  type ReadingNews,
} from "../director/connection-reading.ts";

/** One question about connections put to some directors: what the console says while they answer, and what a page knows of it. */

/** A director that could not be asked, or was lost on the way: what it has told stays true, and the rest is not known. */
export interface FailedNews {
  readonly kind: "failed";
  /** The console's code for it. */
  readonly problem: string;
  readonly reason: string;
}

/** First whom the question goes to, then what each says, many at a time, and at the end how long all of it took. */
export type FindingSaid =
  | { readonly kind: "asked"; readonly directorIds: readonly string[] }
  | {
      readonly kind: "news";
      readonly news: readonly { readonly directorId: string; readonly news: ReadingNews | FailedNews }[];
    }
  | { readonly kind: "done"; readonly tookMs: number };

/** One director's part. */
interface Part {
  readonly reading: HeardReading;
  readonly failure: FailedNews | undefined;
}

export type FindingState =
  | { readonly kind: "going" }
  | { readonly kind: "done"; readonly tookMs: number }
  /** By the person who asked. */
  | { readonly kind: "stopped" }
  /** The console was lost on the way. */
  | { readonly kind: "broken"; readonly reason: string };

export interface Finding {
  readonly state: FindingState;
  /** Every director that was asked; empty until the console has said whom. */
  readonly parts: ReadonlyMap<string, Part>;
}

export const nothingFound: Finding = { state: { kind: "going" }, parts: new Map() };

const notHeard: Part = { reading: nothingHeard, failure: undefined };

/** The finding with what the console said next. One that is over hears nothing more. */
export const hearFinding = (finding: Finding, said: FindingSaid): Finding => {
  if (finding.state.kind !== "going") return finding;
  switch (said.kind) {
    case "asked":
      return { ...finding, parts: new Map(said.directorIds.map((id) => [id, notHeard])) };
    case "done":
      return { ...finding, state: said };
    case "news": {
      const parts = new Map(finding.parts);
      for (const { directorId, news } of said.news)
        parts.set(directorId, hearPart(parts.get(directorId) ?? notHeard, news));
      return { ...finding, parts };
    }
  }
};

const hearPart = (part: Part, news: ReadingNews | FailedNews): Part =>
  news.kind === "failed" ? { ...part, failure: news } : { ...part, reading: hearNews(part.reading, news) };

/** The finding cut short; one that is over stays what it is. */
export const endFinding = (
  finding: Finding,
  state: Extract<FindingState, { kind: "stopped" | "broken" }>,
): Finding => (finding.state.kind === "going" ? { ...finding, state } : finding);

/** Whether a director's whole table is in the answer, and if not, why. Only of a whole one may anybody say what is not there. */
export type Completeness =
  | { readonly kind: "whole" }
  | { readonly kind: "going" }
  | { readonly kind: "stopped" }
  | { readonly kind: "broken"; readonly reason: string };

const completenessOf = ({ failure, reading }: Part, state: FindingState): Completeness => {
  if (reading.end !== undefined) return { kind: "whole" };
  if (failure !== undefined) return { kind: "broken", reason: failure.reason };
  return state.kind === "done" ? { kind: "broken", reason: "" } : state;
};

/** What one director has told. */
export interface FoundRows extends Pick<HeardReading, "connections" | "totals" | "entryCount" | "expected"> {
  readonly isCapped: boolean;
  readonly completeness: Completeness;
  /** Of the whole table; undefined before its end. */
  readonly end: Extract<ReadingNews, { kind: "ended" }> | undefined;
}

export type PartAnswer =
  /** Nothing yet. */
  | { readonly kind: "open" }
  | { readonly kind: "told"; readonly rows: FoundRows }
  | { readonly kind: "absent"; readonly reason: string }
  /** Not even begun. */
  | { readonly kind: "failed"; readonly problem: string; readonly reason: string };

/** What is known by now from a director that was asked. */
export const answerOf = (part: Part, state: FindingState): PartAnswer => {
  const { failure, reading } = part;
  const { connections, end, entryCount, expected, totals } = reading;
  if (end?.kind === "absent") return { kind: "absent", reason: end.reason };
  if (end === undefined && entryCount === 0) return failure ?? { kind: "open" };
  return {
    kind: "told",
    rows: {
      connections,
      totals,
      entryCount,
      expected,
      isCapped: isCapped(reading),
      completeness: completenessOf(part, state),
      end,
    },
  };
};

export interface FindingProgress {
  readonly asked: number;
  /** Heard to the end, or not to be heard of any more. */
  readonly answered: number;
  readonly entryCount: number;
  /** About how many entries there are in all; never less than were read; undefined where one director does not say, or has not begun. */
  readonly expected: number | undefined;
  readonly matches: number;
  /** Of the entries where that can be said, else of the directors; 0…1. */
  readonly share: number;
}

export const progressOf = ({ parts }: Finding): FindingProgress => {
  const all = [...parts.values()];
  const answered = all.filter(
    ({ failure, reading }) => failure !== undefined || reading.end !== undefined,
  ).length;
  const entryCount = sum(all.map(({ reading }) => reading.entryCount));
  const expected = all.every(({ reading }) => reading.expected !== undefined)
    ? Math.max(entryCount, sum(all.map(({ reading }) => reading.expected ?? 0)))
    : undefined;
  return {
    asked: all.length,
    answered,
    entryCount,
    expected,
    matches: sum(all.map(({ reading: { totals } }) => totals.connections + totals.templates)),
    share: shareOf(entryCount, expected) ?? shareOf(answered, all.length) ?? 0,
  };
};

const shareOf = (part: number, whole: number | undefined): number | undefined =>
  whole === undefined || whole === 0 ? undefined : part / whole;

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
