import { addressFromBytes } from "../net/address.ts";
import { forwardingOfNumber, tunnelChecksums, tunnelTypes } from "./destination-attributes.ts";
import { type Counters, type Destination, noCounters, noRates, type Rates, type Tunnel } from "./model.ts";
import { packedFixed, packedFlag, packedHeader, packedNumbers } from "./pack-destinations.ts";

/** Real servers in packed words (see `DestinationPacker`), without decoding them. */
export const packedRowCount = (words: Int32Array): number => words[0] ?? 0;

/** One sentence for everything that could not be packed; empty when all was read. */
export const packedDiagnostics = (words: Int32Array): string[] => {
  const unreadable = words[1] ?? 0;
  const diagnostics: string[] = [];
  if (unreadable > 0)
    diagnostics.push(`${unreadable} real server${unreadable === 1 ? "" : "s"} could not be read`);
  if (words[2] === 1) diagnostics.push("the answer holds damaged attributes or ends inside a message");
  return diagnostics;
};

/** Words of the row with these flags. */
const rowLength = (flags: number): number =>
  packedFixed +
  ((flags & packedFlag.inet6) === 0 ? 1 : 4) +
  ((flags & packedFlag.tunnel) === 0 ? 0 : 1) +
  ((flags & packedFlag.counters) === 0 ? 0 : packedNumbers) +
  ((flags & packedFlag.rates) === 0 ? 0 : packedNumbers);

const u32 = (words: Int32Array, at: number): number => (words[at] ?? 0) >>> 0;

/** Exact below 2^53. */
const u64 = (words: Int32Array, at: number): number => u32(words, at + 1) * 4_294_967_296 + u32(words, at);

const countersAt = (words: Int32Array, at: number): Counters => ({
  connections: u64(words, at),
  inPackets: u64(words, at + 2),
  outPackets: u64(words, at + 4),
  inBytes: u64(words, at + 6),
  outBytes: u64(words, at + 8),
});

const ratesAt = (words: Int32Array, at: number): Rates => ({
  connectionsPerSecond: u64(words, at),
  inPacketsPerSecond: u64(words, at + 2),
  outPacketsPerSecond: u64(words, at + 4),
  inBytesPerSecond: u64(words, at + 6),
  outBytesPerSecond: u64(words, at + 8),
});

const tunnelAt = (words: Int32Array, at: number): Tunnel => {
  const word = words[at] ?? 0;
  return {
    type: tunnelTypes[word & 255] ?? "ipip",
    port: word >>> 16,
    checksum: tunnelChecksums[(word >> 8) & 255] ?? "none",
  };
};

/** The first three numbers of an IPv4 address with their dots: most real servers of a service share them. */
const printedNetwork = (word: number): string => `${word & 255}.${(word >> 8) & 255}.${(word >> 16) & 255}.`;

const address6At = (words: Int32Array, at: number): string =>
  addressFromBytes(new Uint8Array(words.slice(at, at + 4).buffer)) ?? "::";

/** Every real server in the kernel's order. */
export const unpackDestinations = (words: Int32Array): Destination[] => {
  const rows: Destination[] = [];
  let network = -1;
  let networkText = "";
  let at = packedHeader;
  for (let row = packedRowCount(words); row > 0; row -= 1) {
    const flags = words[at] ?? 0;
    let rest = at + packedFixed;
    const word = words[rest] ?? 0;
    const isInet6 = (flags & packedFlag.inet6) !== 0;
    if (!isInet6 && (word & 0xff_ff_ff) !== network) {
      network = word & 0xff_ff_ff;
      networkText = printedNetwork(word);
    }
    const address = isInet6 ? address6At(words, rest) : networkText + (word >>> 24);
    rest += isInet6 ? 4 : 1;
    const tunnel = (flags & packedFlag.tunnel) === 0 ? undefined : tunnelAt(words, rest);
    if (tunnel !== undefined) rest += 1;
    const hasCounters = (flags & packedFlag.counters) !== 0;
    const destination: Destination = {
      address,
      port: flags >>> 16,
      forwarding: forwardingOfNumber[(flags >> packedFlag.forwardingShift) & 3] ?? "Masq",
      weight: words[at + 1] ?? 0,
      upperThreshold: u32(words, at + 2),
      lowerThreshold: u32(words, at + 3),
      activeConnections: u32(words, at + 4),
      inactiveConnections: u32(words, at + 5),
      persistentConnections: u32(words, at + 6),
      counters: hasCounters ? countersAt(words, rest) : noCounters,
      rates:
        (flags & packedFlag.rates) === 0
          ? noRates
          : ratesAt(words, hasCounters ? rest + packedNumbers : rest),
    };
    rows.push(tunnel === undefined ? destination : { ...destination, tunnel });
    at += rowLength(flags);
  }
  return rows;
};
