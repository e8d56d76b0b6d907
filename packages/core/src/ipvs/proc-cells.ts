import type { Address } from "../net/address.ts";
import { parseAddress } from "../net/address.ts";
import type { Endpoint } from "../net/endpoint.ts";

/** Readers of the hexadecimal words in /proc/net/ip_vs*; each gives undefined for what it does not know. */

/** A number of up to 13 hex digits (the safe integers). */
export const parseHex = (text: string): number | undefined => {
  if (!/^[0-9A-Fa-f]{1,16}$/.test(text)) return undefined;
  const number = Number.parseInt(text, 16);
  return Number.isSafeInteger(number) ? number : undefined;
};

/** "0CEA": exactly four digits. */
export const parseHexPort = (text: string): number | undefined =>
  /^[0-9A-Fa-f]{4}$/.test(text) ? Number.parseInt(text, 16) : undefined;

/** "C0A80016", or IPv6 in any spelling (the kernel writes all eight groups in full). */
export const parseHexAddress = (text: string): Address | undefined => {
  if (text.includes(":")) return parseAddress(text);
  if (!/^[0-9A-Fa-f]{8}$/.test(text)) return undefined;
  const word = Number.parseInt(text, 16);
  return `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`;
};

/** "C0A80016:0CEA" or "[2620:0000:…:0001]:0050". */
export const parseHexEndpoint = (text: string): Endpoint | undefined => {
  const colon = text.lastIndexOf(":");
  if (colon < 0) return undefined;
  const host = text.slice(0, colon);
  const isBracketed = host.startsWith("[") && host.endsWith("]");
  const address = parseHexAddress(isBracketed ? host.slice(1, -1) : host);
  const port = parseHexPort(text.slice(colon + 1));
  if (address === undefined || port === undefined || isBracketed !== address.includes(":")) return undefined;
  return { address, port };
};
