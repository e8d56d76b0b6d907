import { knownValue } from "../director/fact.ts";
import type { DirectorState } from "../director/state.ts";
import { sortDestinationsAsIpvsadm, sortServicesAsIpvsadm } from "../ipvs/ipvsadm-order.ts";
import { printServiceFlags } from "../ipvs/listing-print.ts";
import type { Destination, ServiceId, VirtualService } from "../ipvs/model.ts";
import { destinationKey, serviceKey } from "../ipvs/table.ts";
import { compareFiles, type FileLine } from "./compare-files.ts";

/** Two directors' kernel tables side by side, as the book's table 6-7 sets them, with a verdict on every row. */

export interface Difference {
  /** ipvsadm's word for what differs: "weight", "Forward", "flags", "Uthreshold", "Lthreshold". */
  readonly what: string;
  readonly first: string;
  readonly second: string;
}

export type PairVerdict =
  | { readonly kind: "same" }
  | { readonly kind: "differs"; readonly differences: readonly Difference[] }
  | { readonly kind: "onlyFirst" }
  | { readonly kind: "onlySecond" };

export interface PairRow {
  readonly key: string;
  readonly first: Destination | undefined;
  readonly second: Destination | undefined;
  readonly verdict: PairVerdict;
}

/**
 * Which side packets come in on: a healthy pair has one side at 0 for every service. Connections would not tell, since a sync
 * daemon copies them to the director that stands by.
 */
export type Flow = "first" | "second" | "none" | "both";

export interface PairService {
  readonly key: string;
  readonly id: ServiceId;
  readonly first: VirtualService | undefined;
  readonly second: VirtualService | undefined;
  readonly verdict: PairVerdict;
  readonly flow: Flow;
  readonly rows: readonly PairRow[];
}

export interface PairComparison {
  readonly services: readonly PairService[];
  readonly files: readonly FileLine[];
  /** Differences of the tables and of the files that somebody has to look at. */
  readonly differences: number;
}

/** Undefined where one of the two tables is not known: nothing can be set side by side then. */
export const comparePair = (first: DirectorState, second: DirectorState): PairComparison | undefined => {
  const a = knownValue(first.table);
  const b = knownValue(second.table);
  if (a === undefined || b === undefined) return undefined;
  const services = compareTables(a.services, b.services);
  const firstFile = knownValue(first.config)?.configured;
  const secondFile = knownValue(second.config)?.configured;
  const files =
    firstFile === undefined || secondFile === undefined ? [] : compareFiles(firstFile, secondFile);
  const verdicts = services.flatMap((service) => [
    service.verdict,
    ...service.rows.map((row) => row.verdict),
  ]);
  return {
    services,
    files,
    differences:
      verdicts.filter((verdict) => verdict.kind !== "same").length +
      files.filter((line) => !line.isMet).length,
  };
};

const compareTables = (
  first: readonly VirtualService[],
  second: readonly VirtualService[],
): PairService[] => {
  const others = new Map(second.map((service) => [serviceKey(service.id), service]));
  const keys = new Set(first.map((service) => serviceKey(service.id)));
  return [
    ...sortServicesAsIpvsadm(first).map((service) =>
      compareService(service.id, service, others.get(serviceKey(service.id))),
    ),
    ...sortServicesAsIpvsadm(second)
      .filter((service) => !keys.has(serviceKey(service.id)))
      .map((service) => compareService(service.id, undefined, service)),
  ];
};

const compareService = (
  id: ServiceId,
  first: VirtualService | undefined,
  second: VirtualService | undefined,
): PairService => ({
  key: serviceKey(id),
  id,
  first,
  second,
  verdict: verdictOf(first, second, (a, b) =>
    differencesOf([["flags", printServiceFlags(a), printServiceFlags(b)]]),
  ),
  flow: flowOf(first, second),
  rows: compareDestinations(first?.destinations ?? [], second?.destinations ?? []),
});

const verdictOf = <Value>(
  first: Value | undefined,
  second: Value | undefined,
  compare: (a: Value, b: Value) => Difference[],
): PairVerdict => {
  if (first === undefined) return { kind: "onlySecond" };
  if (second === undefined) return { kind: "onlyFirst" };
  const differences = compare(first, second);
  return differences.length === 0 ? { kind: "same" } : { kind: "differs", differences };
};

const differencesOf = (
  cells: readonly (readonly [what: string, first: string, second: string])[],
): Difference[] => cells.filter(([, a, b]) => a !== b).map(([what, a, b]) => ({ what, first: a, second: b }));

const flowOf = (first: VirtualService | undefined, second: VirtualService | undefined): Flow => {
  const a = first?.rates.inPacketsPerSecond ?? 0;
  const b = second?.rates.inPacketsPerSecond ?? 0;
  if (a > 0 && b > 0) return "both";
  if (a > 0) return "first";
  return b > 0 ? "second" : "none";
};

const compareDestinations = (first: readonly Destination[], second: readonly Destination[]): PairRow[] => {
  const others = new Map(second.map((each) => [destinationKey(each), each]));
  const keys = new Set(first.map(destinationKey));
  const pairRow = (key: string, a: Destination | undefined, b: Destination | undefined): PairRow => ({
    key,
    first: a,
    second: b,
    verdict: verdictOf(a, b, compareDestination),
  });
  return [
    ...sortDestinationsAsIpvsadm(first).map((each) =>
      pairRow(destinationKey(each), each, others.get(destinationKey(each))),
    ),
    ...sortDestinationsAsIpvsadm(second)
      .filter((each) => !keys.has(destinationKey(each)))
      .map((each) => pairRow(destinationKey(each), undefined, each)),
  ];
};

/** Numbers of connections are meant to differ: one director forwards, the other stands by. */
const compareDestination = (a: Destination, b: Destination): Difference[] =>
  differencesOf([
    ["weight", String(a.weight), String(b.weight)],
    ["Forward", a.forwarding, b.forwarding],
    ["Uthreshold", String(a.upperThreshold), String(b.upperThreshold)],
    ["Lthreshold", String(a.lowerThreshold), String(b.lowerThreshold)],
  ]);
