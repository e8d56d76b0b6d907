import { knownValue } from "../director/fact.ts";
import type { HeardSpeaker } from "../director/speakers.ts";
import type { VrrpInstance } from "../director/state.ts";
import { directorAge, isUsable, onConsoleClock } from "./freshness.ts";
import type { Fleet, FleetDirector } from "./model.ts";
import { addressBookOf, heardBy, sourceIn, type AddressBook, type WireSource } from "./wire.ts";

/** Who hears whom: a row for each instance of a cluster, a cell for each director that listens. */

export interface HeardFrom {
  readonly source: WireSource;
  readonly speaker: HeardSpeaker;
  /** Console's clock. */
  readonly lastHeardMs: number;
  readonly speakingSinceMs: number;
}

export type HearingCell = {
  readonly director: FleetDirector;
  /** Undefined: not known, or of a director that is not heard any more. */
  readonly state: VrrpInstance["state"] | undefined;
} & (
  | { readonly status: "heard"; readonly from: readonly HeardFrom[] }
  /** The link cannot be heard there. */
  | { readonly status: "deaf"; readonly reason: string }
  /** What it hears is not known: it says nothing, or nothing of this. `reason` is the agent's, where it gave one. */
  | { readonly status: "unknown"; readonly reason: string | undefined }
);

/**
 * Whether those who wait hear the MASTER. `unheard` names who does not; `unknown`: somebody's ears are not known; `noMaster`: there is
 * none, or not one alone.
 */
export type HearingVerdict =
  | { readonly kind: "heard" }
  | { readonly kind: "unheard"; readonly by: readonly FleetDirector[] }
  | { readonly kind: "unknown" }
  | { readonly kind: "noMaster" };

export interface HearingRow {
  readonly instance: string;
  readonly virtualRouterId: number;
  readonly cells: readonly HearingCell[];
  readonly verdict: HearingVerdict;
}

const instancesOf = (director: FleetDirector): readonly VrrpInstance[] =>
  director.state === undefined ? [] : (knownValue(director.state.vrrp) ?? []);

/** One row per instance name, in the order of the first director. `nowMs` on the console's clock. */
export const readHearing = (fleet: Fleet, clusterId: string, nowMs: number): HearingRow[] => {
  const directors = fleet.directors.filter((director) => director.clusterId === clusterId);
  const book = addressBookOf(fleet);
  const names = [...new Set(directors.flatMap((director) => instancesOf(director).map(({ name }) => name)))];
  return names.map((instance) => {
    const cells = directors.map((director) => cellOf({ book, director, instance, nowMs }));
    const virtualRouterId =
      directors.flatMap(instancesOf).find(({ name }) => name === instance)?.virtualRouterId ?? 0;
    return { instance, virtualRouterId, cells, verdict: verdictOf(cells) };
  });
};

const cellOf = (of: {
  readonly book: AddressBook;
  readonly director: FleetDirector;
  readonly instance: string;
  readonly nowMs: number;
}): HearingCell => {
  const { book, director, instance, nowMs } = of;
  const own = instancesOf(director).find(({ name }) => name === instance);
  const base = { director, state: isUsable(directorAge(director, nowMs)) ? own?.state : undefined };
  const heard = heardBy(director, nowMs);
  const fact = director.state?.speakers;
  if (heard === undefined || own === undefined) {
    const reason = fact === undefined || fact.status === "known" ? undefined : fact.reason;
    return { ...base, status: "unknown", reason };
  }
  const from = heard.speakers
    .filter((speaker) => speaker.instance === instance)
    .map((speaker) => heardFrom(book, director, speaker));
  const link = from[0]?.speaker.link ?? own.interface;
  const deaf = heard.links.includes(link) ? undefined : heard.deaf.find((each) => each.link === link);
  return deaf === undefined
    ? { ...base, status: "heard", from }
    : { ...base, status: "deaf", reason: deaf.reason };
};

/** A speaker with the name of its director and times on the console's clock. */
export const heardFrom = (book: AddressBook, listener: FleetDirector, speaker: HeardSpeaker): HeardFrom => ({
  source: sourceIn(book, speaker.source),
  speaker,
  lastHeardMs: onConsoleClock(listener, speaker.lastHeardMs),
  speakingSinceMs: onConsoleClock(listener, speaker.speakingSinceMs),
});

const verdictOf = (cells: readonly HearingCell[]): HearingVerdict => {
  const masters = cells.filter(({ state }) => state === "MASTER");
  const [master] = masters;
  if (masters.length > 1) return { kind: "noMaster" };
  if (master === undefined) return { kind: cells.some(isSilent) ? "unknown" : "noMaster" };
  const waiting = cells.filter(({ state }) => state === "BACKUP");
  const missing = waiting.filter(
    (cell) =>
      cell.status === "heard" &&
      !cell.from.some(
        ({ source, speaker }) => source.director?.id === master.director.id && speaker.isSpeaking,
      ),
  );
  if (missing.length > 0) return { kind: "unheard", by: missing.map(({ director }) => director) };
  const isWhole = waiting.every(({ status }) => status === "heard") && !cells.some(isSilent);
  return { kind: isWhole ? "heard" : "unknown" };
};

/** It may be anything now, MASTER too. */
const isSilent = ({ state }: HearingCell): boolean => state === undefined;
