import { addressFromBytes, addressToBytes } from "../../../net/address.ts";
import type { Item } from "../../reading.ts";
import { isNumericAddress, readAddress, readAddressOf, readInteger } from "../../words.ts";
import { familyOfAddress } from "../families.ts";
import type { Family } from "../families.ts";
import { named } from "../rule.ts";
import type { Rule } from "../rule.ts";

const groupOf = (...lines: readonly string[]): string =>
  `virtual_server_group web {\n${lines.map((line) => `    ${line}\n`).join("")}}\n`;

/** An element of a virtual_server_group that keepalived reads (alloc_vsg_entry). */
export type GroupEntry =
  | { readonly kind: "fwmark"; readonly mark: string; readonly family: "inet" | "inet6" | undefined }
  | {
      readonly kind: "addresses";
      readonly address: string;
      /** Of a range or a net. */
      readonly last: string | undefined;
      readonly port: number;
    };

export const readGroupEntry = ({ words }: Item): GroupEntry | string => {
  const [first = "", second, third] = words;
  if (first === "fwmark") return readMark(second, third);
  const hasPort = second !== undefined && !/^0*$/u.test(second);
  if (hasPort && readInteger(second, { min: 1, max: 65535 }).fault !== undefined)
    return `${second} is not a port`;
  const address = readAddressOf(first);
  if (address === undefined || !isNumericAddress(first)) return `${first} is not an address`;
  const fault = rangeFault(first, address);
  const last = lastOf(first, address);
  return fault ?? { kind: "addresses", address, last, port: hasPort ? Number(second) : 0 };
};

/** `10.0.0.1-5`, `2001:db8::1-ff` (hex), `10.0.0.1-10.0.0.5` or `10.0.0.0/28`. */
const lastOf = (word: string, first: string): string | undefined => {
  const slash = word.indexOf("/");
  if (slash >= 0) return lastOfNet(first, Number(word.slice(slash + 1)));
  const dash = word.indexOf("-");
  if (dash < 0) return undefined;
  const end = word.slice(dash + 1);
  const separator = first.includes(":") ? ":" : ".";
  if (end.includes(separator)) return readAddress(end);
  const written = word.slice(0, dash);
  return readAddress(written.slice(0, written.lastIndexOf(separator) + 1) + end);
};

const lastOfNet = (first: string, length: number): string | undefined =>
  addressFromBytes(
    addressToBytes(first).map((byte, index) => byte | (0xff >> Math.min(8, Math.max(0, length - index * 8)))),
  );

/** 2.2.7 counts in the last octet of IPv4, and in the last group of IPv6 (ipvs_group_range_cmd in ipvswrapper.c). */
const countingFault = (entry: GroupEntry): string | undefined => {
  if (entry.kind !== "addresses" || entry.last === undefined) return undefined;
  const { address, last } = entry;
  const [from, to] = [addressToBytes(address), addressToBytes(last)];
  const counted = familyOfAddress(address) === "inet" ? 1 : 2;
  if (from.slice(0, -counted).every((byte, index) => byte === to[index])) return undefined;
  return counted === 1
    ? `keepalived 2.2.7 never comes from ${address} to ${last}: it counts in the last octet only`
    : `keepalived 2.2.7 does not come from ${address} to ${last}: it counts in the last group only`;
};

const readMark = (mark: string | undefined, family: string | undefined): GroupEntry | string => {
  if (mark === undefined || readInteger(mark, { min: 0, max: 4294967295 }).fault !== undefined)
    return `${mark ?? "nothing"} is no firewall mark`;
  if (family !== undefined && family !== "inet" && family !== "inet6") return `${family} is no family`;
  return { kind: "fwmark", mark, family };
};

const rangeFault = (word: string, address: string): string | undefined => {
  const slash = word.indexOf("/");
  if (slash >= 0) return maskFault(word.slice(slash + 1), address);
  const dash = word.indexOf("-");
  if (dash < 0) return undefined;
  const end = word.slice(dash + 1);
  const isIpv6 = familyOfAddress(address) === "inet6";
  const bytes = addressToBytes(address);
  if (end.includes(isIpv6 ? ":" : ".")) {
    const last = readAddress(end);
    if (last === undefined) return `${end} is not an address`;
    return familyOfAddress(last) !== familyOfAddress(address) || isBelow(addressToBytes(last), bytes)
      ? `the range ${word} ends before it starts`
      : undefined;
  }
  const digits = isIpv6 ? /^[0-9a-f]{1,4}$/iu : /^[0-9]{1,3}$/u;
  const limit = Number.parseInt(end, isIpv6 ? 16 : 10);
  if (!digits.test(end) || (!isIpv6 && limit > 255)) return `${end} is no end of a range`;
  const start = isIpv6 ? (bytes.at(-2) ?? 0) * 256 + (bytes.at(-1) ?? 0) : (bytes.at(-1) ?? 0);
  return start >= limit ? `the range ${word} ends before it starts` : undefined;
};

const isBelow = (one: Uint8Array, other: Uint8Array): boolean => {
  const index = one.findIndex((byte, position) => byte !== other[position]);
  return index >= 0 && (one[index] ?? 0) < (other[index] ?? 0);
};

const maskFault = (mask: string, address: string): string | undefined => {
  const bytes = addressToBytes(address);
  const { value, fault } = readInteger(mask, { min: 1, max: bytes.length * 8 });
  if (fault !== undefined) return `${mask} is no prefix length`;
  const hasHostBits = bytes.some((byte, index) => {
    const kept = Math.min(8, Math.max(0, value - index * 8));
    return (byte & (0xff >> kept)) !== 0 && kept < 8;
  });
  return hasHostBits ? `${address} is not the first address of its /${mask}` : undefined;
};

const familyOfEntry = (entry: GroupEntry): Family | undefined =>
  entry.kind === "addresses" ? familyOfAddress(entry.address) : entry.family;

/** Whether a group holds entries of a family. */
export const holdsFamily = (entries: readonly GroupEntry[], family: Family | undefined): boolean =>
  entries.some((entry) => familyOfEntry(entry) === family);

/** Both families, and a mark that could be of either. */
export const isAmbiguous = (entries: readonly GroupEntry[]): boolean =>
  holdsFamily(entries, "inet") && holdsFamily(entries, "inet6") && holdsFamily(entries, undefined);

export const groupEntry: Rule = {
  code: "group-entry",
  severity: "error",
  title: "an element of a virtual_server_group that keepalived cannot read",
  reason: "keepalived passes over the line, or drops the group if nothing is left.",
  mend: "Write ADDRESS[-END|/LENGTH] [PORT], or fwmark MARK.",
  bad: groupOf("192.0.2.20-10 80"),
  good: groupOf("192.0.2.10-20 80"),
  ofEntry: {
    concerns: named("virtual_server_group"),
    check: ({ words, items = [], spot, listEnd = spot }, report) => {
      const entries: GroupEntry[] = [];
      for (const item of items) {
        const entry = readGroupEntry(item);
        if (typeof entry === "string") report(item.spot, `${entry}: keepalived passes over this line`);
        else {
          entries.push(entry);
          const fault = countingFault(entry);
          if (fault !== undefined) report(item.spot, fault, { severity: "warning" });
        }
      }
      const name = `virtual_server_group ${words[1] ?? ""}`;
      if (entries.length === 0) report(listEnd, `${name} has no entries: keepalived drops it`);
      else if (isAmbiguous(entries))
        report(listEnd, `${name} holds IPv4, IPv6 and a mark of no family: keepalived drops it`);
    },
  },
};
