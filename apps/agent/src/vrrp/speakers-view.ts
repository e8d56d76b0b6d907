import {
  addressesShown,
  findingsShown,
  sourcesShown,
  speakersShown,
  type HeardSpeaker,
  type Speakers,
  type WireFinding,
} from "@lvs/core/director/speakers";
import type { Finding, FindingCode } from "@lvs/core/vrrp/findings";
import { isSpeaking, type Speaker } from "@lvs/core/vrrp/observation";
import type { DeafLink, Observed } from "./observer.ts";

/** The loudest first: the list that travels is cut at its end. */
const loudness: readonly FindingCode[] = [
  "second-master",
  "not-believed",
  "stranger",
  "other-interval",
  "refused-packets",
  "unknown-virtual-router",
];

export interface ViewParts {
  readonly observed: Observed;
  /** Links that cannot be listened to at all, and instances whose adverts nobody here can read. */
  readonly deaf: readonly DeafLink[];
  readonly nowMs: number;
  readonly sinceMs: (finding: Finding) => number;
}

/** What is known of the wire as it travels with the director's facts: bounded, free of secrets. */
export function speakersView({ observed, deaf, nowMs, sinceMs }: ViewParts): Speakers {
  const { dropped, speakers } = observed.observation;
  const ranked = speakers
    .toSorted((a, b) => rank(a, nowMs) - rank(b, nowMs) || a.firstHeardMs - b.firstHeardMs)
    .slice(0, speakersShown)
    .toSorted((a, b) => rank(a, nowMs) - rank(b, nowMs) || (nameOf(a) < nameOf(b) ? -1 : 1));
  const findings = observed.findings.toSorted((a, b) => loudness.indexOf(a.code) - loudness.indexOf(b.code));
  return {
    links: [...observed.heardLinks],
    deaf: [...observed.deaf, ...deaf].map(({ link, reason }) => ({ link, reason })),
    speakers: ranked.map((speaker) => shownSpeaker(speaker, nowMs)),
    omitted: Math.max(0, speakers.length - speakersShown),
    ...(dropped === 0 ? {} : { dropped }),
    findings: findings.slice(0, findingsShown).map((finding) => shownFinding(finding, sinceMs(finding))),
  };
}

/** What is said of the wire, without the numbers that grow with every advert. */
export const meaningOf = (view: Speakers): string =>
  JSON.stringify(view, (key, value: unknown) =>
    key === "lastHeardMs" || key === "adverts" ? undefined : value,
  );

/** The same for the same finding, however often it is looked for. */
export const findingKey = ({ code, link, virtualRouterId, sources, reason }: Finding): string =>
  [code, link, virtualRouterId, reason, ...sources.toSorted()].join(" ");

/** A peer stays in the list though a crowd speaks and it does not: who is believed comes first, then who has been known for longer. */
const rank = (speaker: Speaker, nowMs: number): number => {
  if (speaker.instance !== undefined && speaker.disagreement === undefined) return 0;
  return (speaker.instance === undefined ? 3 : 1) + (isSpeaking(speaker, nowMs) ? 0 : 1);
};

const nameOf = ({ link, virtualRouterId, source }: Speaker): string =>
  `${link} ${String(virtualRouterId).padStart(3, "0")} ${source}`;

const shownSpeaker = (speaker: Speaker, nowMs: number): HeardSpeaker => {
  const { addresses, instance, disagreement, firstHeardMs, speakingSinceMs, lastHeardMs, ...rest } = speaker;
  return {
    ...rest,
    ...(instance === undefined ? {} : { instance }),
    ...(disagreement === undefined ? {} : { disagreement }),
    addresses: addresses.slice(0, addressesShown),
    addressCount: addresses.length,
    isSpeaking: isSpeaking(speaker, nowMs),
    firstHeardMs: Math.round(firstHeardMs),
    speakingSinceMs: Math.round(speakingSinceMs),
    lastHeardMs: Math.round(lastHeardMs),
  };
};

const shownFinding = (finding: Finding, sinceMs: number): WireFinding => {
  const { code, link, virtualRouterId, instance, sources, reason } = finding;
  return {
    code,
    link,
    ...(virtualRouterId === undefined ? {} : { virtualRouterId }),
    ...(instance === undefined ? {} : { instance }),
    sources: sources.slice(0, sourcesShown),
    ...(reason === undefined ? {} : { reason }),
    sinceMs: Math.round(sinceMs),
  };
};
