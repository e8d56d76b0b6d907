import type { AddressFamily } from "../ipvs/model.ts";
import { type Address, addressFamily } from "../net/address.ts";
import { type Expectation, judge } from "./acceptance.ts";
import { leavingPriority } from "./election.ts";
import type { Advertisement, Decoded } from "./advertisement.ts";
import { advertIntervalMs } from "./packet.ts";
import type { RefusalCode } from "./refusal.ts";
import { downTimerAdverts } from "./timing.ts";

/** What is known of all who speak VRRP on a director's links. It never holds a password: only whether one fits. */

/** One of the director's own virtual routers. */
export type OwnRouter = {
  readonly instance: string;
  readonly link: string;
  /** Virtual routers of the two families do not meet, even with one id (RFC 5798 section 1). */
  readonly family: AddressFamily;
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
  /** The director's own instance of that virtual router; undefined: it runs none. */
  readonly instance: string | undefined;
  /** The first rule by which that instance refuses it; undefined: it is believed, or there is no such instance. */
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
  readonly firstHeardMs: number;
  readonly lastHeardMs: number;
};

export type Observation = {
  readonly speakers: readonly Speaker[];
  readonly refused: readonly RefusedPackets[];
  /** Senders that made room for others: an attacker can name any source. */
  readonly dropped: number;
};

export const nothingHeard: Observation = { speakers: [], refused: [], dropped: 0 };

/** Enough for every real network (a link has 255 virtual routers at most of each family), little enough to hold. */
export const mostSenders = 2048;

/** The director's own virtual router that an advert from this source is for. */
export const ownOf = (
  own: readonly OwnRouter[],
  heard: { readonly link: string; readonly virtualRouterId: number; readonly source: Address },
): OwnRouter | undefined =>
  own.find(
    ({ link, family, expectation }) =>
      link === heard.link &&
      expectation.virtualRouterId === heard.virtualRouterId &&
      family === addressFamily(heard.source),
  );

const speakerOf = (heard: Heard, advertisement: Advertisement, own: OwnRouter | undefined): Speaker => ({
  link: heard.link,
  virtualRouterId: advertisement.virtualRouterId,
  source: heard.source,
  version: advertisement.version,
  priority: advertisement.priority,
  advertIntervalMs: advertIntervalMs(advertisement),
  addresses: advertisement.addresses,
  authentication: advertisement.version === 2 ? advertisement.authentication.type : "none",
  instance: own?.instance,
  disagreement: own === undefined ? undefined : judge(advertisement, own.expectation)?.code,
  firstHeardMs: heard.atMs,
  speakingSinceMs: heard.atMs,
  lastHeardMs: heard.atMs,
  adverts: 1,
});

/** Late adverts on a busy machine are no silence. */
const graceMs = 1000;

/**
 * A keepalived that is MASTER puts off its own advert with each one that it receives, also with one that it refuses (2.2.7): two that
 * refuse each other silence one another for some adverts, seen up to eight, while both hold the VIP.
 */
const refusedTimerAdverts = 10;

/** Whether a speaker still speaks: it did not take its leave, and its next adverts are not all missing. */
export const isSpeaking = (speaker: Speaker, nowMs: number): boolean => {
  const mayMiss = speaker.disagreement === undefined ? downTimerAdverts : refusedTimerAdverts;
  return (
    speaker.priority !== leavingPriority &&
    nowMs - speaker.lastHeardMs <= mayMiss * speaker.advertIntervalMs + graceMs
  );
};

/** The list with the entry put in the place of the one it belongs to, or at the end. */
const put = <Each>(all: readonly Each[], index: number, entry: Each): Each[] =>
  index < 0 ? [...all, entry] : all.with(index, entry);

const continued = (past: Speaker, fresh: Speaker): Speaker => ({
  ...fresh,
  firstHeardMs: past.firstHeardMs,
  speakingSinceMs: isSpeaking(past, fresh.lastHeardMs) ? past.speakingSinceMs : fresh.speakingSinceMs,
  adverts: past.adverts + 1,
});

/** The longest silent. */
const leastOf = <Each extends { readonly lastHeardMs: number }>(all: readonly Each[]): Each | undefined => {
  const [first, ...rest] = all;
  if (first === undefined) return undefined;
  return rest.reduce((least, each) => (each.lastHeardMs < least.lastHeardMs ? each : least), first);
};

/**
 * Room for one more: broken packets give way first, then who speaks for none of the director's own, then who is not believed, each time the
 * longest silent. A flood of made-up senders must neither keep a new one from being heard nor make a peer forgotten that it silences.
 */
const withRoom = (before: Observation): Observation => {
  if (before.speakers.length + before.refused.length < mostSenders) return before;
  const dropped = before.dropped + 1;
  const broken = leastOf(before.refused);
  if (broken !== undefined)
    return { ...before, refused: before.refused.filter((each) => each !== broken), dropped };
  const foreign = leastOf(before.speakers.filter(({ instance }) => instance === undefined));
  const unbelieved = before.speakers.filter(({ disagreement }) => disagreement !== undefined);
  const least = foreign ?? leastOf(unbelieved) ?? leastOf(before.speakers);
  return { ...before, speakers: before.speakers.filter((each) => each !== least), dropped };
};

const hearRefused = (before: Observation, heard: Heard, code: RefusalCode): Observation => {
  const { link, source, atMs } = heard;
  const isSame = (each: RefusedPackets): boolean =>
    each.link === link && each.source === source && each.code === code;
  const past = before.refused.find(isSame);
  const room = past === undefined ? withRoom(before) : before;
  const packets = (past?.packets ?? 0) + 1;
  const entry = { link, source, code, packets, firstHeardMs: past?.firstHeardMs ?? atMs, lastHeardMs: atMs };
  return { ...room, refused: put(room.refused, room.refused.findIndex(isSame), entry) };
};

/** Adds what was heard. */
export const hear = (before: Observation, heard: Heard, own: readonly OwnRouter[]): Observation => {
  const { decoded, link, source } = heard;
  if (decoded.kind === "refused") return hearRefused(before, heard, decoded.refusal.code);
  const { advertisement } = decoded;
  const { virtualRouterId } = advertisement;
  const fresh = speakerOf(heard, advertisement, ownOf(own, { link, virtualRouterId, source }));
  const isSame = (each: Speaker): boolean =>
    each.link === link && each.source === source && each.virtualRouterId === virtualRouterId;
  const past = before.speakers.find(isSame);
  const room = past === undefined ? withRoom(before) : before;
  const entry = past === undefined ? fresh : continued(past, fresh);
  return { ...room, speakers: put(room.speakers, room.speakers.findIndex(isSame), entry) };
};

/** Without those who were silent for longer than `keptMs`, and those on links that are no longer listened to. */
export const forget = (
  before: Observation,
  { nowMs, keptMs, links }: { nowMs: number; keptMs: number; links: ReadonlySet<string> },
): Observation => {
  const isKept = (each: { readonly link: string; readonly lastHeardMs: number }): boolean =>
    links.has(each.link) && nowMs - each.lastHeardMs <= keptMs;
  return {
    ...before,
    speakers: before.speakers.filter(isKept),
    refused: before.refused.filter(isKept),
  };
};
