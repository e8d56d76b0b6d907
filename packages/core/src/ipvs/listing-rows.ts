import type { ListedFlags, ListedName, ListedServiceId } from "./listing-cells.ts";
import {
  countersOf,
  parseForwarding,
  parseLargeNumber,
  parseListedMark,
  parseListedName,
  parseProtocol,
  parseServiceFlags,
  parseTunnelCell,
  parseWhole,
  ratesOf,
} from "./listing-cells.ts";
import type { ListingView } from "./listing.ts";
import type { Counters, ForwardingMethod, Persistence, Rates, Tunnel } from "./model.ts";

/** A real server's row. Which fields stand there depends on the listing's view; the others are absent, not zero. */
export type ListedDestination = {
  readonly name: ListedName;
  readonly forwarding?: ForwardingMethod;
  /** Absent for n/a: the real server is not behind a tunnel. */
  readonly tunnel?: Tunnel;
  readonly weight?: number;
  readonly upperThreshold?: number;
  readonly lowerThreshold?: number;
  readonly activeConnections?: number;
  readonly inactiveConnections?: number;
  readonly persistentConnections?: number;
  readonly counters?: Counters;
  readonly rates?: Rates;
};

/** A service's line. `scheduler` and what follows it are absent in the views stats and rate. */
export type ListedService = {
  readonly id: ListedServiceId;
  readonly scheduler?: string;
  readonly schedulerFlags?: readonly string[];
  readonly persistence?: Persistence;
  readonly onePacket?: boolean;
  readonly counters?: Counters;
  readonly rates?: Rates;
  readonly destinations: readonly ListedDestination[];
};

/** A service that real servers are still added to. */
export type OpenService = Omit<ListedService, "destinations"> & { destinations: ListedDestination[] };

/** The numbers of a stats or rate row: all five, or undefined. */
const parseNumbers = (words: readonly string[]): { numbers: number[]; isExact: boolean } | undefined => {
  const cells = words.map(parseLargeNumber).filter((cell) => cell !== undefined);
  if (cells.length !== 5 || words.length !== 5) return undefined;
  return { numbers: cells.map(({ value }) => value), isExact: cells.every(({ isCut }) => !isCut) };
};

/** A row as far as it could be read, and why if it could not be, wholly. */
export type RowReading<T> = { readonly row?: T; readonly reason?: string; readonly isCut?: boolean };

const hasScheduler = (view: ListingView): boolean => view !== "stats" && view !== "rate";

const readServiceId = (
  words: readonly string[],
): { id: ListedServiceId; rest: readonly string[] } | undefined => {
  const [head, name, third] = words;
  if (head === undefined || name === undefined) return undefined;
  if (head === "FWM") {
    const mark = parseListedMark(name);
    if (mark === undefined) return undefined;
    return third === "IPv6"
      ? { id: { kind: "fwmark", mark, family: "inet6" }, rest: words.slice(3) }
      : { id: { kind: "fwmark", mark, family: "inet" }, rest: words.slice(2) };
  }
  const protocol = parseProtocol(head);
  return protocol === undefined
    ? undefined
    : { id: { kind: "address", protocol, name: parseListedName(name) }, rest: words.slice(2) };
};

const withFlags = (id: ListedServiceId, scheduler: string, flags: ListedFlags): RowReading<OpenService> => {
  const base = {
    id,
    scheduler,
    schedulerFlags: flags.schedulerFlags,
    onePacket: flags.onePacket,
    destinations: [],
  };
  const row = flags.persistence === undefined ? base : { ...base, persistence: flags.persistence };
  return flags.unknown.length === 0
    ? { row }
    : { row, reason: `unknown words after the scheduler: ${flags.unknown.join(" ")}` };
};

/** A service's line in that view; a line that is none gives only a reason. */
export const readService = (words: readonly string[], view: ListingView): RowReading<OpenService> => {
  const found = readServiceId(words);
  if (found === undefined) return { reason: "not a line of this listing" };
  const { id, rest } = found;
  if (hasScheduler(view)) {
    const [scheduler, ...flagWords] = rest;
    if (scheduler === undefined) return { reason: "a service without its scheduler" };
    return withFlags(id, scheduler, parseServiceFlags(scheduler, flagWords));
  }
  const cells = parseNumbers(rest);
  if (cells === undefined) return { reason: "expected five numbers after the service" };
  const numbers =
    view === "stats" ? { counters: countersOf(cells.numbers) } : { rates: ratesOf(cells.numbers) };
  return { row: { id, ...numbers, destinations: [] }, isCut: !cells.isExact };
};

/** Reads `words` as whole numbers into the named fields, in order; undefined when one is no number or one is missing. */
const readWholes = <Field extends string>(
  fields: readonly Field[],
  words: readonly string[],
): Partial<Record<Field, number>> | undefined => {
  const result: Partial<Record<Field, number>> = {};
  for (const [index, field] of fields.entries()) {
    const number = parseWhole(words[index] ?? "");
    if (number === undefined) return undefined;
    result[field] = number;
  }
  return result;
};

const plainFields = ["weight", "activeConnections", "inactiveConnections"] as const;
const thresholdFields = [
  "upperThreshold",
  "lowerThreshold",
  "activeConnections",
  "inactiveConnections",
] as const;
const persistentFields = [
  "weight",
  "persistentConnections",
  "activeConnections",
  "inactiveConnections",
] as const;

type Cells = Omit<ListedDestination, "name">;

/** The cells of a real server's row and how many words they took. */
const readCells = (
  words: readonly string[],
  view: ListingView,
): { cells: Cells; used: number; isCut?: boolean } | undefined => {
  switch (view) {
    case "plain": {
      const forwarding = parseForwarding(words[0] ?? "");
      const numbers = readWholes(plainFields, words.slice(1));
      return forwarding === undefined || numbers === undefined
        ? undefined
        : { cells: { forwarding, ...numbers }, used: 4 };
    }
    case "tun-info": {
      const forwarding = parseForwarding(words[0] ?? "");
      const tunnel = parseTunnelCell(words[1] ?? "");
      const numbers = readWholes(plainFields, words.slice(2));
      if (forwarding === undefined || numbers === undefined || tunnel === undefined) return undefined;
      return {
        cells: tunnel === "n/a" ? { forwarding, ...numbers } : { forwarding, tunnel, ...numbers },
        used: 5,
      };
    }
    case "thresholds": {
      const numbers = readWholes(thresholdFields, words);
      return numbers === undefined ? undefined : { cells: numbers, used: 4 };
    }
    case "persistent-conn": {
      const numbers = readWholes(persistentFields, words);
      return numbers === undefined ? undefined : { cells: numbers, used: 4 };
    }
    case "stats":
    case "rate": {
      const found = parseNumbers(words.slice(0, 5));
      if (found === undefined) return undefined;
      const cells =
        view === "stats" ? { counters: countersOf(found.numbers) } : { rates: ratesOf(found.numbers) };
      return { cells, used: 5, isCut: !found.isExact };
    }
  }
};

/** The words of a real server's row after the arrow. */
export const readDestination = (
  words: readonly string[],
  view: ListingView,
): RowReading<ListedDestination> => {
  const [name, ...rest] = words;
  if (name === undefined) return { reason: "a real server without a name" };
  const found = readCells(rest, view);
  if (found === undefined) return { reason: `the cells after the name are not those of the ${view} listing` };
  const row = { name: parseListedName(name), ...found.cells };
  const isCut = found.isCut === true;
  const surplus = rest.slice(found.used);
  return surplus.length === 0
    ? { row, isCut }
    : { row, isCut, reason: `unknown words after the last column: ${surplus.join(" ")}` };
};
