import type { ByteWriter } from "../net/bytes.ts";
import { AttributeReader, encodeMessage, MessageReader, netlinkFlags, writeText } from "../net/netlink.ts";

/**
 * The IPVS generic netlink family: numbers of include/uapi/linux/ip_vs.h and genetlink.h, and the framing that all its messages
 * share. Messages are written with sequence 0; the socket's owner stamps them.
 */

export const ipvsCommand = {
  newService: 1,
  setService: 2,
  deleteService: 3,
  getService: 4,
  newDestination: 5,
  setDestination: 6,
  deleteDestination: 7,
  getDestination: 8,
  newDaemon: 9,
  deleteDaemon: 10,
  getDaemon: 11,
  setConfig: 12,
  getConfig: 13,
  setInfo: 14,
  getInfo: 15,
  zero: 16,
  flush: 17,
} as const;
export type IpvsCommand = (typeof ipvsCommand)[keyof typeof ipvsCommand];

/** IPVS_CMD_ATTR_*: the first level of every message. */
export const commandAttribute = {
  service: 1,
  destination: 2,
  daemon: 3,
  timeoutTcp: 4,
  timeoutTcpFin: 5,
  timeoutUdp: 6,
} as const;

/** IPVS_INFO_ATTR_*. */
export const infoAttribute = { version: 1, connectionTableSize: 2 } as const;

/** GENL_ID_CTRL and what is asked of it. */
export const genericControl = {
  type: 16,
  getFamily: 3,
  newFamily: 1,
  attributeFamilyId: 1,
  attributeFamilyName: 2,
} as const;

/** The family's name at the controller. ENOENT for it is the kernel's clean "no IPVS here". */
export const ipvsFamilyName = "IPVS";

/** Bytes of nlmsghdr + genlmsghdr: where the attributes of a generic netlink message begin, counted from the message's start. */
export const genericPayloadOffset = 20;

/** How a request is answered: `ack` by one acknowledgement, `dump` by many messages and an end mark. */
export type RequestKind = "ack" | "dump";

/** A generic netlink request; `family` is the number that the controller gave for "IPVS". */
export const encodeGenericRequest = (
  request: { family: number; command: number; kind: RequestKind },
  writeAttributes: (writer: ByteWriter) => void = () => {},
): Uint8Array => {
  const flags = netlinkFlags.request | (request.kind === "dump" ? netlinkFlags.dump : netlinkFlags.ack);
  return encodeMessage({ type: request.family, flags, sequence: 0 }, (writer) => {
    writer.u8(request.command).u8(1).u16le(0);
    writeAttributes(writer);
  });
};

/** Asks the controller for the number of a family. */
export const encodeGetFamily = (name: string): Uint8Array =>
  encodeGenericRequest(
    { family: genericControl.type, command: genericControl.getFamily, kind: "ack" },
    (writer) => writeText(writer, genericControl.attributeFamilyName, name),
  );

/** The family number in the controller's answer; undefined when it holds none. */
export const decodeFamilyId = (answer: Uint8Array): number | undefined => {
  const message = new MessageReader(answer);
  while (message.next()) {
    if (message.type !== genericControl.type) continue;
    const attribute = new AttributeReader(message.view, message.offset + genericPayloadOffset, message.end);
    while (attribute.next()) {
      if (attribute.type === genericControl.attributeFamilyId && attribute.length >= 2)
        return attribute.u16();
    }
  }
  return undefined;
};

/** Asks for IPVS's version and connection table size. */
export const encodeGetInfo = (family: number): Uint8Array =>
  encodeGenericRequest({ family, command: ipvsCommand.getInfo, kind: "ack" });

export interface IpvsInfo {
  /** "1.2.1" */
  readonly version: string;
  /** Connection hash buckets. */
  readonly size: number;
}

/** "1.2.1" of 0x010201 (NVERSION in ip_vs.h). */
const printVersion = (code: number): string => `${(code >> 16) & 255}.${(code >> 8) & 255}.${code & 255}`;

/** Undefined when the answer holds no version. */
export const decodeInfo = (answer: Uint8Array): IpvsInfo | undefined => {
  const message = new MessageReader(answer);
  while (message.next()) {
    if (message.isFinal) continue;
    const attribute = new AttributeReader(message.view, message.offset + genericPayloadOffset, message.end);
    let version: string | undefined;
    let size = 0;
    while (attribute.next()) {
      if (attribute.type === infoAttribute.version) version = printVersion(attribute.u32());
      if (attribute.type === infoAttribute.connectionTableSize) size = attribute.u32();
    }
    if (version !== undefined) return { version, size };
  }
  return undefined;
};

/** What a decoder of many messages returns: what could be read, and one sentence for everything that could not. */
export interface Decoded<Value> {
  readonly value: Value;
  readonly diagnostics: readonly string[];
}
