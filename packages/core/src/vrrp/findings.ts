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
 * From its beginning to the last moment that speaks against a handover: there the old MASTER is silent from the new one's first advert on.
 * To one that is not believed nobody hands over, so that its first advert says enough.
 */
const reachOf = ({ advertIntervalMs, disagreement, lastHeardMs }: Claim): number =>
  lastHeardMs - (disagreement === undefined ? advertIntervalMs / 2 : 0);

/**
 * Those who went on after both they and another had begun: whose stretches meet another's. In the order of their beginnings one look at
 * each is enough; a flood of made-up senders must not cost the square of their number ten times a second.
 */
const rivalsAmong = (claims: readonly Claim[]): readonly Claim[] => {
  const going = claims
    .filter((each) => reachOf(each) >= each.speakingSinceMs)
    .toSorted((a, b) => a.speakingSinceMs - b.speakingSinceMs);
  let furthestMs = Number.NEGATIVE_INFINITY;
  const rivals = new Set(
    going.filter((each, index) => {
      const next = going[index + 1];
      const meets =
        furthestMs >= each.speakingSinceMs || (next?.speakingSinceMs ?? Infinity) <= reachOf(each);
      furthestMs = Math.max(furthestMs, reachOf(each));
      return meets;
    }),
  );
  return claims.filter((each) => rivals.has(each));
};

const secondMasters = (speaking: readonly Speaker[], { nowMs, own }: Settings): Finding[] => {
  const routers = Map.groupBy(
    speaking,
    ({ link, source, virtualRouterId }) => `${link} ${virtualRouterId} ${addressFamily(source)}`,
  );
  return [...routers.values()].flatMap((speakers) => {
    const [first] = speakers;
    if (first === undefined) return [];
    const { link, virtualRouterId } = first;
    const self = ownOf(own, first);
    const heard = speakers.filter(({ source }) => source !== self?.ownAddress);
    const claims: Claim[] = [...(self === undefined ? [] : claimOf(self, nowMs)), ...heard];
    const rivals = rivalsAmong(claims);
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
