import type { ByteWriter } from "../net/bytes.ts";
import {
  AttributeReader,
  MessageReader,
  writeAttribute,
  writeNested,
  writeText,
  writeU16,
  writeU16be,
  writeU32,
} from "../net/netlink.ts";
import type { ServiceSettings } from "./change.ts";
import {
  familyNumber,
  familyOfNumber,
  protocolNumber,
  protocolOfNumber,
  readAddress,
  writeAddress,
} from "./genl-address.ts";
import {
  commandAttribute,
  type Decoded,
  encodeGenericRequest,
  genericPayloadOffset,
  ipvsCommand,
} from "./genl.ts";
import { readStatistics, type Statistics, writeStatistics } from "./genl-stats.ts";
import {
  type AddressFamily,
  noCounters,
  noRates,
  type Persistence,
  type ServiceId,
  type VirtualService,
} from "./model.ts";
import { schedulerFlagBits, schedulerFlagNames } from "./schedulers.ts";
import { serviceFamily } from "./table.ts";

/** IPVS_SVC_ATTR_*. */
const serviceAttribute = {
  family: 1,
  protocol: 2,
  address: 3,
  port: 4,
  mark: 5,
  scheduler: 6,
  flags: 7,
  timeout: 8,
  netmask: 9,
  stats: 10,
  engine: 11,
  stats64: 12,
} as const;

/** IP_VS_SVC_F_*. HASHED (2) is the kernel's own and is neither read nor written. */
const serviceFlag = { persistent: 1, onePacket: 4 } as const;

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

interface RawService {
  family: number;
  protocol: number;
  port: number;
  mark: number;
  address: AttributeReader | undefined;
  scheduler: string;
  flags: number;
  timeoutS: number;
  netmask: Uint8Array;
  engine: string | undefined;
  statistics: Statistics | undefined;
}

/** The address is decoded after the walk, because nothing says that the family comes first. */
const readRaw = (view: DataView, start: number, end: number): RawService | undefined => {
  const attribute = new AttributeReader(view, start, end);
  const raw: RawService = {
    family: 2,
    protocol: 0,
    port: 0,
    mark: 0,
    address: undefined,
    scheduler: "",
    flags: 0,
    timeoutS: 0,
    netmask: new Uint8Array(0),
    engine: undefined,
    statistics: undefined,
  };
  while (attribute.next()) readServiceAttribute(view, attribute, raw);
  return attribute.isMalformed ? undefined : raw;
};

const readServiceAttribute = (view: DataView, attribute: AttributeReader, raw: RawService): void => {
  const stretch = (): AttributeReader =>
    new AttributeReader(view, attribute.start, attribute.start + attribute.length);
  switch (attribute.type) {
    case serviceAttribute.family:
      raw.family = attribute.u16();
      break;
    case serviceAttribute.protocol:
      raw.protocol = attribute.u16();
      break;
    case serviceAttribute.address:
      raw.address = stretch();
      raw.address.start = attribute.start;
      raw.address.length = attribute.length;
      break;
    case serviceAttribute.port:
      raw.port = attribute.u16be();
      break;
    case serviceAttribute.mark:
      raw.mark = attribute.u32();
      break;
    case serviceAttribute.scheduler:
      raw.scheduler = attribute.text();
      break;
    case serviceAttribute.flags:
      raw.flags = attribute.u32();
      break;
    case serviceAttribute.timeout:
      raw.timeoutS = attribute.u32();
      break;
    case serviceAttribute.netmask:
      raw.netmask = attribute.bytes();
      break;
    case serviceAttribute.engine:
      raw.engine = attribute.text();
      break;
    case serviceAttribute.stats:
      raw.statistics ??= readStatistics(stretch());
      break;
    case serviceAttribute.stats64:
      raw.statistics = readStatistics(stretch());
      break;
    // An attribute of a newer kernel: netlink's rule is that an old reader passes over it.
    default:
      break;
  }
};

const idOf = (raw: RawService): ServiceId | undefined => {
  const family = familyOfNumber(raw.family);
  if (family === undefined) return undefined;
  if (raw.mark !== 0) return { kind: "fwmark", mark: raw.mark, family };
  const protocol = protocolOfNumber(raw.protocol);
  const address = raw.address === undefined ? undefined : readAddress(raw.address, family);
  if (protocol === undefined || address === undefined) return undefined;
  return { kind: "address", protocol, address, port: raw.port };
};

const maskOf = (bytes: Uint8Array, family: AddressFamily): string | undefined => {
  if (bytes.length < 4) return undefined;
  if (family === "inet6") return bytes[0] === 128 ? undefined : String(bytes[0]);
  const mask = bytes.subarray(0, 4).join(".");
  return mask === "255.255.255.255" ? undefined : mask;
};

const persistenceOf = (raw: RawService, family: AddressFamily): Persistence | undefined => {
  if ((raw.flags & serviceFlag.persistent) === 0) return undefined;
  const mask = maskOf(raw.netmask, family);
  return {
    timeoutS: raw.timeoutS,
    ...(mask === undefined ? {} : { mask }),
    ...(raw.engine === undefined ? {} : { engine: raw.engine }),
  };
};

/** One service (without destinations) from the stretch of a service attribute's value; undefined when it is damaged or unknown. */
export const readService = (view: DataView, start: number, end: number): VirtualService | undefined => {
  const raw = readRaw(view, start, end);
  const id = raw === undefined ? undefined : idOf(raw);
  if (raw === undefined || id === undefined) return undefined;
  const persistence = persistenceOf(raw, serviceFamily(id));
  return {
    id,
    scheduler: raw.scheduler,
    schedulerFlags: schedulerFlagNames(raw.scheduler, raw.flags),
    ...(persistence === undefined ? {} : { persistence }),
    // An engine without the flag: the kernel keeps it and uses it as soon as the service becomes persistent.
    ...(persistence === undefined && raw.engine !== undefined ? { idleEngine: raw.engine } : {}),
    onePacket: (raw.flags & serviceFlag.onePacket) !== 0,
    counters: raw.statistics?.counters ?? noCounters,
    rates: raw.statistics?.rates ?? noRates,
    destinations: [],
  };
};

/** Every service in the answer to `encodeDumpServices`, in the kernel's order, with empty destinations. */
export const decodeServices = (answer: Uint8Array): Decoded<VirtualService[]> => {
  const value: VirtualService[] = [];
  const diagnostics: string[] = [];
  const message = new MessageReader(answer);
  while (message.next()) {
    if (message.isFinal) continue;
    const attribute = new AttributeReader(message.view, message.offset + genericPayloadOffset, message.end);
    while (attribute.next()) {
      if (attribute.type !== commandAttribute.service) continue;
      const service = readService(message.view, attribute.start, attribute.start + attribute.length);
      if (service === undefined)
        diagnostics.push(`a virtual service at byte ${message.offset} could not be read`);
      else value.push(service);
    }
    if (attribute.isMalformed) diagnostics.push(`damaged attributes at byte ${message.offset}`);
  }
  if (message.isMalformed) diagnostics.push("the answer ends inside a message");
  return { value, diagnostics };
};
