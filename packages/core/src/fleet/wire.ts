import { knownValue } from "../director/fact.ts";
import { sourcesShown, type HeardSpeaker, type Speakers, type WireFinding } from "../director/speakers.ts";
import type { VrrpInstance } from "../director/state.ts";
import { factAge, isUsable, onConsoleClock } from "./freshness.ts";
import type { Cluster, Fleet, FleetDirector } from "./model.ts";

/**
 * What the directors hear of VRRP, put together: an agent knows its own file and its own link, the console knows all directors, and so
 * who is nobody's.
 */

/** Who was heard, and whose address that is; undefined: no director's of this console. */
export interface WireSource {
  readonly address: string;
  readonly director: FleetDirector | undefined;
}

interface Concerned {
  /** Who hears it; the first that says so where several do. */
  readonly director: FleetDirector;
  readonly link: string;
  /** Console's clock. */
  readonly sinceMs: number;
}

interface OfInstance extends Concerned {
  readonly instance: string;
  readonly virtualRouterId: number;
}

/**
 * Why two are MASTER at once. `refused`: the director does not believe the other. `blockedHere`: the other has the higher priority and
 * arrives on the wire, but keepalived goes on, so that something on the director itself drops it. `notHeardThere`: the other goes on
 * although the director has the higher priority, so that it is not heard there. `unknown`: the director is none of the two.
 */
export type RivalReading = "refused" | "blockedHere" | "notHeardThere" | "unknown";

export type WireItem =
  | ({
      readonly kind: "secondMaster";
      readonly sources: readonly WireSource[];
      readonly reading: RivalReading;
      /** The other one, where the director is one of the two. */
      readonly rival: WireSource | undefined;
      /** Of a rival that is refused: `RefusalCode`. */
      readonly reason: string | undefined;
    } & OfInstance)
  | ({
      readonly kind: "stranger";
      readonly source: WireSource;
      readonly priority: number;
      readonly addresses: readonly string[];
      /** By which rule it is refused; undefined: it is believed. */
      readonly reason: string | undefined;
      /** The cluster has one director here, so that this may be the other. */
      readonly mayBePeer: boolean;
      /** The name of the cluster whose director it is. */
      readonly cluster: string | undefined;
    } & OfInstance)
  | ({ readonly kind: "notBelieved"; readonly source: WireSource; readonly reason: string } & OfInstance)
  | ({
      readonly kind: "otherInterval";
      readonly source: WireSource;
      readonly theirsMs: number;
      readonly ownMs: number;
    } & OfInstance)
  | ({ readonly kind: "refusedPackets"; readonly source: WireSource; readonly reason: string } & Concerned)
  | {
      readonly kind: "deaf";
      readonly director: FleetDirector;
      readonly link: string;
      readonly reason: string;
    };

/** What a director hears, only where it was heard recently enough to be true. */
export const heardBy = (director: FleetDirector, nowMs: number): Speakers | undefined => {
  const fact = director.state?.speakers;
  if (fact === undefined || !isUsable(factAge(director, fact, nowMs))) return undefined;
  return knownValue(fact);
};

/** Whose address is whose. */
export type AddressBook = ReadonlyMap<string, FleetDirector>;

/** Every address on an interface of a director, and the one it enrolled with; the first director has it. */
export const addressBookOf = (fleet: Fleet): AddressBook => {
  const book = new Map<string, FleetDirector>();
  for (const director of fleet.directors) {
    const host = director.state === undefined ? undefined : knownValue(director.state.host);
    const own = (host?.interfaces ?? []).flatMap(({ addresses }) => addresses);
    for (const address of [director.address, ...own]) {
      const [plain = address] = address.split("/");
      if (!book.has(plain)) book.set(plain, director);
    }
  }
  return book;
};

export const sourceIn = (book: AddressBook, address: string): WireSource => ({
  address,
  director: book.get(address),
});

/**
 * Everything that is wrong on the wires of the directors, once each; of one cluster's where it is named. `nowMs` on the console's
 * clock.
 */
export const readWire = (fleet: Fleet, nowMs: number, clusterId?: string): WireItem[] => {
  const items = new Map<string, WireItem>();
  const book = addressBookOf(fleet);
  const { clusters } = fleet;
  const groups = Map.groupBy(fleet.directors, (each) => each.clusterId);
  const listening = clusterId === undefined ? fleet.directors : (groups.get(clusterId) ?? []);
  for (const director of listening) {
    const heard = heardBy(director, nowMs);
    if (heard === undefined) continue;
    const fellows = groups.get(director.clusterId) ?? [];
    for (const item of itemsOf({ book, clusters, fellows, director, heard })) {
      const key = wireKey(item);
      if (!items.has(key)) items.set(key, item);
    }
  }
  return [...items.values()];
};

interface Listening {
  readonly book: AddressBook;
  readonly clusters: readonly Cluster[];
  /** The directors of its cluster, itself among them. */
  readonly fellows: readonly FleetDirector[];
  readonly director: FleetDirector;
  readonly heard: Speakers;
}

const itemsOf = (at: Listening): WireItem[] => {
  const strangers = strangersOf(at);
  const strange = new Set(
    strangers.map(({ source, virtualRouterId }) => `${source.address} ${virtualRouterId}`),
  );
  const found = at.heard.findings.flatMap((finding) => itemOf(at, finding) ?? []);
  const deaf = at.heard.deaf.map((each) => ({ kind: "deaf" as const, director: at.director, ...each }));
  return [
    ...strangers,
    // A stranger's disagreement is said with it.
    ...found.filter(
      (item) => item.kind !== "notBelieved" || !strange.has(`${item.source.address} ${item.virtualRouterId}`),
    ),
    ...deaf,
  ];
};

/** The same for the same fact, whoever says it. */
export const wireKey = (item: WireItem): string => {
  switch (item.kind) {
    case "secondMaster":
      return [item.kind, item.director.clusterId, item.instance, ...addressesOf(item.sources)].join(" ");
    case "stranger":
      return [item.kind, item.director.clusterId, item.instance, item.source.address].join(" ");
    case "notBelieved":
    case "otherInterval":
      return [item.kind, item.director.id, item.instance, item.source.address].join(" ");
    case "refusedPackets":
      return [item.kind, item.director.clusterId, item.source.address, item.reason].join(" ");
    case "deaf":
      return [item.kind, item.director.id, item.link, item.reason].join(" ");
  }
};

/** So many that not all are named are one fact, whoever they are at the moment: a flood of made-up senders is not news every second. */
const addressesOf = (sources: readonly WireSource[]): string[] =>
  areManyOf(sources) ? ["…"] : sources.map(({ address }) => address).toSorted();

/** Whether there may be more than the `sourcesShown` that are named. */
export const areManyOf = (sources: readonly WireSource[]): boolean => sources.length >= sourcesShown;

/** Undefined: a code that this console does not know, or one that says nothing is wrong (somebody else's virtual router). */
const itemOf = (at: Listening, finding: WireFinding): WireItem | undefined => {
  const { code, instance, link, reason, virtualRouterId } = finding;
  const [address] = finding.sources;
  if (address === undefined) return undefined;
  const source = sourceIn(at.book, address);
  const concerned = { director: at.director, link, sinceMs: onConsoleClock(at.director, finding.sinceMs) };
  if (code === "refused-packets")
    return reason === undefined ? undefined : { kind: "refusedPackets", ...concerned, source, reason };
  if (instance === undefined || virtualRouterId === undefined) return undefined;
  const of = { ...concerned, instance, virtualRouterId };
  if (code === "not-believed" && reason !== undefined) return { kind: "notBelieved", ...of, source, reason };
  if (code === "second-master") return secondMasterOf(at, of, finding.sources);
  if (code !== "other-interval") return undefined;
  const own = instanceOf(at.director, instance);
  const speaker = speakerOf(at.heard, { link, virtualRouterId, source: address });
  if (own === undefined || speaker === undefined) return undefined;
  const ownMs = own.advertIntervalCs * 10;
  return { kind: "otherInterval", ...of, source, theirsMs: speaker.advertIntervalMs, ownMs };
};

const secondMasterOf = (at: Listening, of: OfInstance, addresses: readonly string[]): WireItem => {
  // An older agent names them all.
  const sources = addresses.slice(0, sourcesShown).map((address) => sourceIn(at.book, address));
  const others = sources.filter(({ director }) => director?.id !== at.director.id);
  const isOneOfThem = others.length < sources.length;
  // Among a crowd of senders the fellow is who matters: what is wrong between the two has a remedy.
  const fellow = others.find((each) => each.director?.clusterId === at.director.clusterId);
  const rival = isOneOfThem ? (fellow ?? others[0]) : undefined;
  const speaker = rival === undefined ? undefined : speakerOf(at.heard, { ...of, source: rival.address });
  const reason = speaker?.disagreement;
  return { kind: "secondMaster", ...of, sources, rival, reason, reading: readingOf(at, of, speaker) };
};

const readingOf = (at: Listening, of: OfInstance, rival: HeardSpeaker | undefined): RivalReading => {
  const own = instanceOf(at.director, of.instance);
  if (rival === undefined || own === undefined) return "unknown";
  if (rival.disagreement !== undefined) return "refused";
  return rival.priority > own.effectivePriority ? "blockedHere" : "notHeardThere";
};

const instanceOf = (director: FleetDirector, name: string): VrrpInstance | undefined =>
  (director.state === undefined ? undefined : knownValue(director.state.vrrp))?.find(
    (each) => each.name === name,
  );

const speakerOf = (
  heard: Speakers,
  of: { readonly link: string; readonly virtualRouterId: number; readonly source: string },
): HeardSpeaker | undefined =>
  heard.speakers.find(
    (each) =>
      each.link === of.link && each.virtualRouterId === of.virtualRouterId && each.source === of.source,
  );

/**
 * Who speaks for a virtual router of the cluster and is no director of it. While a director's addresses are not known it may be that one:
 * then only what its agent refuses by unicast_peer is a stranger.
 */
const strangersOf = (at: Listening): Extract<WireItem, { kind: "stranger" }>[] => {
  const { book, director, fellows, heard } = at;
  const areAllKnown = fellows.every(
    ({ state }) => state !== undefined && knownValue(state.host) !== undefined,
  );
  return heard.speakers.flatMap((speaker) => {
    const { instance, virtualRouterId, link, priority, addresses } = speaker;
    if (instance === undefined || !speaker.isSpeaking) return [];
    const source = sourceIn(book, speaker.source);
    const finding = heard.findings.find(
      (each) =>
        each.code === "stranger" &&
        each.virtualRouterId === virtualRouterId &&
        each.sources.includes(speaker.source),
    );
    const isFellow = source.director?.clusterId === director.clusterId;
    if (finding === undefined && (isFellow || !areAllKnown)) return [];
    const sinceMs = onConsoleClock(director, finding?.sinceMs ?? speaker.speakingSinceMs);
    const reason = speaker.disagreement;
    return [
      {
        kind: "stranger",
        director,
        link,
        instance,
        virtualRouterId,
        source,
        priority,
        addresses,
        reason,
        mayBePeer: fellows.length === 1,
        cluster: at.clusters.find(({ id }) => id === source.director?.clusterId)?.name,
        sinceMs,
      },
    ];
  });
};
