import type { AddressFamily } from "../ipvs/model.ts";
import { addressFromBytes, addressToBytes } from "./address.ts";
import type { ByteWriter } from "./bytes.ts";
import {
  AttributeReader,
  encodeMessage,
  MessageReader,
  netlinkControl,
  netlinkFlags,
  writeAttribute,
  writeNested,
  writeText,
  writeU32,
} from "./netlink.ts";

/**
 * rtnetlink's link and address messages: the answers to a dump and the kernel's own announcements have the same form
 * (rtnetlink(7), include/uapi/linux/{rtnetlink,if_addr,if_link}.h).
 */

/** RTM_*. */
export const routeMessage = {
  newLink: 16,
  deleteLink: 17,
  getLink: 18,
  newAddress: 20,
  deleteAddress: 21,
  getAddress: 22,
} as const;

/** RTNLGRP_*: the multicast groups that announce links and addresses. */
export const routeGroups = { link: 1, ipv4Address: 5, ipv6Address: 9 } as const;

/** An address on an interface. */
export interface InterfaceAddress {
  readonly interfaceIndex: number;
  readonly family: AddressFamily;
  /** Canonical text; of a point-to-point interface its own end. */
  readonly address: string;
  readonly prefixLength: number;
  /** IPv4 only: "eth0:1". */
  readonly label?: string;
  readonly scope: "global" | "site" | "link" | "host" | "nowhere" | number;
  /** IPv6: duplicate address detection still runs, or failed: nothing answers there yet. */
  readonly isTentative: boolean;
  readonly isDuplicate: boolean;
  readonly isDeprecated: boolean;
  readonly isSecondary: boolean;
  /** Without a lifetime: set by hand or by a daemon, not by autoconfiguration. */
  readonly isPermanent: boolean;
}

/** A network interface. */
export interface Link {
  readonly index: number;
  readonly name: string;
  /** Set up by its administrator (IFF_UP). */
  readonly isUp: boolean;
  /** Has carrier (IFF_LOWER_UP). */
  readonly isRunning: boolean;
  readonly isLoopback: boolean;
  readonly mtu: number;
  /** "02:00:0a:4d:00:11"; absent where the interface has none. */
  readonly macAddress?: string;
  /** "macvlan", "vlan", "bridge" …; absent for real hardware. */
  readonly kind?: string;
  /** The bridge or bond that it is part of. */
  readonly masterIndex?: number;
  /** The interface that it stands on (a vlan's, a macvlan's). */
  readonly lowerIndex?: number;
}

/** One announcement or one row of a dump. */
export type RouteMessage =
  | { readonly kind: "link-changed"; readonly link: Link }
  | { readonly kind: "link-removed"; readonly link: Link }
  | { readonly kind: "address-added"; readonly address: InterfaceAddress }
  | { readonly kind: "address-removed"; readonly address: InterfaceAddress };

const addressAttribute = { address: 1, local: 2, label: 3, flags: 8 } as const;
const linkAttribute = { macAddress: 1, name: 3, mtu: 4, lower: 5, master: 10, info: 18 } as const;
const linkInfoAttribute = { kind: 1 } as const;

const addressFlag = {
  secondary: 0x01,
  dadFailed: 0x08,
  deprecated: 0x20,
  tentative: 0x40,
  permanent: 0x80,
} as const;
const linkFlag = { up: 0x1, loopback: 0x8, lowerUp: 0x1_00_00 } as const;

const ifAddressLength = 8;
const ifInfoLength = 16;

const scopes: ReadonlyMap<number, "global" | "site" | "link" | "host" | "nowhere"> = new Map([
  [0, "global"],
  [200, "site"],
  [253, "link"],
  [254, "host"],
  [255, "nowhere"],
]);

const dumpRequest = (type: number, bodyLength: number): Uint8Array =>
  encodeMessage({ type, flags: netlinkFlags.request | netlinkFlags.dump, sequence: 0 }, (writer) =>
    writer.zeros(bodyLength),
  );

/** Asks for every interface. */
export const encodeDumpLinks = (): Uint8Array => dumpRequest(routeMessage.getLink, ifInfoLength);

/** Asks for every address of both families. */
export const encodeDumpAddresses = (): Uint8Array => dumpRequest(routeMessage.getAddress, ifAddressLength);

const familyOf = (number: number): AddressFamily | undefined =>
  number === 2 ? "inet" : number === 10 ? "inet6" : undefined;

const readInterfaceAddress = (message: MessageReader): InterfaceAddress | undefined => {
  const { view, payload } = message;
  if (payload + ifAddressLength > message.end) return undefined;
  const family = familyOf(view.getUint8(payload));
  const scope = view.getUint8(payload + 3);
  let flags = view.getUint8(payload + 2);
  let address: string | undefined;
  let local: string | undefined;
  let label: string | undefined;
  const attribute = new AttributeReader(view, payload + ifAddressLength, message.end);
  while (attribute.next()) {
    if (attribute.type === addressAttribute.address) address = addressFromBytes(attribute.bytes());
    else if (attribute.type === addressAttribute.local) local = addressFromBytes(attribute.bytes());
    else if (attribute.type === addressAttribute.label) label = attribute.text();
    else if (attribute.type === addressAttribute.flags) flags = attribute.u32();
  }
  const own = local ?? address;
  if (family === undefined || own === undefined || attribute.isMalformed) return undefined;
  const has = (flag: number): boolean => (flags & flag) !== 0;
  return {
    interfaceIndex: view.getUint32(payload + 4, true),
    family,
    address: own,
    prefixLength: view.getUint8(payload + 1),
    ...(label === undefined ? {} : { label }),
    scope: scopes.get(scope) ?? scope,
    isTentative: has(addressFlag.tentative),
    isDuplicate: has(addressFlag.dadFailed),
    isDeprecated: has(addressFlag.deprecated),
    isSecondary: has(addressFlag.secondary),
    isPermanent: has(addressFlag.permanent),
  };
};

const readKind = (view: DataView, info: AttributeReader): string | undefined => {
  const attribute = new AttributeReader(view, info.start, info.start + info.length);
  while (attribute.next()) if (attribute.type === linkInfoAttribute.kind) return attribute.text();
  return undefined;
};

const printMac = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(":");

const readLink = (message: MessageReader): Link | undefined => {
  const { view, payload } = message;
  if (payload + ifInfoLength > message.end) return undefined;
  const flags = view.getUint32(payload + 8, true);
  let name: string | undefined;
  let mtu = 0;
  const rest: { macAddress?: string; kind?: string; masterIndex?: number; lowerIndex?: number } = {};
  const attribute = new AttributeReader(view, payload + ifInfoLength, message.end);
  while (attribute.next()) {
    if (attribute.type === linkAttribute.name) name = attribute.text();
    else if (attribute.type === linkAttribute.mtu) mtu = attribute.u32();
    else if (attribute.type === linkAttribute.macAddress && attribute.length > 0)
      rest.macAddress = printMac(attribute.bytes());
    else if (attribute.type === linkAttribute.master) rest.masterIndex = attribute.u32();
    else if (attribute.type === linkAttribute.lower) rest.lowerIndex = attribute.u32();
    else if (attribute.type === linkAttribute.info) {
      const kind = readKind(view, attribute);
      if (kind !== undefined) rest.kind = kind;
    }
  }
  if (name === undefined || attribute.isMalformed) return undefined;
  return {
    index: view.getInt32(payload + 4, true),
    name,
    isUp: (flags & linkFlag.up) !== 0,
    isRunning: (flags & linkFlag.lowerUp) !== 0,
    isLoopback: (flags & linkFlag.loopback) !== 0,
    mtu,
    ...rest,
  };
};

/** undefined: not a message about links or addresses; "damaged": one that could not be read. */
const readRouteMessage = (message: MessageReader): RouteMessage | "damaged" | undefined => {
  switch (message.type) {
    case routeMessage.newLink:
    case routeMessage.deleteLink: {
      const link = readLink(message);
      if (link === undefined) return "damaged";
      return { kind: message.type === routeMessage.newLink ? "link-changed" : "link-removed", link };
    }
    case routeMessage.newAddress:
    case routeMessage.deleteAddress: {
      const address = readInterfaceAddress(message);
      if (address === undefined) return "damaged";
      return {
        kind: message.type === routeMessage.newAddress ? "address-added" : "address-removed",
        address,
      };
    }
    default:
      return undefined;
  }
};

/** Everything about links and addresses in a dump's answer or in announcements, in order; one sentence for each part that could not be read. */
export const decodeRouteMessages = (
  bytes: Uint8Array,
): { readonly value: RouteMessage[]; readonly diagnostics: readonly string[] } => {
  const value: RouteMessage[] = [];
  const diagnostics: string[] = [];
  const message = new MessageReader(bytes);
  while (message.next()) {
    const decoded = readRouteMessage(message);
    if (decoded === "damaged")
      diagnostics.push(`a message of type ${message.type} at byte ${message.offset} could not be read`);
    else if (decoded !== undefined) value.push(decoded);
    else if (message.type >= netlinkControl.minType)
      diagnostics.push(`a message of unknown type ${message.type} at byte ${message.offset}`);
  }
  if (message.isMalformed) diagnostics.push("the bytes end inside a message");
  return { value, diagnostics };
};

const scopeNumber = (scope: InterfaceAddress["scope"]): number => {
  if (typeof scope === "number") return scope;
  for (const [number, name] of scopes) if (name === scope) return number;
  return 0;
};

const addressFlags = (address: InterfaceAddress): number =>
  (address.isSecondary ? addressFlag.secondary : 0) |
  (address.isDuplicate ? addressFlag.dadFailed : 0) |
  (address.isDeprecated ? addressFlag.deprecated : 0) |
  (address.isTentative ? addressFlag.tentative : 0) |
  (address.isPermanent ? addressFlag.permanent : 0);

const writeInterfaceAddress = (writer: ByteWriter, address: InterfaceAddress): void => {
  const flags = addressFlags(address);
  const bytes = addressToBytes(address.address);
  writer
    .u8(address.family === "inet" ? 2 : 10)
    .u8(address.prefixLength)
    .u8(flags & 255);
  writer.u8(scopeNumber(address.scope)).u32le(address.interfaceIndex);
  writeAttribute(writer, addressAttribute.address, (inner) => inner.bytes(bytes));
  if (address.family === "inet")
    writeAttribute(writer, addressAttribute.local, (inner) => inner.bytes(bytes));
  if (address.label !== undefined) writeText(writer, addressAttribute.label, address.label);
  writeU32(writer, addressAttribute.flags, flags);
};

const writeLink = (writer: ByteWriter, link: Link): void => {
  const flags =
    (link.isUp ? linkFlag.up : 0) |
    (link.isRunning ? linkFlag.lowerUp : 0) |
    (link.isLoopback ? linkFlag.loopback : 0);
  writer
    .u8(0)
    .u8(0)
    .u16le(link.isLoopback ? 772 : 1)
    .u32le(link.index)
    .u32le(flags)
    .u32le(0);
  writeText(writer, linkAttribute.name, link.name);
  writeU32(writer, linkAttribute.mtu, link.mtu);
  const mac = link.macAddress?.split(":").map((part) => Number.parseInt(part, 16));
  if (mac !== undefined)
    writeAttribute(writer, linkAttribute.macAddress, (inner) => inner.bytes(Uint8Array.from(mac)));
  if (link.masterIndex !== undefined) writeU32(writer, linkAttribute.master, link.masterIndex);
  if (link.lowerIndex !== undefined) writeU32(writer, linkAttribute.lower, link.lowerIndex);
  const { kind } = link;
  if (kind !== undefined)
    writeNested(writer, linkAttribute.info, (inner) => writeText(inner, linkInfoAttribute.kind, kind));
};

/** A message as the kernel sends it: what a simulated kernel answers. */
export const encodeRouteMessage = (message: RouteMessage): Uint8Array => {
  const type = {
    "link-changed": routeMessage.newLink,
    "link-removed": routeMessage.deleteLink,
    "address-added": routeMessage.newAddress,
    "address-removed": routeMessage.deleteAddress,
  }[message.kind];
  return encodeMessage({ type, flags: 0, sequence: 0 }, (writer) => {
    if ("link" in message) writeLink(writer, message.link);
    else writeInterfaceAddress(writer, message.address);
  });
};
