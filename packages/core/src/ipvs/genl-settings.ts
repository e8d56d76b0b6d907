import { addressFamily, addressFromBytes, addressToBytes } from "../net/address.ts";
import type { ByteWriter } from "../net/bytes.ts";
import {
  AttributeReader,
  MessageReader,
  writeAttribute,
  writeNested,
  writeText,
  writeU8,
  writeU16,
  writeU32,
} from "../net/netlink.ts";
import {
  commandAttribute,
  type Decoded,
  encodeGenericRequest,
  genericPayloadOffset,
  ipvsCommand,
} from "./genl.ts";
import type { SyncDaemon, Timeouts } from "./listing-state.ts";

/** Timeouts and sync daemons as generic netlink messages. A daemon's group, port, ttl and length that are left out are the kernel's own choice. */

/** IPVS_DAEMON_ATTR_*. */
const daemonAttribute = {
  state: 1,
  interface: 2,
  syncId: 3,
  maxLength: 4,
  group: 5,
  group6: 6,
  port: 7,
  ttl: 8,
} as const;

const roleNumber = { master: 1, backup: 2 } as const;

/** GET_CONFIG. */
export const encodeGetTimeouts = (family: number): Uint8Array =>
  encodeGenericRequest({ family, command: ipvsCommand.getConfig, kind: "ack" });

/** SET_CONFIG: a timeout that is left out or 0 stays as it is (ip_vs_set_timeout in ip_vs_ctl.c). */
export const encodeSetTimeouts = (family: number, timeouts: Partial<Timeouts>): Uint8Array =>
  encodeGenericRequest({ family, command: ipvsCommand.setConfig, kind: "ack" }, (writer) => {
    if (timeouts.tcpS !== undefined) writeU32(writer, commandAttribute.timeoutTcp, timeouts.tcpS);
    if (timeouts.tcpFinS !== undefined) writeU32(writer, commandAttribute.timeoutTcpFin, timeouts.tcpFinS);
    if (timeouts.udpS !== undefined) writeU32(writer, commandAttribute.timeoutUdp, timeouts.udpS);
  });

/** The answer to GET_CONFIG; undefined when a timeout is missing (a kernel built without that protocol). */
export const decodeTimeouts = (answer: Uint8Array): Timeouts | undefined => {
  const message = new MessageReader(answer);
  while (message.next()) {
    if (message.isFinal) continue;
    const attribute = new AttributeReader(message.view, message.offset + genericPayloadOffset, message.end);
    const found = new Map<number, number>();
    while (attribute.next()) found.set(attribute.type, attribute.u32());
    const tcpS = found.get(commandAttribute.timeoutTcp);
    const tcpFinS = found.get(commandAttribute.timeoutTcpFin);
    const udpS = found.get(commandAttribute.timeoutUdp);
    if (tcpS !== undefined && tcpFinS !== undefined && udpS !== undefined) return { tcpS, tcpFinS, udpS };
  }
  return undefined;
};

const writeGroup = (writer: ByteWriter, group: string): void => {
  const type = addressFamily(group) === "inet" ? daemonAttribute.group : daemonAttribute.group6;
  writeAttribute(writer, type, (inner) => inner.bytes(addressToBytes(group)));
};

/** The daemon attribute of NEW_DAEMON, and of the kernel's answers. */
export const writeDaemon = (writer: ByteWriter, daemon: SyncDaemon): void =>
  writeNested(writer, commandAttribute.daemon, (inner) => {
    writeU32(inner, daemonAttribute.state, roleNumber[daemon.role]);
    writeText(inner, daemonAttribute.interface, daemon.interface);
    writeU32(inner, daemonAttribute.syncId, daemon.syncId);
    if (daemon.maxLength !== undefined) writeU16(inner, daemonAttribute.maxLength, daemon.maxLength);
    if (daemon.group !== undefined) writeGroup(inner, daemon.group);
    if (daemon.port !== undefined) writeU16(inner, daemonAttribute.port, daemon.port);
    if (daemon.ttl !== undefined) writeU8(inner, daemonAttribute.ttl, daemon.ttl);
  });

/** NEW_DAEMON (`ipvsadm --start-daemon`). */
export const encodeStartDaemon = (family: number, daemon: SyncDaemon): Uint8Array =>
  encodeGenericRequest({ family, command: ipvsCommand.newDaemon, kind: "ack" }, (writer) =>
    writeDaemon(writer, daemon),
  );

/** DEL_DAEMON (`ipvsadm --stop-daemon`). */
export const encodeStopDaemon = (family: number, role: SyncDaemon["role"]): Uint8Array =>
  encodeGenericRequest({ family, command: ipvsCommand.deleteDaemon, kind: "ack" }, (writer) =>
    writeNested(writer, commandAttribute.daemon, (inner) =>
      writeU32(inner, daemonAttribute.state, roleNumber[role]),
    ),
  );

/** GET_DAEMON. */
export const encodeDumpDaemons = (family: number): Uint8Array =>
  encodeGenericRequest({ family, command: ipvsCommand.getDaemon, kind: "dump" });

/** One daemon from the stretch of a daemon attribute; undefined when it is damaged or of an unknown role. */
export const readDaemon = (view: DataView, start: number, end: number): SyncDaemon | undefined => {
  const attribute = new AttributeReader(view, start, end);
  let role: SyncDaemon["role"] | undefined;
  let name = "";
  let syncId = 0;
  const rest: { maxLength?: number; group?: string; port?: number; ttl?: number } = {};
  while (attribute.next()) {
    if (attribute.type === daemonAttribute.state) {
      const state = attribute.u32();
      role = state === roleNumber.master ? "master" : state === roleNumber.backup ? "backup" : undefined;
    } else if (attribute.type === daemonAttribute.interface) name = attribute.text();
    else if (attribute.type === daemonAttribute.syncId) syncId = attribute.u32();
    else if (attribute.type === daemonAttribute.maxLength) rest.maxLength = attribute.u16();
    else if (attribute.type === daemonAttribute.port) rest.port = attribute.u16();
    else if (attribute.type === daemonAttribute.ttl) rest.ttl = attribute.u8();
    else if (attribute.type === daemonAttribute.group || attribute.type === daemonAttribute.group6) {
      const group = addressFromBytes(attribute.bytes());
      if (group !== undefined) rest.group = group;
    }
  }
  return role === undefined || attribute.isMalformed ? undefined : { role, interface: name, syncId, ...rest };
};

/** The answer to GET_DAEMON: none, one or both; master first, as the kernel lists them. */
export const decodeDaemons = (answer: Uint8Array): Decoded<SyncDaemon[]> => {
  const value: SyncDaemon[] = [];
  const diagnostics: string[] = [];
  const message = new MessageReader(answer);
  while (message.next()) {
    if (message.isFinal) continue;
    const attribute = new AttributeReader(message.view, message.offset + genericPayloadOffset, message.end);
    while (attribute.next()) {
      if (attribute.type !== commandAttribute.daemon) continue;
      const daemon = readDaemon(message.view, attribute.start, attribute.start + attribute.length);
      if (daemon === undefined) diagnostics.push(`a sync daemon at byte ${message.offset} could not be read`);
      else value.push(daemon);
    }
    if (attribute.isMalformed) diagnostics.push(`damaged attributes at byte ${message.offset}`);
  }
  if (message.isMalformed) diagnostics.push("the answer ends inside a message");
  return { value, diagnostics };
};

/** The kernel's defaults (ip_vs_proto_tcp.c, ip_vs_proto_udp.c). */
export const defaultTimeouts: Timeouts = { tcpS: 900, tcpFinS: 120, udpS: 300 };

/** What an operator should know of timeouts before they are set. */
export type TimeoutConcern =
  /** The TCP timeout was shortened but is not below the FIN timeout: closed connections outlive the vanished ones it was meant to end. */
  | { readonly kind: "tcpNotBelowFin"; readonly tcpS: number; readonly tcpFinS: number }
  /** A connection without traffic for so long is forgotten: its next packet may reach another real server. */
  | { readonly kind: "idleForgotten"; readonly tcpS: number };

/**
 * Empty when there is nothing to know. The TCP timeout is shortened below the kernel's 900 s so that streams whose client vanished (RTMP)
 * leave ActiveConn soon; it then must be lower than the FIN timeout, and it cuts connections that are merely idle.
 */
export const timeoutConcerns = ({ tcpS, tcpFinS }: Timeouts): TimeoutConcern[] => {
  if (tcpS >= defaultTimeouts.tcpS) return [];
  const idle: TimeoutConcern = { kind: "idleForgotten", tcpS };
  return tcpS >= tcpFinS ? [{ kind: "tcpNotBelowFin", tcpS, tcpFinS }, idle] : [idle];
};
