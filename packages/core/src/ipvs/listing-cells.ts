import type { Address } from "../net/address.ts";
import { parseEndpoint } from "../net/endpoint.ts";
import { parseTunnelInfo } from "./listing.ts";
import type { Counters, ForwardingMethod, Persistence, Protocol, Rates, ServiceId, Tunnel } from "./model.ts";
import { schedulerFlagBit, schedulerFlagNames } from "./schedulers.ts";

/** Readers of the single words of a listing; each gives undefined for what it does not know. */

/**
 * What stands in a name column. Without `-n` it is a host name, perhaps cut to the column so that even the port is lost; it is
 * kept as text and never guessed at.
 */
export type ListedName =
  | { readonly kind: "endpoint"; readonly address: Address; readonly port: number }
  | { readonly kind: "name"; readonly text: string };

export type ListedServiceId =
  | { readonly kind: "address"; readonly protocol: Protocol; readonly name: ListedName }
  | Extract<ServiceId, { kind: "fwmark" }>;

export const parseListedName = (text: string): ListedName => {
  const endpoint = parseEndpoint(text);
  return endpoint === undefined ? { kind: "name", text } : { kind: "endpoint", ...endpoint };
};

export const parseProtocol = (text: string): Protocol | undefined =>
  text === "TCP" || text === "UDP" || text === "SCTP" ? text : undefined;

/** A mark as ipvsadm prints it: decimal, negative from 2^31 on. Undefined for 0 and beyond 32 bits. */
export const parseListedMark = (text: string): number | undefined => {
  if (!/^-?[1-9][0-9]{0,9}$/.test(text)) return undefined;
  const number = Number(text);
  if (number < -2_147_483_648 || number > 4_294_967_295) return undefined;
  return number >>> 0;
};

export const parseForwarding = (text: string): ForwardingMethod | undefined =>
  text === "Masq" || text === "Local" || text === "Tunnel" || text === "Route" ? text : undefined;

/** A whole decimal number within the safe integers. */
export const parseWhole = (text: string): number | undefined => {
  if (!/^[0-9]{1,16}$/.test(text)) return undefined;
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : undefined;
};

const suffixes = { K: 1e3, M: 1e6, G: 1e9, T: 1e12 } as const;

/** A counter that may be cut to K, M, G or T: the least value it can stand for, and whether digits were cut. */
export const parseLargeNumber = (text: string): { value: number; isCut: boolean } | undefined => {
  const match = /^([0-9]+)([KMGT])?$/.exec(text);
  if (match === null) return undefined;
  const whole = parseWhole(match[1] ?? "");
  const letter = match[2];
  if (whole === undefined) return undefined;
  if (letter === "K" || letter === "M" || letter === "G" || letter === "T") {
    const value = whole * suffixes[letter];
    return Number.isSafeInteger(value) ? { value, isCut: true } : undefined;
  }
  return { value: whole, isCut: false };
};

export const parseTunnelCell = (text: string): Tunnel | "n/a" | undefined =>
  text === "n/a" ? "n/a" : parseTunnelInfo(text);

export const countersOf = ([
  connections,
  inPackets,
  outPackets,
  inBytes,
  outBytes,
]: readonly number[]): Counters => ({
  connections: connections ?? 0,
  inPackets: inPackets ?? 0,
  outPackets: outPackets ?? 0,
  inBytes: inBytes ?? 0,
  outBytes: outBytes ?? 0,
});

export const ratesOf = (numbers: readonly number[]): Rates => {
  const counters = countersOf(numbers);
  return {
    connectionsPerSecond: counters.connections,
    inPacketsPerSecond: counters.inPackets,
    outPacketsPerSecond: counters.outPackets,
    inBytesPerSecond: counters.inBytes,
    outBytesPerSecond: counters.outBytes,
  };
};

export type ListedFlags = {
  readonly schedulerFlags: readonly string[];
  readonly persistence: Persistence | undefined;
  readonly onePacket: boolean;
  /** Words that no ipvsadm we know prints there (a fork's "conn-timeout 60"). */
  readonly unknown: readonly string[];
};

const parseFlagList = (scheduler: string, text: string): { flags: string[]; unknown: string[] } => {
  // "()": a bit is set for which the scheduler has no name; sh and mh have none for the third alone.
  const names = text === "" ? ["flag-3"] : text.split(",");
  const bits = names.map((name) => schedulerFlagBit(scheduler, name));
  return {
    flags: schedulerFlagNames(
      scheduler,
      bits.reduce<number>((sum, bit) => sum | (bit ?? 0), 0),
    ),
    unknown: names.filter((_, index) => bits[index] === undefined),
  };
};

/** The words after the scheduler: "(sh-port)", "persistent 300", "mask M", "pe sip", "ops". */
export const parseServiceFlags = (scheduler: string, words: readonly string[]): ListedFlags => {
  const unknown: string[] = [];
  let schedulerFlags: string[] = [];
  let onePacket = false;
  let timeoutS: number | undefined;
  const more: { mask?: string; engine?: string } = {};
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? "";
    const next = words[index + 1];
    if (word.startsWith("(") && word.endsWith(")")) {
      const list = parseFlagList(scheduler, word.slice(1, -1));
      schedulerFlags = list.flags;
      unknown.push(...list.unknown);
    } else if (word === "ops") {
      onePacket = true;
    } else if (word === "persistent" && next !== undefined && (parseWhole(next) ?? 0) > 0) {
      timeoutS = parseWhole(next);
      index += 1;
    } else if (word === "mask" && next !== undefined && timeoutS !== undefined) {
      more.mask = next;
      index += 1;
    } else if (word === "pe" && next !== undefined && timeoutS !== undefined) {
      more.engine = next;
      index += 1;
    } else {
      unknown.push(word);
    }
  }
  return {
    schedulerFlags,
    onePacket,
    unknown,
    persistence: timeoutS === undefined ? undefined : { timeoutS, ...more },
  };
};
