import { findingEventKinds, type FleetEvent } from "./fleet-event.ts";
import { beganMark, endedMark, type FindingNews } from "./follow-findings.ts";

/**
 * What of the events that come goes into the record one by one. A real server that flaps, or a sender that makes up a new address for
 * every advert, says more than anybody reads and more than a disk holds: past a rate the events are counted, and the record says how
 * many. Nothing is lost without a word: written + counted = heard.
 */

/** So many at once, and one more each `everyMs`. */
interface Rate {
  readonly burst: number;
  readonly everyMs: number;
}

/** The rates at which a director's events are kept one by one. */
export interface EventBounds {
  /** Of one kind about one subject. */
  readonly subject: Rate;
  /** Of one kind that the console finds itself: anybody on the wire can make them up. */
  readonly findingKind: Rate;
  /** Of one kind that the agent says. */
  readonly kind: Rate;
  readonly director: Rate;
}

/**
 * A real server that goes down and comes back twenty times is still read line by line; one that does so all day is one line a minute. The
 * agent's own kinds have room for 10,000 real servers that fail together, each with its moment; what a stranger can make up has room for
 * three times what is open at once. No two kinds of the agent's use up a director, whose lines past that are 17,280 a day, some 5 MB.
 */
export const eventBounds: EventBounds = {
  subject: { burst: 20, everyMs: 60_000 },
  findingKind: { burst: 200, everyMs: 60_000 },
  kind: { burst: 10_000, everyMs: 30_000 },
  director: { burst: 25_000, everyMs: 5_000 },
};

/** A count is said when nothing more came for `calmMs`, never sooner than `shortestMs` after its first and at the latest after `longestMs`. */
export const countTimes = { calmMs: 10_000, shortestMs: 60_000, longestMs: 600_000 } as const;

/** Events that were counted: of one subject, or, with an empty one, of all subjects of their kind. */
interface Counted {
  readonly directorId: string;
  readonly kind: FleetEvent["kind"];
  readonly subject: string;
  readonly events: number;
  readonly firstMs: number;
  readonly lastMs: number;
  /** When the last of them happened, on the clock that events carry. */
  readonly atMs: number;
  /** Of the first: no other count has it. */
  readonly sourceId: string;
}

/** What is remembered between two batches; plain, so that it can be thrown away whole. */
export interface EventLimit {
  /** When each rate would be whole again, by what it is the rate of. */
  readonly wholeAtMs: ReadonlyMap<string, number>;
  readonly counts: ReadonlyMap<string, Counted>;
  /** Beginnings that were counted: their ends are counted too. */
  readonly countedBeginnings: ReadonlySet<string>;
}

export const noEventsYet: EventLimit = {
  wholeAtMs: new Map(),
  counts: new Map(),
  countedBeginnings: new Set(),
};

interface Draft {
  readonly wholeAtMs: Map<string, number>;
  readonly counts: Map<string, Counted>;
  readonly countedBeginnings: Set<string>;
}

const draftOf = (limit: EventLimit): Draft => ({
  wholeAtMs: new Map(limit.wholeAtMs),
  counts: new Map(limit.counts),
  countedBeginnings: new Set(limit.countedBeginnings),
});

/**
 * Sorts what was heard, in its order, into what is written and what is counted. `nowMs` on a clock that never goes back (not the
 * events': a director's may be wrong). The end of a finding goes where its beginning went, so that nothing stands open in the record
 * that is over.
 */
export const limitEvents = (
  before: EventLimit,
  heard: readonly FindingNews[],
  { nowMs, bounds = eventBounds }: { readonly nowMs: number; readonly bounds?: EventBounds },
): { readonly limit: EventLimit; readonly written: readonly FindingNews[] } => {
  const draft = draftOf(before);
  const written = heard.filter((news) => {
    const end = markedBy(endedMark, news);
    if (end !== undefined) {
      if (!draft.countedBeginnings.delete(end)) return true;
      count(draft, news, { nowMs, subject: "" });
      return false;
    }
    const spent = spend(draft, ratesOf(news, bounds), nowMs);
    if (spent === undefined) return true;
    const beginning = markedBy(beganMark, news);
    if (beginning !== undefined) draft.countedBeginnings.add(beginning);
    count(draft, news, { nowMs, subject: spent === "subject" ? news.event.subject : "" });
    return false;
  });
  return { limit: draft, written };
};

/** Counts what was to be written and could not be, counts among it: the store was away for too long, or does not take it. */
export const countUnwritten = (
  before: EventLimit,
  unwritten: readonly FindingNews[],
  nowMs: number,
): EventLimit => {
  const draft = draftOf(before);
  for (const news of unwritten) count(draft, news, { nowMs, subject: "" });
  return draft;
};

/**
 * The counts that are to be said, as lines of the record; and without what is whole again. `nowMs` as of `limitEvents`; Infinity says
 * all that is counted, for whoever hands the record over.
 */
export const sayCounts = (
  before: EventLimit,
  nowMs: number,
): { readonly limit: EventLimit; readonly news: readonly FindingNews[] } => {
  const due = [...before.counts].filter(([, each]) => isDue(each, nowMs));
  const said = new Set(due.map(([key]) => key));
  const limit = {
    wholeAtMs: new Map([...before.wholeAtMs].filter(([, wholeAtMs]) => wholeAtMs > nowMs)),
    counts: new Map([...before.counts].filter(([key]) => !said.has(key))),
    countedBeginnings: before.countedBeginnings,
  };
  return { limit, news: due.map(([, each]) => newsOf(each)) };
};

const isDue = ({ firstMs, lastMs }: Counted, nowMs: number): boolean =>
  nowMs - firstMs >= countTimes.longestMs ||
  (nowMs - firstMs >= countTimes.shortestMs && nowMs - lastMs >= countTimes.calmMs);

const newsOf = ({
  atMs,
  directorId,
  events,
  firstMs,
  kind,
  lastMs,
  sourceId,
  subject,
}: Counted): FindingNews => ({
  directorId,
  sourceId: `counted ${sourceId}`,
  event: { atMs, kind, subject, detail: "", counted: { events, overMs: Math.round(lastMs - firstMs) } },
});

type Tier = "subject" | "kind" | "director";

const ratesOf = (
  { directorId, event: { kind, subject } }: FindingNews,
  bounds: EventBounds,
): readonly { readonly tier: Tier; readonly key: string; readonly rate: Rate }[] => {
  const ofKind = isFinding(kind) ? bounds.findingKind : bounds.kind;
  return [
    { tier: "subject", key: keyOf(directorId, kind, subject), rate: bounds.subject },
    { tier: "kind", key: keyOf(directorId, kind), rate: ofKind },
    { tier: "director", key: directorId, rate: bounds.director },
  ];
};

/** Takes one of each rate, or of none where one is used up, which is named: then the others are not made poorer by what is not written. */
const spend = (draft: Draft, rates: ReturnType<typeof ratesOf>, nowMs: number): Tier | undefined => {
  const wholeAt = (key: string): number => Math.max(draft.wholeAtMs.get(key) ?? nowMs, nowMs);
  const used = rates.find(({ key, rate }) => wholeAt(key) - nowMs > (rate.burst - 1) * rate.everyMs);
  if (used !== undefined) return used.tier;
  for (const { key, rate } of rates) draft.wholeAtMs.set(key, wholeAt(key) + rate.everyMs);
  return undefined;
};

const count = (
  draft: Draft,
  { directorId, event: { atMs, counted, kind }, sourceId }: FindingNews,
  { nowMs, subject }: { readonly nowMs: number; readonly subject: string },
): void => {
  const key = keyOf(directorId, kind, subject);
  const past = draft.counts.get(key) ?? { events: 0, firstMs: nowMs, sourceId };
  draft.counts.set(key, {
    directorId,
    kind,
    subject,
    events: past.events + (counted?.events ?? 1),
    firstMs: past.firstMs,
    lastMs: nowMs,
    atMs,
    sourceId: past.sourceId,
  });
};

const keyOf = (...parts: readonly string[]): string => parts.join("\n");

/** What a beginning and its end have in common. An agent numbers its events as it likes: only the console's own findings have marks. */
const markedBy = (mark: string, { directorId, event, sourceId }: FindingNews): string | undefined =>
  isFinding(event.kind) && sourceId.startsWith(mark)
    ? keyOf(directorId, sourceId.slice(mark.length))
    : undefined;

const isFinding = (kind: FleetEvent["kind"]): boolean => findingEventKinds.some((each) => each === kind);
