import { AttributeReader, MessageReader } from "../net/netlink.ts";
import { familyOfNumber, protocolOfNumber, readAddress } from "./genl-address.ts";
import { commandAttribute, type Decoded, genericPayloadOffset } from "./genl.ts";
import { readStatistics, type Statistics } from "./genl-stats.ts";
import {
  type AddressFamily,
  noCounters,
  noRates,
  type Persistence,
  type ServiceId,
  type VirtualService,
} from "./model.ts";
import { schedulerFlagNames } from "./schedulers.ts";
import { serviceAttribute, serviceFlag } from "./service-attributes.ts";
import { serviceFamily } from "./table.ts";

const noStatistics: Statistics = { counters: noCounters, rates: noRates };

/** Where a value stands in the view. */
interface Place {
  start: number;
  length: number;
}

/** Decodes services one after another with readers that are made once per answer: a table has thousands of them, each second. */
class ServiceDecoder {
  readonly #view: DataView;
  readonly #attribute: AttributeReader;
  readonly #value: AttributeReader;
  readonly #address: Place = { start: 0, length: 0 };
  readonly #netmask: Place = { start: 0, length: 0 };
  readonly #statistics: Place = { start: 0, length: 0 };
  #family = 2;
  #protocol = 0;
  #port = 0;
  #mark = 0;
  #scheduler = "";
  #flags = 0;
  #timeoutS = 0;
  #engine: string | undefined;
  #hasWide = false;

  constructor(view: DataView) {
    this.#view = view;
    this.#attribute = new AttributeReader(view, 0, 0);
    this.#value = new AttributeReader(view, 0, 0);
  }

  /** Undefined for a damaged service, or one of a family or protocol that does not exist. */
  read(start: number, end: number): VirtualService | undefined {
    const attribute = this.#attribute.reset(start, end);
    this.#forget();
    attribute.isMalformed = false;
    while (attribute.next()) this.#take(attribute);
    // The address is decoded after the walk, because nothing says that the family comes first.
    const id = attribute.isMalformed ? undefined : this.#id();
    if (id === undefined) return undefined;
    const persistence = this.#persistence(serviceFamily(id));
    const { counters, rates } = this.#readStatistics();
    return {
      id,
      scheduler: this.#scheduler,
      schedulerFlags: schedulerFlagNames(this.#scheduler, this.#flags),
      ...(persistence === undefined ? {} : { persistence }),
      // An engine without the flag: the kernel keeps it and uses it as soon as the service becomes persistent.
      ...(persistence === undefined && this.#engine !== undefined ? { idleEngine: this.#engine } : {}),
      onePacket: (this.#flags & serviceFlag.onePacket) !== 0,
      counters,
      rates,
      destinations: [],
    };
  }

  #forget(): void {
    this.#family = 2;
    this.#protocol = this.#port = this.#mark = this.#flags = this.#timeoutS = 0;
    this.#address.length = this.#netmask.length = this.#statistics.length = 0;
    this.#scheduler = "";
    this.#engine = undefined;
    this.#hasWide = false;
  }

  #take(attribute: AttributeReader): void {
    switch (attribute.type) {
      case serviceAttribute.family:
        this.#family = attribute.u16();
        break;
      case serviceAttribute.protocol:
        this.#protocol = attribute.u16();
        break;
      case serviceAttribute.address:
        this.#note(this.#address, attribute);
        break;
      case serviceAttribute.port:
        this.#port = attribute.u16be();
        break;
      case serviceAttribute.mark:
        this.#mark = attribute.u32();
        break;
      case serviceAttribute.scheduler:
        this.#scheduler = attribute.text();
        break;
      case serviceAttribute.flags:
        this.#flags = attribute.u32();
        break;
      case serviceAttribute.timeout:
        this.#timeoutS = attribute.u32();
        break;
      case serviceAttribute.netmask:
        this.#note(this.#netmask, attribute);
        break;
      case serviceAttribute.engine:
        this.#engine = attribute.text();
        break;
      case serviceAttribute.stats:
        // Kept unread: a kernel since 4.1 sends the same numbers as STATS64.
        if (!this.#hasWide) this.#note(this.#statistics, attribute);
        break;
      case serviceAttribute.stats64:
        this.#hasWide = true;
        this.#note(this.#statistics, attribute);
        break;
      // An attribute of a newer kernel: netlink's rule is that an old reader passes over it.
      default:
        break;
    }
  }

  #note(place: Place, attribute: AttributeReader): void {
    place.start = attribute.start;
    place.length = attribute.length;
  }

  #readStatistics(): Statistics {
    const { start, length } = this.#statistics;
    return length === 0 ? noStatistics : readStatistics(this.#value.reset(start, start + length));
  }

  #id(): ServiceId | undefined {
    const family = familyOfNumber(this.#family);
    if (family === undefined) return undefined;
    if (this.#mark !== 0) return { kind: "fwmark", mark: this.#mark, family };
    const protocol = protocolOfNumber(this.#protocol);
    const address = this.#readAddress(family);
    if (protocol === undefined || address === undefined) return undefined;
    return { kind: "address", protocol, address, port: this.#port };
  }

  #readAddress(family: AddressFamily): string | undefined {
    const { start, length } = this.#address;
    if (length < (family === "inet" ? 4 : 16)) return undefined;
    if (family === "inet") return this.#dotted(start);
    this.#value.start = start;
    this.#value.length = length;
    return readAddress(this.#value, family);
  }

  #dotted(at: number): string {
    const view = this.#view;
    const [a, b] = [view.getUint8(at), view.getUint8(at + 1)];
    return `${a}.${b}.${view.getUint8(at + 2)}.${view.getUint8(at + 3)}`;
  }

  #mask(family: AddressFamily): string | undefined {
    const { start, length } = this.#netmask;
    if (length < 4) return undefined;
    if (family === "inet6") {
      const prefix = this.#view.getUint8(start);
      return prefix === 128 ? undefined : String(prefix);
    }
    const mask = this.#dotted(start);
    return mask === "255.255.255.255" ? undefined : mask;
  }

  #persistence(family: AddressFamily): Persistence | undefined {
    if ((this.#flags & serviceFlag.persistent) === 0) return undefined;
    const mask = this.#mask(family);
    return {
      timeoutS: this.#timeoutS,
      ...(mask === undefined ? {} : { mask }),
      ...(this.#engine === undefined ? {} : { engine: this.#engine }),
    };
  }
}

/** One service (without destinations) from the stretch of a service attribute's value; undefined when it is damaged or unknown. */
export const readService = (view: DataView, start: number, end: number): VirtualService | undefined =>
  new ServiceDecoder(view).read(start, end);

/** Every service in the answer to `encodeDumpServices`, in the kernel's order, with empty destinations. */
export const decodeServices = (answer: Uint8Array): Decoded<VirtualService[]> => {
  const value: VirtualService[] = [];
  const diagnostics: string[] = [];
  const message = new MessageReader(answer);
  const attribute = new AttributeReader(message.view, 0, 0);
  const decoder = new ServiceDecoder(message.view);
  while (message.next()) {
    if (message.isFinal) continue;
    attribute.reset(message.offset + genericPayloadOffset, message.end);
    attribute.isMalformed = false;
    while (attribute.next()) {
      if (attribute.type !== commandAttribute.service) continue;
      const service = decoder.read(attribute.start, attribute.start + attribute.length);
      if (service === undefined)
        diagnostics.push(`a virtual service at byte ${message.offset} could not be read`);
      else value.push(service);
    }
    if (attribute.isMalformed) diagnostics.push(`damaged attributes at byte ${message.offset}`);
  }
  if (message.isMalformed) diagnostics.push("the answer ends inside a message");
  return { value, diagnostics };
};
