import { z } from "zod";

/**
 * Who speaks VRRP on the links of a director's instances, as its agent hears it: the wire's own word beside keepalived's and the
 * kernel's. Codes are text, since an agent may be newer than its console: `FindingCode` (vrrp/findings.ts), `RefusalCode`
 * (vrrp/refusal.ts). Times are the director's. Never a password, only whether it fits.
 */

/** Most of each list that travels: those of the director's own virtual routers first, then the loudest. */
export const speakersShown = 256;
export const findingsShown = 64;
export const addressesShown = 20;
export const sourcesShown = 16;

export const speakerSchema = z.object({
  link: z.string(),
  virtualRouterId: z.int(),
  /** The director's own instance of this virtual router; absent: it runs none. */
  instance: z.string().optional(),
  source: z.string(),
  version: z.union([z.literal(2), z.literal(3)]),
  priority: z.int(),
  advertIntervalMs: z.number(),
  /** The first `addressesShown` of `addressCount`. */
  addresses: z.array(z.string()),
  addressCount: z.int(),
  authentication: z.enum(["none", "password", "header"]),
  /** The first rule by which the director's own instance refuses it; absent: believed, or there is no such instance. */
  disagreement: z.string().optional(),
  /** False: it took its leave, or its next adverts are all missing. */
  isSpeaking: z.boolean(),
  firstHeardMs: z.number(),
  /** Since when it speaks without a pause. */
  speakingSinceMs: z.number(),
  lastHeardMs: z.number(),
  adverts: z.int(),
});
export type HeardSpeaker = z.infer<typeof speakerSchema>;

export const wireFindingSchema = z.object({
  code: z.string(),
  link: z.string(),
  virtualRouterId: z.int().optional(),
  instance: z.string().optional(),
  /** Who is concerned, the first `sourcesShown` of them: the director's own address first, where it is one. */
  sources: z.array(z.string()),
  /** Of not-believed and refused-packets. */
  reason: z.string().optional(),
  sinceMs: z.number(),
});
export type WireFinding = z.infer<typeof wireFindingSchema>;

export const speakersSchema = z.object({
  /** Links that are listened to. What is not among them and not deaf has no instance. */
  links: z.array(z.string()),
  /** Links that cannot be heard, or not in full, and why: there, silence says nothing. */
  deaf: z.array(z.object({ link: z.string(), reason: z.string() })),
  speakers: z.array(speakerSchema),
  /** Speakers that are not in the list. */
  omitted: z.int(),
  /** Senders that were forgotten to make room for others (`mostSenders`), since the agent started; absent: none, or an older agent. */
  dropped: z.int().optional(),
  findings: z.array(wireFindingSchema),
});
export type Speakers = z.infer<typeof speakersSchema>;

/** When a speaker was last heard and how often: what changes with every advert. */
export const advertCountSchema = z.object({
  link: z.string(),
  virtualRouterId: z.int(),
  source: z.string(),
  lastHeardMs: z.number(),
  adverts: z.int(),
});
export type AdvertCount = z.infer<typeof advertCountSchema>;

const keyOf = (each: Pick<AdvertCount, "link" | "virtualRouterId" | "source">): string =>
  `${each.link} ${each.virtualRouterId} ${each.source}`;

/** The list with newer counts. Counts of speakers that are not in it are left out. */
export const withCounts = (speakers: Speakers, counts: readonly AdvertCount[]): Speakers => {
  const newer = new Map(counts.map((each) => [keyOf(each), each]));
  return {
    ...speakers,
    speakers: speakers.speakers.map((speaker) => {
      const count = newer.get(keyOf(speaker));
      return count === undefined
        ? speaker
        : { ...speaker, lastHeardMs: count.lastHeardMs, adverts: count.adverts };
    }),
  };
};
