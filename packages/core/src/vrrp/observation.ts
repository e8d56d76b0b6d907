import type { Address } from "../net/address.ts";
import { type Expectation, judge } from "./acceptance.ts";
import { leavingPriority } from "./election.ts";
import type { Advertisement, Decoded } from "./packet.ts";
import { advertIntervalMs } from "./packet.ts";
import type { RefusalCode } from "./refusal.ts";
import { downTimerAdverts } from "./timing.ts";

/** What is known of all who speak VRRP on a director's links. It never holds a password: only whether one fits. */

/** One of the director's own virtual routers. */
export type OwnRouter = {
  readonly instance: string;
  readonly link: string;
  readonly expectation: Expectation;
  readonly advertIntervalMs: number;
  /** Since when the director itself is MASTER of it; undefined: it is not. */
  readonly masterSinceMs: number | undefined;
  /** From where the director itself speaks, and where its peers do; peers undefined where nobody has said. */
  readonly ownAddress: Address | undefined;
  readonly peers: readonly Address[] | undefined;
};

/** Something that was heard. */
export type Heard = {
  readonly atMs: number;
  readonly link: string;
  readonly source: Address;
  readonly decoded: Decoded;
};

/** Someone who sends adverts for a virtual router. */
export type Speaker = {
  readonly link: string;
  readonly virtualRouterId: number;
  readonly source: Address;
  readonly version: 2 | 3;
  readonly priority: number;
  readonly advertIntervalMs: number;
  readonly addresses: readonly Address[];
  readonly authentication: "none" | "password" | "header";
  /** The first rule by which the director's own instance refuses it; undefined: it is believed, or there is no such instance. */
  readonly disagreement: RefusalCode | undefined;
  readonly firstHeardMs: number;
  /** Since when it speaks without a pause. */
  readonly speakingSinceMs: number;
  readonly lastHeardMs: number;
  readonly adverts: number;
};

/** Packets of one sender that are no adverts, or broken ones. */
export type RefusedPackets = {
  readonly link: string;
  readonly source: Address;
  readonly code: RefusalCode;
  readonly packets: number;
  readonly lastHeardMs: number;
};

export type Observation = {
  readonly speakers: readonly Speaker[];
  readonly refused: readonly RefusedPackets[];
  /** Senders that did not fit in: an attacker can name any source. */
  readonly dropped: number;
};

export const nothingHeard: Observation = { speakers: [], refused: [], dropped: 0 };

/** Enough for every real network (a link has 255 virtual routers at most of each family), little enough to hold. */
const mostEntries = 2048;

const ownOf = (own: readonly OwnRouter[], link: string, virtualRouterId: number): OwnRouter | undefined =>
  own.find((each) => each.link === link && each.expectation.virtualRouterId === virtualRouterId);

const speakerOf = (heard: Heard, advertisement: Advertisement, own: OwnRouter | undefined): Speaker => ({
  link: heard.link,
  virtualRouterId: advertisement.virtualRouterId,
  source: heard.source,
  version: advertisement.version,
  priority: advertisement.priority,
  advertIntervalMs: advertIntervalMs(advertisement),
  addresses: advertisement.addresses,
  authentication: advertisement.version === 2 ? advertisement.authentication.type : "none",
  disagreement: own === undefined ? undefined : judge(advertisement, own.expectation)?.code,
  firstHeardMs: heard.atMs,
  speakingSinceMs: heard.atMs,
  lastHeardMs: heard.atMs,
  adverts: 1,
});

/** Late adverts on a busy machine are no silence. */
const graceMs = 1000;

/** Whether a speaker still speaks: it did not take its leave, and its next adverts are not all missing. */
export const isSpeaking = (speaker: Speaker, nowMs: number): boolean =>
  speaker.priority !== leavingPriority &&
  nowMs - speaker.lastHeardMs <= downTimerAdverts * speaker.advertIntervalMs + graceMs;

/** The list with the entry put in the place of the one it belongs to, or at the end. */
const put = <Each>(all: readonly Each[], index: number, entry: Each): Each[] =>
  index < 0 ? [...all, entry] : all.with(index, entry);

const continued = (past: Speaker, fresh: Speaker): Speaker => ({
  ...fresh,
  firstHeardMs: past.firstHeardMs,
  speakingSinceMs: isSpeaking(past, fresh.lastHeardMs) ? past.speakingSinceMs : fresh.speakingSinceMs,
  adverts: past.adverts + 1,
});

/** Adds what was heard. */
export const hear = (before: Observation, heard: Heard, own: readonly OwnRouter[]): Observation => {
  const { decoded, link, source, atMs } = heard;
  const isFull = before.speakers.length + before.refused.length >= mostEntries;
  if (decoded.kind === "refused") {
    const { code } = decoded.refusal;
    const isSame = (each: RefusedPackets): boolean =>
      each.link === link && each.source === source && each.code === code;
    const index = before.refused.findIndex(isSame);
    if (index < 0 && isFull) return { ...before, dropped: before.dropped + 1 };
    const packets = (before.refused[index]?.packets ?? 0) + 1;
    const entry = { link, source, code, packets, lastHeardMs: atMs };
    return { ...before, refused: put(before.refused, index, entry) };
  }
  const { advertisement } = decoded;
  const { virtualRouterId } = advertisement;
  const fresh = speakerOf(heard, advertisement, ownOf(own, link, virtualRouterId));
  const index = before.speakers.findIndex(
    (each) => each.link === link && each.source === source && each.virtualRouterId === virtualRouterId,
  );
  if (index < 0 && isFull) return { ...before, dropped: before.dropped + 1 };
  const past = before.speakers[index];
  const entry = past === undefined ? fresh : continued(past, fresh);
  return { ...before, speakers: put(before.speakers, index, entry) };
};

export type FindingCode =
  /** Nobody of ours, with a virtual router of ours. */
  | "stranger"
  /** A virtual router that this director does not run. */
  | "unknown-virtual-router"
  /** Two at least speak for one virtual router: the director itself counts. */
  | "second-master"
  /** It is not believed, see the speaker's disagreement: both will be MASTER. */
  | "not-believed"
  /** Version 3 allows it, but the takeover then takes its time by the MASTER's interval. */
  | "other-interval"
  /** Broken or foreign packets. */
  | "refused-packets";

export type Finding = {
  readonly code: FindingCode;
  readonly link: string;
  readonly virtualRouterId: number | undefined;
  /** Who is concerned, the director's own address included where it is. */
  readonly sources: readonly Address[];
  /** Of not-believed and refused-packets. */
  readonly reason: RefusalCode | undefined;
};

/** The moment and the director's own virtual routers. */
export type Settings = { readonly nowMs: number; readonly own: readonly OwnRouter[] };

const judgeSpeaker = (speaker: Speaker, own: OwnRouter | undefined): Finding[] => {
  const { link, virtualRouterId, source, disagreement } = speaker;
  const finding = (code: FindingCode, reason?: RefusalCode): Finding => ({
    code,
    link,
    virtualRouterId,
    sources: [source],
    reason,
  });
  if (own === undefined) return [finding("unknown-virtual-router")];
  const isOwn = source === own.ownAddress;
  const isOther = speaker.version === 3 && speaker.advertIntervalMs !== own.advertIntervalMs;
  const isStrange = !isOwn && own.peers !== undefined && !own.peers.includes(source);
  return [
    ...(isStrange ? [finding("stranger")] : []),
    ...(disagreement === undefined ? [] : [finding("not-believed", disagreement)]),
    ...(isOther ? [finding("other-interval")] : []),
  ];
};

type Claim = Pick<Speaker, "source" | "advertIntervalMs" | "speakingSinceMs" | "lastHeardMs">;

const claimOf = (own: OwnRouter, nowMs: number): Claim[] =>
  own.masterSinceMs === undefined || own.ownAddress === undefined
    ? []
    : [
        {
          source: own.ownAddress,
          advertIntervalMs: own.advertIntervalMs,
          speakingSinceMs: own.masterSinceMs,
          lastHeardMs: nowMs,
        },
      ];

/** Both went on after both had begun: in a handover the old MASTER is silent from the new one's first advert on. */
const areRivals = (a: Claim, b: Claim): boolean => {
  const bothSinceMs = Math.max(a.speakingSinceMs, b.speakingSinceMs);
  return [a, b].every((each) => each.lastHeardMs >= bothSinceMs + each.advertIntervalMs / 2);
};

const secondMasters = (speaking: readonly Speaker[], { nowMs, own }: Settings): Finding[] => {
  const routers = new Map<string, Speaker[]>();
  for (const speaker of speaking) {
    const key = `${speaker.link} ${speaker.virtualRouterId}`;
    routers.set(key, [...(routers.get(key) ?? []), speaker]);
  }
  return [...routers.values()].flatMap((speakers) => {
    const [first] = speakers;
    if (first === undefined) return [];
    const { link, virtualRouterId } = first;
    const self = ownOf(own, link, virtualRouterId);
    const heard = speakers.filter(({ source }) => source !== self?.ownAddress);
    const claims: Claim[] = [...(self === undefined ? [] : claimOf(self, nowMs)), ...heard];
    const rivals = claims.filter((each) => claims.some((other) => other !== each && areRivals(each, other)));
    if (rivals.length === 0) return [];
    const sources = rivals.map(({ source }) => source);
    return [{ code: "second-master", link, virtualRouterId, sources, reason: undefined }];
  });
};

/** What is wrong now. Nothing is found about whoever no longer speaks. */
export const findingsOf = ({ speakers, refused }: Observation, { nowMs, own }: Settings): Finding[] => {
  const speaking = speakers.filter((speaker) => isSpeaking(speaker, nowMs));
  const recent = refused.filter(({ lastHeardMs }) => nowMs - lastHeardMs <= 60_000);
  return [
    ...speaking.flatMap((each) => judgeSpeaker(each, ownOf(own, each.link, each.virtualRouterId))),
    ...secondMasters(speaking, { nowMs, own }),
    ...recent.map(({ link, source, code }): Finding => ({
      code: "refused-packets",
      link,
      virtualRouterId: undefined,
      sources: [source],
      reason: code,
    })),
  ];
};
