import { addressFamily } from "../net/address.ts";
import type { ByteWriter } from "../net/bytes.ts";
import { writeNested, writeU8, writeU16, writeU16be, writeU32 } from "../net/netlink.ts";
import type { DestinationSettings } from "./change.ts";
import {
  destinationAttribute,
  forwardingNumber,
  tunnelChecksums,
  tunnelTypes,
} from "./destination-attributes.ts";
import { familyNumber, writeAddress } from "./genl-address.ts";
import { writeServiceId } from "./genl-service.ts";
import { writeStatistics } from "./genl-stats.ts";
import { commandAttribute, type Decoded, encodeGenericRequest, ipvsCommand } from "./genl.ts";
import type { Destination, ServiceId, Tunnel } from "./model.ts";
import { DestinationPacker, packedCapacity, packedHeader } from "./pack-destinations.ts";
import { packedDiagnostics, unpackDestinations } from "./unpack-destinations.ts";

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

/** Every destination in the answer to `encodeDumpDestinations`, in the kernel's order. */
export const decodeDestinations = (answer: Uint8Array): Decoded<Destination[]> => {
  const words = new Int32Array(packedCapacity(answer.length));
  new DestinationPacker().pack(answer, words, 0);
  return { value: unpackDestinations(words), diagnostics: packedDiagnostics(words) };
};

/** What a request's destination attribute names; one that only identifies a real server gets Masq. For a simulated kernel. */
export const readDestination = (view: DataView, start: number, end: number): Destination | undefined => {
  const bytes = new Uint8Array(view.buffer.slice(view.byteOffset + start, view.byteOffset + end));
  const words = new Int32Array(packedCapacity(bytes.length));
  const length = new DestinationPacker(forwardingNumber.Masq).packOne(bytes, words.subarray(packedHeader));
  words[0] = length === 0 ? 0 : 1;
  return unpackDestinations(words)[0];
};
