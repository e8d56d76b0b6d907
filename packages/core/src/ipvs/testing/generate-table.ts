import { addressFromBytes } from "../../net/address.ts";
import { prefixToNetmask } from "../../net/cidr.ts";
import type {
  AddressFamily,
  Counters,
  Destination,
  IpvsTable,
  Persistence,
  Rates,
  ServiceId,
  Tunnel,
  VirtualService,
} from "../model.ts";
import { noCounters, noRates } from "../model.ts";
import { schedulerFlagNames, schedulers } from "../schedulers.ts";
import { destinationKey, serviceFamily, serviceKey } from "../table.ts";

/**
 * Random tables that a real kernel accepts through `ipvsadm -R`, the same for the same seed: every protocol, family, scheduler,
 * flag, mask, engine, forwarding method and kind of tunnel, with names up to the widest. For property tests, the comparison
 * with the real ipvsadm, and measurements.
 */
export type TableShape = {
  readonly services: number;
  /** At most this many real servers per service. */
  readonly destinations: number;
  /** Fill in what only traffic makes: connections, counters, rates, and the method Local. */
  readonly withTraffic: boolean;
};

/** A stream of numbers in [0, 1) from a 32-bit seed (mulberry32): not for secrets. */
export const seededRandom = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

const version = "1.2.1";
const size = 4096;

class TableMaker {
  readonly #random: () => number;
  readonly #shape: TableShape;

  constructor(seed: number, shape: TableShape) {
    this.#random = seededRandom(seed);
    this.#shape = shape;
  }

  #whole(lowest: number, highest: number): number {
    return lowest + Math.floor(this.#random() * (highest - lowest + 1));
  }

  #chance(probability: number): boolean {
    return this.#random() < probability;
  }

  #pick<const T>(first: T, ...others: readonly T[]): T {
    return [first, ...others][this.#whole(0, others.length)] ?? first;
  }

  /** Unicast, from all over the number space: the order of far numbers is where ipvsadm's sorting wraps. */
  #ipv4(): string {
    const first = this.#pick(10, 10, 172, 192, 203, 127, this.#whole(1, 223));
    return `${first}.${this.#whole(0, 255)}.${this.#whole(0, 255)}.${this.#whole(1, 254)}`;
  }

  #ipv6(): string {
    const bytes = new Uint8Array(16);
    const tail = this.#pick(2, 2, 4, 8, 14);
    for (let index = 16 - tail; index < 16; index += 1)
      bytes[index] = this.#chance(0.3) ? 0 : this.#whole(0, 255);
    bytes[15] = this.#whole(1, 255);
    // An IPv4 address in the last bytes alone is printed as one: "::192.0.2.1".
    if (tail === 4 && this.#chance(0.5))
      return addressFromBytes(bytes.fill(this.#whole(1, 223), 12, 13)) ?? "::1";
    bytes.set(this.#pick([0x20, 0x01, 0x0d, 0xb8], [0xfd, this.#whole(0, 255), 0, 0], [0x26, 0x20, 0, 0]));
    return addressFromBytes(bytes) ?? "2001:db8::1";
  }

  #address(family: AddressFamily): string {
    return family === "inet" ? this.#ipv4() : this.#ipv6();
  }

  #port(): number {
    return this.#pick(80, 443, 53, 25, 8080, this.#whole(1, 65_535));
  }

  #family(): AddressFamily {
    return this.#chance(0.3) ? "inet6" : "inet";
  }

  #serviceId(): ServiceId {
    const family = this.#family();
    if (this.#chance(0.15)) {
      const mark = this.#pick(
        this.#whole(1, 20),
        this.#whole(1, 2_147_483_647),
        this.#whole(2_147_483_648, 4_294_967_295),
      );
      return { kind: "fwmark", mark, family };
    }
    const protocol = this.#pick("TCP", "TCP", "UDP", "SCTP");
    const port = this.#chance(0.05) ? 0 : this.#port();
    return { kind: "address", protocol, address: this.#address(family), port };
  }

  #mask(family: AddressFamily): string {
    if (family === "inet6") return String(this.#whole(1, 127));
    return this.#chance(0.2) ? "255.0.255.0" : (prefixToNetmask(this.#whole(1, 31)) ?? "255.255.255.0");
  }

  #persistence(family: AddressFamily): Persistence {
    return {
      timeoutS: this.#pick(1, 50, 300, 2_678_400, this.#whole(1, 100_000)),
      ...(this.#chance(0.4) ? { mask: this.#mask(family) } : {}),
      ...(this.#chance(0.2) ? { engine: "sip" } : {}),
    };
  }

  #flags(scheduler: string): string[] {
    if (!this.#chance(0.4)) return [];
    const own = schedulers.find(({ name }) => name === scheduler)?.flags ?? [];
    return schedulerFlagNames(
      scheduler,
      own.length > 0 ? this.#pick(0x08, 0x10, 0x18, 0x20) : this.#whole(1, 7) * 8,
    );
  }

  #counters(): Counters {
    if (!this.#shape.withTraffic) return noCounters;
    const number = (): number => Math.floor(10 ** (this.#random() * 15.9));
    return {
      connections: number(),
      inPackets: number(),
      outPackets: number(),
      inBytes: number(),
      outBytes: number(),
    };
  }

  #rates(): Rates {
    if (!this.#shape.withTraffic) return noRates;
    const number = (): number => Math.floor(10 ** (this.#random() * 12));
    return {
      connectionsPerSecond: number(),
      inPacketsPerSecond: number(),
      outPacketsPerSecond: number(),
      inBytesPerSecond: number(),
      outBytesPerSecond: number(),
    };
  }

  #tunnel(): Tunnel {
    const checksum = this.#pick("none", "csum", "remcsum");
    return this.#pick<Tunnel>(
      { type: "ipip", port: 0, checksum: "none" },
      { type: "gue", port: this.#whole(1, 65_535), checksum },
      { type: "gre", port: 0, checksum: checksum === "remcsum" ? "csum" : checksum },
    );
  }

  #destination(id: ServiceId): Destination {
    const forwarding = this.#pick("Masq", "Route", "Tunnel", this.#shape.withTraffic ? "Local" : "Route");
    const family = forwarding === "Tunnel" && this.#chance(0.3) ? this.#family() : serviceFamily(id);
    const isFree = forwarding === "Masq" || id.kind === "fwmark";
    const upperThreshold = this.#chance(0.3) ? this.#whole(1, 2_147_483_647) : 0;
    const connections = (): number =>
      this.#shape.withTraffic ? this.#whole(0, this.#pick(9, 4_294_967_295)) : 0;
    return {
      address: this.#address(family),
      port: isFree ? this.#pick(this.#port(), id.kind === "fwmark" ? 0 : id.port) : id.port,
      forwarding,
      weight: this.#pick(0, 1, 100, this.#whole(0, 65_535)),
      upperThreshold,
      lowerThreshold: this.#chance(0.5) ? this.#whole(0, upperThreshold) : 0,
      activeConnections: connections(),
      inactiveConnections: connections(),
      persistentConnections: connections(),
      counters: this.#counters(),
      rates: this.#rates(),
      ...(forwarding === "Tunnel" ? { tunnel: this.#tunnel() } : {}),
    };
  }

  #service(id: ServiceId): VirtualService {
    const scheduler = this.#pick(...schedulerNames);
    const mustPersist = id.kind === "address" && id.port === 0;
    const persistence = mustPersist || this.#chance(0.3) ? this.#persistence(serviceFamily(id)) : undefined;
    const destinations = new Map<string, Destination>();
    for (let count = this.#whole(0, this.#shape.destinations); count > 0; count -= 1) {
      const destination = this.#destination(id);
      destinations.set(destinationKey(destination), destination);
    }
    return {
      id,
      scheduler,
      schedulerFlags: this.#flags(scheduler),
      ...(persistence === undefined ? {} : { persistence }),
      ...(persistence === undefined && this.#chance(0.05) ? { idleEngine: "sip" } : {}),
      onePacket: (id.kind === "fwmark" || id.protocol === "UDP") && this.#chance(0.3),
      counters: this.#counters(),
      rates: this.#rates(),
      destinations: [...destinations.values()],
    };
  }

  table(): IpvsTable {
    const services = new Map<string, VirtualService>();
    while (services.size < this.#shape.services) {
      const id = this.#serviceId();
      services.set(serviceKey(id), this.#service(id));
    }
    return { version, size, services: [...services.values()] };
  }
}

const schedulerNames = ["wlc", ...schedulers.map(({ name }) => name)] as const;

/** The table of that seed and shape. */
export const generateTable = (seed: number, shape: TableShape): IpvsTable =>
  new TableMaker(seed, shape).table();
