import { type Address, addressFamily } from "../net/address.ts";
import {
  type Observation,
  type OwnRouter,
  type RefusedPackets,
  type Speaker,
  isSpeaking,
  ownOf,
} from "./observation.ts";
import type { RefusalCode } from "./refusal.ts";

/** What is wrong with those who speak VRRP on a director's links, as far as that director alone can know. */

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
  /** The director's own instance that is concerned, where it runs one. */
  readonly instance: string | undefined;
  /** Who is concerned, the director's own address included where it is. */
  readonly sources: readonly Address[];
  /** Of not-believed and refused-packets. */
  readonly reason: RefusalCode | undefined;
};

/** The moment and the director's own virtual routers. */
export type Settings = { readonly nowMs: number; readonly own: readonly OwnRouter[] };

const judgeSpeaker = (speaker: Speaker, own: OwnRouter | undefined): Finding[] => {
  const { link, virtualRouterId, source, disagreement, instance } = speaker;
  const finding = (code: FindingCode, reason?: RefusalCode): Finding => ({
    code,
    link,
    virtualRouterId,
    instance,
    sources: [source],
    reason,
  });
  if (own === undefined) return [finding("unknown-virtual-router")];
  const isOwn = source === own.ownAddress;
  const isBelieved = disagreement === undefined;
  const isOther = isBelieved && speaker.advertIntervalMs !== own.advertIntervalMs;
  const isStrange = !isOwn && own.peers !== undefined && !own.peers.includes(source);
  return [
    ...(isStrange ? [finding("stranger")] : []),
    ...(isBelieved ? [] : [finding("not-believed", disagreement)]),
    ...(isOther ? [finding("other-interval")] : []),
  ];
};

type Claim = Pick<
  Speaker,
  "source" | "advertIntervalMs" | "speakingSinceMs" | "lastHeardMs" | "disagreement"
>;

const claimOf = (own: OwnRouter, nowMs: number): Claim[] =>
  own.masterSinceMs === undefined || own.ownAddress === undefined
    ? []
    : [
        {
          source: own.ownAddress,
          advertIntervalMs: own.advertIntervalMs,
          speakingSinceMs: own.masterSinceMs,
          lastHeardMs: nowMs,
          disagreement: undefined,
        },
      ];

/**
 * Both went on after both had begun: in a handover the old MASTER is silent from the new one's first advert on. To one that is not
 * believed nobody hands over, so that its first advert says enough.
 */
const areRivals = (a: Claim, b: Claim): boolean => {
  const bothSinceMs = Math.max(a.speakingSinceMs, b.speakingSinceMs);
  return [a, b].every(({ advertIntervalMs, disagreement, lastHeardMs }) => {
    const waitMs = disagreement === undefined ? advertIntervalMs / 2 : 0;
    return lastHeardMs >= bothSinceMs + waitMs;
  });
};

const secondMasters = (speaking: readonly Speaker[], { nowMs, own }: Settings): Finding[] => {
  const routers = new Map<string, Speaker[]>();
  for (const speaker of speaking) {
    const key = `${speaker.link} ${speaker.virtualRouterId} ${addressFamily(speaker.source)}`;
    routers.set(key, [...(routers.get(key) ?? []), speaker]);
  }
  return [...routers.values()].flatMap((speakers) => {
    const [first] = speakers;
    if (first === undefined) return [];
    const { link, virtualRouterId } = first;
    const self = ownOf(own, first);
    const heard = speakers.filter(({ source }) => source !== self?.ownAddress);
    const claims: Claim[] = [...(self === undefined ? [] : claimOf(self, nowMs)), ...heard];
    const rivals = claims.filter((each) => claims.some((other) => other !== each && areRivals(each, other)));
    if (rivals.length === 0) return [];
    const sources = rivals.map(({ source }) => source);
    const instance = self?.instance;
    return [{ code: "second-master", link, virtualRouterId, instance, sources, reason: undefined }];
  });
};

/** Broken packets are told for so long after the last: their senders have no interval that could be waited for. */
const refusedForMs = 60_000;

/** A single broken packet is an accident; a speaker's come again. */
const isTold = (each: RefusedPackets, nowMs: number): boolean =>
  each.packets > 1 && nowMs - each.lastHeardMs <= refusedForMs;

/** What is wrong now. Nothing is found about whoever no longer speaks. */
export const findingsOf = ({ speakers, refused }: Observation, { nowMs, own }: Settings): Finding[] => {
  const speaking = speakers.filter((speaker) => isSpeaking(speaker, nowMs));
  const recent = refused.filter((each) => isTold(each, nowMs));
  return [
    ...speaking.flatMap((each) => judgeSpeaker(each, ownOf(own, each))),
    ...secondMasters(speaking, { nowMs, own }),
    ...recent.map(({ link, source, code }): Finding => ({
      code: "refused-packets",
      link,
      virtualRouterId: undefined,
      instance: undefined,
      sources: [source],
      reason: code,
    })),
  ];
};
