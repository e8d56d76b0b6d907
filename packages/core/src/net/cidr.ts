import type { Address } from "./address.ts";
import { addressFamily, addressFromBytes, addressToBytes, parseAddress } from "./address.ts";

/** An address with a prefix length, host bits kept: "192.0.2.15/24" is the address .15 in that network. */
export type Cidr = { readonly address: Address; readonly prefixLength: number };

const fullLength = (address: Address): number => (addressFamily(address) === "inet" ? 32 : 128);

/** Reads "192.0.2.0/24", "2001:db8::/32", or a bare address (then the prefix is the full length). Undefined for anything else. */
export const parseCidr = (text: string): Cidr | undefined => {
  const slash = text.indexOf("/");
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash));
  if (address === undefined) return undefined;
  if (slash < 0) return { address, prefixLength: fullLength(address) };
  const digits = text.slice(slash + 1);
  if (!/^(?:0|[1-9][0-9]{0,2})$/.test(digits)) return undefined;
  const prefixLength = Number(digits);
  return prefixLength <= fullLength(address) ? { address, prefixLength } : undefined;
};

/** "192.0.2.15/24": the prefix length is always written. */
export const printCidr = (cidr: Cidr): string => `${cidr.address}/${cidr.prefixLength}`;

/** Keeps the first `prefixLength` bits of the address and clears the rest: the network's own address. */
export const networkAddress = (cidr: Cidr): Address => {
  const bytes = addressToBytes(cidr.address).map((byte, index) => {
    const kept = Math.min(8, Math.max(0, cidr.prefixLength - index * 8));
    return byte & (0xff << (8 - kept));
  });
  return addressFromBytes(bytes) ?? cidr.address;
};

/** Whether the address lies in the network; an address of the other family never does. */
export const cidrContains = (cidr: Cidr, address: Address): boolean =>
  addressFamily(cidr.address) === addressFamily(address) &&
  networkAddress(cidr) === networkAddress({ address, prefixLength: cidr.prefixLength });

/** IPv4 netmask text of a prefix length: 24 → "255.255.255.0". Undefined outside 0–32. */
export const prefixToNetmask = (prefixLength: number): string | undefined =>
  Number.isInteger(prefixLength) && prefixLength >= 0 && prefixLength <= 32
    ? networkAddress({ address: "255.255.255.255", prefixLength })
    : undefined;

/** Prefix length of an IPv4 netmask text; undefined when it is no dotted quad or its ones are not contiguous ("255.0.255.0"). */
export const netmaskToPrefix = (netmask: string): number | undefined => {
  const address = parseAddress(netmask);
  if (address === undefined || addressFamily(address) !== "inet") return undefined;
  const prefixLength = [...addressToBytes(address)]
    .map((byte) => byte.toString(2).replaceAll("0", "").length)
    .reduce((sum, ones) => sum + ones, 0);
  return prefixToNetmask(prefixLength) === address ? prefixLength : undefined;
};
