import { addressFamily } from "../net/address.ts";
import type { ByteWriter } from "../net/bytes.ts";
import {
  AttributeReader,
  MessageReader,
  writeNested,
  writeU8,
  writeU16,
  writeU16be,
  writeU32,
} from "../net/netlink.ts";
import type { DestinationSettings } from "./change.ts";
import { familyNumber, familyOfNumber, readAddress, writeAddress } from "./genl-address.ts";
import { writeServiceId } from "./genl-service.ts";
import { readStatistics, type Statistics, writeStatistics } from "./genl-stats.ts";
import {
  commandAttribute,
  type Decoded,
  encodeGenericRequest,
  genericPayloadOffset,
  ipvsCommand,
} from "./genl.ts";
import {
  type Destination,
  type ForwardingMethod,
  noCounters,
  noRates,
  type ServiceId,
  type Tunnel,
} from "./model.ts";

/** IPVS_DEST_ATTR_*. */
const destinationAttribute = {
  address: 1,
  port: 2,
  forwarding: 3,
  weight: 4,
  upperThreshold: 5,
  lowerThreshold: 6,
  active: 7,
  inactive: 8,
  persistent: 9,
  stats: 10,
  family: 11,
  stats64: 12,
  tunnelType: 13,
  tunnelPort: 14,
  tunnelFlags: 15,
} as const;

/** IP_VS_CONN_F_* under IP_VS_CONN_F_FWD_MASK; BYPASS (4) belongs to connections only. */
const forwardingNumber: Readonly<Record<ForwardingMethod, number>> = {
  Masq: 0,
  Local: 1,
  Tunnel: 2,
  Route: 3,
};
const forwardingOfNumber: readonly ForwardingMethod[] = ["Masq", "Local", "Tunnel", "Route"];
const forwardingMask = 7;

const tunnelTypes: readonly Tunnel["type"][] = ["ipip", "gue", "gre"];
const tunnelChecksums: readonly Tunnel["checksum"][] = ["none", "csum", "remcsum"];

/** What names a destination inside its service. */
export interface DestinationId {
  /** Canonical text. */
  readonly address: string;
  readonly port: number;
}

const writeDestinationId = (writer: ByteWriter, id: DestinationId): void => {
  writeAddress(writer, destinationAttribute.address, id.address);
  writeU16be(writer, destinationAttribute.port, id.port);
  // Always said, since a tunnelled real server may be of another family than its service.
  writeU16(writer, destinationAttribute.family, familyNumber[addressFamily(id.address)]);
};

const writeTunnel = (writer: ByteWriter, tunnel: Tunnel): void => {
  writeU8(writer, destinationAttribute.tunnelType, tunnelTypes.indexOf(tunnel.type));
  writeU16be(writer, destinationAttribute.tunnelPort, tunnel.port);
  writeU16(writer, destinationAttribute.tunnelFlags, tunnelChecksums.indexOf(tunnel.checksum));
};

const writeSettings = (writer: ByteWriter, destination: DestinationSettings): void => {
  writeDestinationId(writer, destination);
  writeU32(writer, destinationAttribute.forwarding, forwardingNumber[destination.forwarding]);
  writeU32(writer, destinationAttribute.weight, destination.weight);
  writeU32(writer, destinationAttribute.upperThreshold, destination.upperThreshold);
  writeU32(writer, destinationAttribute.lowerThreshold, destination.lowerThreshold);
  if (destination.tunnel !== undefined) writeTunnel(writer, destination.tunnel);
};

/** NEW_DEST or SET_DEST. The kernel takes all settings or none: there is no message that changes a weight alone. */
export const encodeDestination = (
  family: number,
  command: typeof ipvsCommand.newDestination | typeof ipvsCommand.setDestination,
  target: { service: ServiceId; destination: DestinationSettings },
): Uint8Array =>
  encodeGenericRequest({ family, command, kind: "ack" }, (writer) => {
    writeServiceId(writer, target.service);
    writeNested(writer, commandAttribute.destination, (inner) => writeSettings(inner, target.destination));
  });

/** DEL_DEST. */
export const encodeDeleteDestination = (
  family: number,
  target: { service: ServiceId; destination: DestinationId },
): Uint8Array =>
  encodeGenericRequest({ family, command: ipvsCommand.deleteDestination, kind: "ack" }, (writer) => {
    writeServiceId(writer, target.service);
    writeNested(writer, commandAttribute.destination, (inner) =>
      writeDestinationId(inner, target.destination),
    );
  });

/** Asks for every destination of one service. The kernel has no message that asks for those of all. */
export const encodeDumpDestinations = (family: number, service: ServiceId): Uint8Array =>
  encodeGenericRequest({ family, command: ipvsCommand.getDestination, kind: "dump" }, (writer) =>
    writeServiceId(writer, service),
  );

/** The attributes of one destination as the kernel answers them, statistics included. */
export const writeDestinationAnswer = (writer: ByteWriter, destination: Destination): void =>
  writeNested(writer, commandAttribute.destination, (inner) => {
    writeSettings(inner, destination);
    writeU32(inner, destinationAttribute.active, destination.activeConnections);
    writeU32(inner, destinationAttribute.inactive, destination.inactiveConnections);
    writeU32(inner, destinationAttribute.persistent, destination.persistentConnections);
    writeStatistics(inner, destinationAttribute.stats64, destination);
  });

/**
 * Decodes destinations one after another with readers that are made once per answer: a large table has a hundred thousand of them.
 */
class DestinationDecoder {
  readonly #absentForwarding: number;
  readonly #view: DataView;
  readonly #attribute: AttributeReader;
  readonly #address: AttributeReader;
  readonly #statistics: AttributeReader;
  #tunnelType = 0;
  #tunnelPort = 0;
  #tunnelFlags = 0;

  /** `absentForwarding`: what an entry without a forwarding method stands for; -1, none: such an entry is damaged. */
  constructor(view: DataView, absentForwarding = -1) {
    this.#absentForwarding = absentForwarding;
    this.#view = view;
    this.#attribute = new AttributeReader(view, 0, 0);
    this.#address = new AttributeReader(view, 0, 0);
    this.#statistics = new AttributeReader(view, 0, 0);
  }

  get isMalformed(): boolean {
    return this.#attribute.isMalformed || this.#address.isMalformed || this.#statistics.isMalformed;
  }

  /** Undefined for a damaged entry, or one of a family or forwarding method that does not exist. */
  read(start: number, end: number): Destination | undefined {
    const attribute = this.#attribute.reset(start, end);
    this.#tunnelType = this.#tunnelPort = this.#tunnelFlags = 0;
    this.#address.length = 0;
    let family = 2;
    let port = 0;
    let forwarding = this.#absentForwarding;
    let weight = 0;
    let upperThreshold = 0;
    let lowerThreshold = 0;
    let activeConnections = 0;
    let inactiveConnections = 0;
    let persistentConnections = 0;
    let narrowStart = 0;
    let narrowEnd = 0;
    let statistics: Statistics | undefined;
    while (attribute.next()) {
      switch (attribute.type) {
        case destinationAttribute.address:
          this.#address.start = attribute.start;
          this.#address.length = attribute.length;
          break;
        case destinationAttribute.port:
          port = attribute.u16be();
          break;
        case destinationAttribute.forwarding:
          forwarding = attribute.u32() & forwardingMask;
          break;
        case destinationAttribute.weight:
          weight = attribute.i32();
          break;
        case destinationAttribute.upperThreshold:
          upperThreshold = attribute.u32();
          break;
        case destinationAttribute.lowerThreshold:
          lowerThreshold = attribute.u32();
          break;
        case destinationAttribute.active:
          activeConnections = attribute.u32();
          break;
        case destinationAttribute.inactive:
          inactiveConnections = attribute.u32();
          break;
        case destinationAttribute.persistent:
          persistentConnections = attribute.u32();
          break;
        case destinationAttribute.family:
          family = attribute.u16();
          break;
        case destinationAttribute.stats:
          // Kept unread: a kernel since 4.1 sends the same numbers as STATS64, and reading both costs a quarter of the sweep.
          narrowStart = attribute.start;
          narrowEnd = attribute.start + attribute.length;
          break;
        case destinationAttribute.stats64:
          statistics = this.#readStatistics(attribute.start, attribute.start + attribute.length);
          break;
        default:
          this.#readTunnel(attribute);
          break;
      }
    }
    if (statistics === undefined && narrowEnd > 0) statistics = this.#readStatistics(narrowStart, narrowEnd);
    const address = this.#readAddress(family);
    const method = forwardingOfNumber[forwarding];
    if (address === undefined || method === undefined) return undefined;
    const destination: Destination = {
      address,
      port,
      forwarding: method,
      weight,
      upperThreshold,
      lowerThreshold,
      activeConnections,
      inactiveConnections,
      persistentConnections,
      counters: statistics?.counters ?? noCounters,
      rates: statistics?.rates ?? noRates,
    };
    return method === "Tunnel" ? this.#withTunnel(destination) : destination;
  }

  /** IPv4 straight from the view: the general way costs three objects for each of a hundred thousand. */
  #readAddress(family: number): string | undefined {
    const { start, length } = this.#address;
    const view = this.#view;
    if (family === 2 && length >= 4) {
      const [a, b] = [view.getUint8(start), view.getUint8(start + 1)];
      return `${a}.${b}.${view.getUint8(start + 2)}.${view.getUint8(start + 3)}`;
    }
    const known = familyOfNumber(family);
    return known === undefined ? undefined : readAddress(this.#address, known);
  }

  #readStatistics(start: number, end: number): Statistics {
    return readStatistics(this.#statistics.reset(start, end));
  }

  #readTunnel(attribute: AttributeReader): void {
    if (attribute.type === destinationAttribute.tunnelType) this.#tunnelType = attribute.u8();
    else if (attribute.type === destinationAttribute.tunnelPort) this.#tunnelPort = attribute.u16be();
    else if (attribute.type === destinationAttribute.tunnelFlags) this.#tunnelFlags = attribute.u16();
    // Anything else is a newer kernel's: netlink's rule is that an old reader passes over it.
  }

  #withTunnel(destination: Destination): Destination | undefined {
    const type = tunnelTypes[this.#tunnelType];
    const checksum = tunnelChecksums[this.#tunnelFlags];
    if (type === undefined || checksum === undefined) return undefined;
    return { ...destination, tunnel: { type, port: this.#tunnelPort, checksum } };
  }
}

/** Every destination in the answer to `encodeDumpDestinations`, in the kernel's order. */
export const decodeDestinations = (answer: Uint8Array): Decoded<Destination[]> => {
  const value: Destination[] = [];
  const diagnostics: string[] = [];
  const message = new MessageReader(answer);
  const attribute = new AttributeReader(message.view, 0, 0);
  const decoder = new DestinationDecoder(message.view);
  while (message.next()) {
    if (message.isFinal) continue;
    attribute.reset(message.offset + genericPayloadOffset, message.end);
    while (attribute.next()) {
      if (attribute.type !== commandAttribute.destination) continue;
      const destination = decoder.read(attribute.start, attribute.start + attribute.length);
      if (destination === undefined)
        diagnostics.push(`a real server at byte ${message.offset} could not be read`);
      else value.push(destination);
    }
  }
  if (message.isMalformed || attribute.isMalformed || decoder.isMalformed)
    diagnostics.push("the answer holds damaged attributes or ends inside a message");
  return { value, diagnostics };
};

/** What a request's destination attribute names; one that only identifies a real server gets Masq. For a simulated kernel. */
export const readDestination = (view: DataView, start: number, end: number): Destination | undefined =>
  new DestinationDecoder(view, forwardingNumber.Masq).read(start, end);
