import type { ByteWriter } from "../net/bytes.ts";
import { writeAttribute, writeNested, writeText, writeU16, writeU16be, writeU32 } from "../net/netlink.ts";
import type { ServiceSettings } from "./change.ts";
import { familyNumber, protocolNumber, writeAddress } from "./genl-address.ts";
import { commandAttribute, encodeGenericRequest, ipvsCommand } from "./genl.ts";
import { type Statistics, writeStatistics } from "./genl-stats.ts";
import type { AddressFamily, Persistence, ServiceId, VirtualService } from "./model.ts";
import { schedulerFlagBits } from "./schedulers.ts";
import { serviceAttribute, serviceFlag } from "./service-attributes.ts";
import { serviceFamily } from "./table.ts";

const flagBits = (service: ServiceSettings): number =>
  (service.persistence === undefined ? 0 : serviceFlag.persistent) |
  (service.onePacket ? serviceFlag.onePacket : 0) |
  schedulerFlagBits(service.scheduler, service.schedulerFlags);

const writeId = (writer: ByteWriter, id: ServiceId): void => {
  writeU16(writer, serviceAttribute.family, familyNumber[serviceFamily(id)]);
  if (id.kind === "fwmark") {
    writeU32(writer, serviceAttribute.mark, id.mark);
    return;
  }
  writeU16(writer, serviceAttribute.protocol, protocolNumber[id.protocol]);
  writeAddress(writer, serviceAttribute.address, id.address);
  writeU16be(writer, serviceAttribute.port, id.port);
};

/** The service attribute with nothing but its identity: what names a service in every request. */
export const writeServiceId = (writer: ByteWriter, id: ServiceId): void =>
  writeNested(writer, commandAttribute.service, (inner) => writeId(inner, id));

/** The bytes of a netmask attribute: network order for an IPv4 mask, the machine's own for an IPv6 prefix length (ip_vs_ctl.c). */
const maskBytes = (persistence: Persistence | undefined, family: AddressFamily): Uint8Array => {
  if (family === "inet6") {
    const prefixLength = persistence?.mask === undefined ? 128 : Number(persistence.mask);
    return Uint8Array.of(prefixLength & 255, 0, 0, 0);
  }
  const mask = persistence?.mask?.split(".").map(Number) ?? [255, 255, 255, 255];
  return Uint8Array.from(mask);
};

const writeService = (
  writer: ByteWriter,
  service: ServiceSettings,
  statistics: Statistics | undefined,
): void => {
  writeNested(writer, commandAttribute.service, (inner) => {
    writeId(inner, service.id);
    writeText(inner, serviceAttribute.scheduler, service.scheduler);
    const engine = service.persistence?.engine ?? service.idleEngine;
    if (engine !== undefined) writeText(inner, serviceAttribute.engine, engine);
    writeAttribute(inner, serviceAttribute.flags, (value) =>
      value.u32le(flagBits(service)).u32le(0xff_ff_ff_ff),
    );
    writeU32(inner, serviceAttribute.timeout, service.persistence?.timeoutS ?? 0);
    writeAttribute(inner, serviceAttribute.netmask, (value) =>
      value.bytes(maskBytes(service.persistence, serviceFamily(service.id))),
    );
    if (statistics !== undefined) writeStatistics(inner, serviceAttribute.stats64, statistics);
  });
};

/** NEW_SERVICE or SET_SERVICE. */
export const encodeService = (
  family: number,
  command: typeof ipvsCommand.newService | typeof ipvsCommand.setService,
  service: ServiceSettings,
): Uint8Array =>
  encodeGenericRequest({ family, command, kind: "ack" }, (writer) =>
    writeService(writer, service, undefined),
  );

/** DEL_SERVICE, ZERO or FLUSH. Without an id ZERO clears every counter; FLUSH has none and empties the whole table. */
export const encodeServiceCommand = (
  family: number,
  command: typeof ipvsCommand.deleteService | typeof ipvsCommand.zero | typeof ipvsCommand.flush,
  id?: ServiceId,
): Uint8Array =>
  encodeGenericRequest({ family, command, kind: "ack" }, (writer) => {
    if (id !== undefined) writeServiceId(writer, id);
  });

/** Asks for every service, without destinations. */
export const encodeDumpServices = (family: number): Uint8Array =>
  encodeGenericRequest({ family, command: ipvsCommand.getService, kind: "dump" });

/** Asks for one service, without destinations; the kernel refuses with ESRCH when there is none. Read by `decodeServices`. */
export const encodeGetService = (family: number, id: ServiceId): Uint8Array =>
  encodeGenericRequest({ family, command: ipvsCommand.getService, kind: "ack" }, (writer) =>
    writeServiceId(writer, id),
  );

/** The attributes of one service as the kernel answers them, statistics included. */
export const writeServiceAnswer = (writer: ByteWriter, service: VirtualService): void =>
  writeService(writer, service, { counters: service.counters, rates: service.rates });
