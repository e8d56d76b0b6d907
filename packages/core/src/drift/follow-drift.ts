import { differenceKey, driftShown, type Difference, type Drift, type DriftAuthor } from "./drift.ts";

/** Follows differences over time: since when each is there, and who made it. A pure step; the clock is the caller's. */

export interface DriftHistory {
  readonly entries: ReadonlyMap<string, Followed>;
  /** Of the last look; undefined before the first. */
  readonly basis: string | undefined;
}

interface Followed {
  readonly difference: Difference;
  readonly sinceMs: number;
  readonly isSinceExact: boolean;
  readonly by: DriftAuthor;
  /** Seen at two looks: what keepalived was about to say of it has had the time to come. */
  readonly isConfirmed: boolean;
}

export interface DriftLook {
  readonly atMs: number;
  readonly differences: readonly Difference[];
  /** Of `readDrift`: which run of the daemon and which file. */
  readonly basis: string;
  /** keepalived was started, stopped or reloaded so short ago that it may still be writing the table. */
  readonly isMoving: boolean;
  /** Who is known to have written this place since the look before: the console's own write, or keepalived by its own word. */
  readonly writerOf: (difference: Difference) => "console" | "keepalived" | undefined;
}

export const noHistory: DriftHistory = { entries: new Map(), basis: undefined };

/**
 * The history after one more look. A difference is shown from its second look on, so that the instant between keepalived's write and
 * its word for it is never called drift; one of the console's own is shown at once.
 */
export const followDrift = (history: DriftHistory, look: DriftLook): DriftHistory => {
  const entries = new Map<string, Followed>();
  for (const difference of look.differences) {
    const key = differenceKey(difference);
    const known = history.entries.get(key);
    entries.set(key, known === undefined ? begin(history, look, difference) : goOn(known, look, difference));
  }
  return { entries, basis: look.basis };
};

/** What a hand has done between two looks, once it is sure: a difference made, changed or undone. */
export interface DriftNews {
  readonly atMs: number;
  readonly difference: Difference;
  /** The kernel's value before and now, in ipvsadm's words; undefined: nothing. */
  readonly before: string | undefined;
  readonly now: string | undefined;
}

/** `look`: the one that made `history` out of `before`. */
export const driftNews = (before: DriftHistory, history: DriftHistory, look: DriftLook): DriftNews[] => {
  const news: DriftNews[] = [];
  for (const [key, { by, difference, isConfirmed, sinceMs }] of history.entries) {
    if (by !== "hand" || !isConfirmed) continue;
    const known = before.entries.get(key);
    if (known === undefined || !known.isConfirmed)
      news.push({ atMs: sinceMs, difference, before: difference.configured, now: difference.kernel });
    else if (known.difference.kernel !== difference.kernel)
      news.push({ atMs: look.atMs, difference, before: known.difference.kernel, now: difference.kernel });
  }
  for (const [key, { difference, isConfirmed }] of before.entries) {
    if (!isConfirmed || history.entries.has(key) || authorOf(before, look, difference) !== "hand") continue;
    news.push({ atMs: look.atMs, difference, before: difference.kernel, now: difference.configured });
  }
  return news;
};

/** What is shown of a history. */
export const driftOf = ({ entries }: DriftHistory): Drift => {
  const shown = [...entries.values()].filter((each) => each.isConfirmed || each.by === "console");
  return {
    items: shown.slice(0, driftShown).map(({ by, difference, isSinceExact, sinceMs }) => ({
      ...difference,
      sinceMs,
      isSinceExact,
      by,
    })),
    count: shown.filter(({ by }) => by !== "console").length,
  };
};

const begin = (history: DriftHistory, look: DriftLook, difference: Difference): Followed => ({
  difference,
  sinceMs: look.atMs,
  isSinceExact: history.basis !== undefined,
  by: authorOf(history, look, difference),
  isConfirmed: false,
});

/** Another value at the same place is another writer's, but it differs since the first. */
const goOn = (known: Followed, look: DriftLook, difference: Difference): Followed => {
  const isSame =
    known.difference.kernel === difference.kernel && known.difference.configured === difference.configured;
  return {
    ...known,
    difference,
    by: isSame ? known.by : authorOf({ entries: new Map(), basis: look.basis }, look, difference),
    isConfirmed: known.isConfirmed || !look.isMoving,
  };
};

/** A hand is accused only of what was seen to appear while nobody else was at work. */
const authorOf = (history: DriftHistory, look: DriftLook, difference: Difference): DriftAuthor => {
  const writer = look.writerOf(difference);
  if (writer === "console") return "console";
  return writer === undefined && history.basis === look.basis && !look.isMoving ? "hand" : "notKnown";
};
