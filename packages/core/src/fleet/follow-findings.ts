import type { FindingKind, FleetEvent } from "./fleet-event.ts";
import { findingKinds } from "./fleet-event.ts";
import { isLookedFor, readFindings, type Finding } from "./findings.ts";
import type { Fleet } from "./model.ts";

/** What goes into the record: one beginning and one end of each finding, whoever keeps the record meanwhile. */

/** `sourceId` is the same for the same beginning and for the same end: what is written twice is written once. */
export interface FindingNews {
  readonly directorId: string;
  readonly sourceId: string;
  readonly event: FleetEvent;
}

/** Findings that have begun and not ended, by key. */
export type OpenFindings = ReadonlyMap<string, Finding>;

/** Of one kind on one director: a flood of made-up senders is one thing that happens to it, not thousands, and hides no other kind. */
export const openAtMost = 64;

/** The findings after one more look, and what is new since the last. Pure; `nowMs` on the console's clock. */
export const followFindings = (
  before: OpenFindings,
  fleet: Fleet,
  nowMs: number,
): { readonly open: OpenFindings; readonly news: readonly FindingNews[] } => {
  const found = readFindings(fleet, nowMs);
  const keys = new Set(found.map(({ key }) => key));
  const ended = [...before.values()].filter(
    (finding) => !keys.has(finding.key) && isLookedFor(finding, fleet, nowMs),
  );
  const open = new Map(before);
  for (const { key } of ended) open.delete(key);
  // A director that is registered no more took its record with it.
  const registered = new Set(fleet.directors.map(({ id }) => id));
  for (const { directorId, key } of before.values()) if (!registered.has(directorId)) open.delete(key);
  const begun = found.filter((finding) => {
    if (open.has(finding.key) || countOf(open, finding) >= openAtMost) return false;
    open.set(finding.key, finding);
    return true;
  });
  return { open, news: [...ended.map((each) => endOf(each, nowMs)), ...begun.map(beginningOf)] };
};

const countOf = (open: OpenFindings, { directorId, kind }: Finding): number =>
  [...open.values()].filter((each) => each.directorId === directorId && each.kind === kind).length;

/** What of a beginning is not in its event: the link, and the key that its end is found by. */
const sourceIdOf = ({ key, link, sinceMs }: Finding): string => `${Math.round(sinceMs)} ${link}/${key}`;

const beginningOf = (finding: Finding): FindingNews => {
  const { detail, directorId, kind, sinceMs, subject } = finding;
  return {
    directorId,
    sourceId: `${beganMark}${sourceIdOf(finding)}`,
    event: { atMs: Math.round(sinceMs), kind: `${kind}Began`, subject, detail },
  };
};

const endOf = (finding: Finding, nowMs: number): FindingNews => {
  const { detail, directorId, kind, subject } = finding;
  return {
    directorId,
    sourceId: `${endedMark}${sourceIdOf(finding)}`,
    event: { atMs: Math.round(nowMs), kind: `${kind}Ended`, subject, detail },
  };
};

/** `sourceId` of the end that belongs to a beginning's: "ended " in the place of "began ". */
export const beganMark = "began ";
export const endedMark = "ended ";

/** What is open, from the beginnings in the record that have no end there. */
export const openOf = (begun: readonly FindingNews[]): OpenFindings =>
  new Map(begun.flatMap((news) => findingOf(news) ?? []).map((each) => [each.key, each]));

const findingOf = ({ directorId, event, sourceId }: FindingNews): Finding | undefined => {
  const parts = /^began (?<since>\d+) (?<link>[^/]*)\/(?<key>.*)$/su.exec(sourceId)?.groups;
  const kind = kindOf(event.kind);
  const { key, link, since } = parts ?? {};
  if (kind === undefined || key === undefined || link === undefined || since === undefined) return undefined;
  const { detail, subject } = event;
  return { kind, key, directorId, link, sinceMs: Number(since), subject, detail };
};

const kindOf = (kind: FleetEvent["kind"]): FindingKind | undefined =>
  findingKinds.find((each) => kind === `${each}Began`);
