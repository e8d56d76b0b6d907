import type { Address } from "./address.ts";
import { addressFamily, compareAddresses, parseAddress } from "./address.ts";

/** An address and a port; port 0 is ipvsadm's "every port". */
export type Endpoint = { readonly address: Address; readonly port: number };

/** A decimal port 0–65535 without sign or leading zeros; undefined for anything else. */
export const parsePort = (text: string): number | undefined => {
  if (!/^(?:0|[1-9][0-9]{0,4})$/.test(text)) return undefined;
  const port = Number(text);
  return port <= 65_535 ? port : undefined;
};

/** Reads "192.0.2.1:80" and "[2001:db8::1]:80". Undefined without a port, for names, and for an IPv6 address without brackets. */
export const parseEndpoint = (text: string): Endpoint | undefined => {
  const colon = text.lastIndexOf(":");
  if (colon < 0) return undefined;
  const host = text.slice(0, colon);
  const isBracketed = host.startsWith("[") && host.endsWith("]");
  const address = parseAddress(isBracketed ? host.slice(1, -1) : host);
  const port = parsePort(text.slice(colon + 1));
  if (address === undefined || port === undefined) return undefined;
  return isBracketed === (addressFamily(address) === "inet6") ? { address, port } : undefined;
};

/** "192.0.2.1:80" or "[2001:db8::1]:80". */
export const printEndpoint = ({ address, port }: Endpoint): string =>
  addressFamily(address) === "inet6" ? `[${address}]:${port}` : `${address}:${port}`;

/** By address in numeric order, then by port. */
export const compareEndpoints = (a: Endpoint, b: Endpoint): number =>
  compareAddresses(a.address, b.address) || a.port - b.port;
