import type { AddressFamily } from "../ipvs/model.ts";

/**
 * An IP address as canonical text. Two addresses are equal exactly when their texts are.
 * IPv4 is a dotted quad without leading zeros. IPv6 follows RFC 5952 and, where that leaves a choice (an address whose
 * first 96 bits are zero), does what inet_ntop(3) does, because ipvsadm, ip and keepalived all print through it.
 */
export type Address = string;

const ipv4Octet = /^(?:0|[1-9][0-9]{0,2})$/;
const ipv6Group = /^[0-9a-fA-F]{1,4}$/;

const parseIpv4Octets = (text: string): number[] | undefined => {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => ipv4Octet.test(part))) return undefined;
  const octets = parts.map(Number);
  return octets.every((octet) => octet <= 255) ? octets : undefined;
};

/** "2001:db8::1" between two colons, or the tail that may end in a dotted quad. */
const parseGroups = (text: string): number[] | undefined => {
  if (text === "") return [];
  const groups: number[] = [];
  const parts = text.split(":");
  for (const [index, part] of parts.entries()) {
    if (part.includes(".") && index === parts.length - 1) {
      const octets = parseIpv4Octets(part);
      if (octets === undefined) return undefined;
      const [a = 0, b = 0, c = 0, d = 0] = octets;
      groups.push(a * 256 + b, c * 256 + d);
    } else if (ipv6Group.test(part)) {
      groups.push(Number.parseInt(part, 16));
    } else {
      return undefined;
    }
  }
  return groups;
};

const parseIpv6Groups = (text: string): number[] | undefined => {
  const halves = text.split("::");
  const [head = "", tail] = halves;
  if (halves.length > 2) return undefined;
  if (tail === undefined) {
    const groups = parseGroups(head);
    return head !== "" && groups?.length === 8 ? groups : undefined;
  }
  if (head.includes(".")) return undefined;
  const before = parseGroups(head);
  const after = parseGroups(tail);
  if (before === undefined || after === undefined) return undefined;
  const missing = 8 - before.length - after.length;
  return missing < 1 ? undefined : [...before, ...Array.from({ length: missing }, () => 0), ...after];
};

/** The first longest run of at least two zero groups: what "::" stands for (RFC 5952 section 4.2). */
const longestZeroRun = (groups: readonly number[]): { start: number; length: number } => {
  let best = { start: -1, length: 1 };
  let start = -1;
  for (const [index, group] of groups.entries()) {
    if (group !== 0) {
      start = -1;
      continue;
    }
    if (start < 0) start = index;
    if (index - start + 1 > best.length) best = { start, length: index - start + 1 };
  }
  return best.start < 0 ? { start: -1, length: 0 } : best;
};

const hexGroups = (groups: readonly number[]): string => groups.map((group) => group.toString(16)).join(":");

const printIpv6 = (groups: readonly number[]): Address => {
  const run = longestZeroRun(groups);
  const embedsIpv4 = run.start === 0 && (run.length === 6 || (run.length === 5 && groups[5] === 0xff_ff));
  if (embedsIpv4) {
    const [high = 0, low = 0] = groups.slice(6);
    return `::${run.length === 5 ? "ffff:" : ""}${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
  }
  if (run.start < 0) return hexGroups(groups);
  return `${hexGroups(groups.slice(0, run.start))}::${hexGroups(groups.slice(run.start + run.length))}`;
};

/** Canonical text of an IPv4 or IPv6 address in any legal spelling; undefined for anything else (names, zones, ports, blanks). */
export const parseAddress = (text: string): Address | undefined => {
  if (!text.includes(":")) return parseIpv4Octets(text) === undefined ? undefined : text;
  const groups = parseIpv6Groups(text);
  return groups === undefined ? undefined : printIpv6(groups);
};

/** The family of a canonical address. */
export const addressFamily = (address: Address): AddressFamily => (address.includes(":") ? "inet6" : "inet");

/** Network-order bytes: 4 for IPv4, 16 for IPv6. The argument must come from `parseAddress` or `addressFromBytes`; other text gives zeros. */
export const addressToBytes = (address: Address): Uint8Array => {
  if (addressFamily(address) === "inet") return Uint8Array.from(parseIpv4Octets(address) ?? [0, 0, 0, 0]);
  const groups = parseIpv6Groups(address) ?? [0, 0, 0, 0, 0, 0, 0, 0];
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 255]));
};

/** The address of 4 or 16 network-order bytes; undefined for any other length. */
export const addressFromBytes = (bytes: Uint8Array): Address | undefined => {
  if (bytes.length === 4) return bytes.join(".");
  if (bytes.length !== 16) return undefined;
  const groups = Array.from(
    { length: 8 },
    (_, index) => (bytes[index * 2] ?? 0) * 256 + (bytes[index * 2 + 1] ?? 0),
  );
  return printIpv6(groups);
};

/** Numeric order, every IPv4 address before every IPv6 one; 0 only for equal addresses. Also VRRP's tie-break (RFC 9568 section 6.4.3). */
export const compareAddresses = (a: Address, b: Address): number => {
  const left = addressToBytes(a);
  const right = addressToBytes(b);
  if (left.length !== right.length) return left.length - right.length;
  for (const [index, byte] of left.entries()) {
    const difference = byte - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
};
