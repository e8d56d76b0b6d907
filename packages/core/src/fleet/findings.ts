import { subjectOf } from "../drift/drift.ts";
import { knownValue } from "../director/fact.ts";
import { factAge, isUsable } from "./freshness.ts";
import type { FindingKind } from "./fleet-event.ts";
import type { Fleet, FleetDirector } from "./model.ts";
import { areManyOf, heardBy, readWire, wireKey, type WireItem, type WireSource } from "./wire.ts";

/**
 * What the directors find wrong for a time: on their wires and in their tables. The console keeps its beginning and its end, each
 * once; what comes and goes in one moment has an event of the agent's.
 */
export interface Finding {
  readonly kind: FindingKind;
  /** The same for the same finding, whichever director says it and however often. */
  readonly key: string;
  /** The director that says it, or said it first. */
  readonly directorId: string;
  /** The link on which it is heard; empty where it is not about one. */
  readonly link: string;
  /** Console's clock, epoch ms. */
  readonly sinceMs: number;
  /** "VI_CACHE 51 192.0.2.99", "eth0", "TCP 192.0.2.1:80 192.0.2.7:80". */
  readonly subject: string;
  /** The rule or the agent's words: "address-list", "weight 100 → 3, +2". */
  readonly detail: string;
}

/** Everything that is found now, once each. `nowMs` on the console's clock. What old facts say is not found. */
export const readFindings = (fleet: Fleet, nowMs: number): Finding[] => {
  const findings = [
    ...readWire(fleet, nowMs).map((item) => ofWire(item, nowMs)),
    ...fleet.directors.flatMap((director) => driftOf(director, nowMs)),
  ];
  return [...new Map(findings.map((each) => [each.key, each])).values()];
};

/**
 * Whether the director that said it still looks and would say it: only then is its silence an end. Not so while its facts are old,
 * its link is deaf, or, for a stranger, while a fellow's addresses are not known, who would look like one.
 */
export const isLookedFor = (finding: Omit<Finding, "subject">, fleet: Fleet, nowMs: number): boolean => {
  const director = fleet.directors.find(({ id }) => id === finding.directorId);
  if (director === undefined) return false;
  if (finding.kind === "drift") return isDriftKnown(director, nowMs);
  const heard = heardBy(director, nowMs);
  if (heard === undefined) return false;
  if (finding.kind === "deaf") return true;
  if (heard.deaf.some(({ link }) => link === finding.link)) return false;
  return finding.kind !== "stranger" || areAddressesKnown(fleet, director.clusterId);
};

const isDriftKnown = (director: FleetDirector, nowMs: number): boolean => {
  const fact = director.state?.drift;
  return fact?.status === "known" && isUsable(factAge(director, fact, nowMs));
};

const areAddressesKnown = (fleet: Fleet, clusterId: string): boolean =>
  fleet.directors
    .filter((each) => each.clusterId === clusterId)
    .every(({ state }) => state?.host.status === "known");

const ofWire = (item: WireItem, nowMs: number): Finding => {
  const { director, link, kind } = item;
  const base = { kind, directorId: director.id, link, key: wireKey(item) };
  switch (item.kind) {
    // The agent's words may carry a number that grows: the link alone is what is deaf.
    case "deaf": {
      const key = [item.kind, director.id, link].join(" ");
      return { ...base, key, sinceMs: nowMs, subject: link, detail: item.reason };
    }
    case "refusedPackets": {
      const { reason, sinceMs, source } = item;
      return { ...base, sinceMs, subject: `${link} ${source.address}`, detail: reason };
    }
    case "secondMaster":
      return {
        ...base,
        sinceMs: item.sinceMs,
        subject: ofInstance(item, item.sources),
        detail: item.reason ?? "",
      };
    case "stranger":
    case "notBelieved":
      return {
        ...base,
        sinceMs: item.sinceMs,
        subject: ofInstance(item, [item.source]),
        detail: item.reason ?? "",
      };
    case "otherInterval": {
      const detail = `advert_int ${item.theirsMs / 1_000}, ${item.ownMs / 1_000}`;
      return { ...base, sinceMs: item.sinceMs, subject: ofInstance(item, [item.source]), detail };
    }
  }
};

const ofInstance = (
  { instance, virtualRouterId }: { readonly instance: string; readonly virtualRouterId: number },
  sources: readonly WireSource[],
): string =>
  [
    instance,
    virtualRouterId,
    ...sources.map(({ address }) => address),
    ...(areManyOf(sources) ? ["…"] : []),
  ].join(" ");

/** A table in which a thousand rows differ is one fact: it begins with the first difference and ends with the last. */
const driftOf = (director: FleetDirector, nowMs: number): Finding[] => {
  const drift =
    isDriftKnown(director, nowMs) && director.state ? knownValue(director.state.drift) : undefined;
  const [first] = drift?.items.filter(({ by }) => by !== "console") ?? [];
  if (drift === undefined || drift.count === 0 || first === undefined) return [];
  const { configured, kernel, kind } = first;
  const more = drift.count > 1 ? `, +${drift.count - 1}` : "";
  return [
    {
      kind: "drift",
      key: `drift ${director.id}`,
      directorId: director.id,
      link: "",
      sinceMs: nowMs,
      subject: subjectOf(first),
      detail: `${kind} ${configured ?? "none"} → ${kernel ?? "none"}${more}`,
    },
  ];
};
