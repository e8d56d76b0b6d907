import { knownValue } from "../director/fact.ts";
import type { Speakers } from "../director/speakers.ts";
import type { Unheard, WireDispute, WireFacts } from "../workflow/facts.ts";
import type { Fleet, FleetDirector } from "./model.ts";
import { heardBy, readWire, type WireItem, type WireSource } from "./wire.ts";

/** What a cluster's directors hear of VRRP, as the conditions of a run ask for it. `nowMs` on the console's clock. */
export const wireFactsOf = (fleet: Fleet, clusterId: string, nowMs: number): WireFacts => ({
  disputes: readWire(fleet, nowMs, clusterId).flatMap((item) => disputeOf(item) ?? []),
  unheard: fleet.directors
    .filter((director) => director.clusterId === clusterId)
    .flatMap((director) => unheardBy(director, nowMs)),
});

/** Undefined: a director that does not hear, or packets that belong to no instance. */
const disputeOf = (item: WireItem): WireDispute | undefined => {
  switch (item.kind) {
    case "stranger":
    case "notBelieved":
      return { ...partsOf(item), kind: item.kind, sources: [nameOf(item.source)], reason: item.reason };
    case "otherInterval":
      return { ...partsOf(item), kind: item.kind, sources: [nameOf(item.source)], reason: undefined };
    case "secondMaster":
      return { ...partsOf(item), kind: item.kind, sources: item.sources.map(nameOf), reason: item.reason };
    case "refusedPackets":
    case "deaf":
      return undefined;
  }
};

const partsOf = ({ director, instance, link, virtualRouterId }: Extract<WireItem, { instance: string }>) => ({
  instance,
  virtualRouterId,
  director: director.name,
  link,
});

const nameOf = ({ address, director }: WireSource): string =>
  director === undefined ? address : `${director.name} (${address})`;

/** The instances of a director whose link it does not hear, or not in full, and all where it is not known what it hears. */
const unheardBy = (director: FleetDirector, nowMs: number): Unheard[] => {
  const { name, state } = director;
  const heard = heardBy(director, nowMs);
  const config = state === undefined ? undefined : knownValue(state.config);
  // Whoever has a fellow's unknown address looks like a stranger, so no stranger is told until it is known.
  const host = state?.host;
  const unknownHost = host === undefined || host.status === "known" ? undefined : host.reason;
  const fact = state?.speakers;
  const unknown = fact === undefined || fact.status === "known" ? "" : fact.reason;
  return (config?.configured.instances ?? []).flatMap((own): Unheard[] => {
    const unheard = { instance: own.name, director: name };
    if (heard === undefined) return [{ ...unheard, link: undefined, reason: unknown }];
    if (unknownHost !== undefined) return [{ ...unheard, link: undefined, reason: unknownHost }];
    return deafnessOf(heard, own.interface).map((reason) => ({ ...unheard, link: own.interface, reason }));
  });
};

/** Why a link is not heard; none: it is. */
const deafnessOf = ({ deaf, links }: Speakers, link: string): string[] => {
  const [first] = deaf.filter((each) => each.link === link);
  if (first !== undefined) return [first.reason];
  return links.includes(link) ? [] : [""];
};
