import { genericControl } from "@lvs/core/ipvs/genl";
import type { IpvsTable } from "@lvs/core/ipvs/model";
import {
  encodeRouteMessage,
  type InterfaceAddress,
  type Link,
  routeMessage,
} from "@lvs/core/net/netlink-address";
import { encodeMessage, MessageReader, netlinkControl } from "@lvs/core/net/netlink";
import { constants } from "node:os";
import type { Clock } from "../clock.ts";
import { Digester } from "../digester.ts";
import type { Netlink, NetlinkAnswer, NetlinkBus, NetlinkDigest, NetlinkEvent } from "../netlink.ts";
import type { SystemError } from "../system-error.ts";
import { type Reply, SimulatedIpvs } from "./simulated-ipvs.ts";

const { ENOENT, EOPNOTSUPP } = constants.errno;

const finalMessage = (errno: number): Uint8Array =>
  encodeMessage({ type: netlinkControl.error, flags: 0, sequence: 0 }, (writer) =>
    writer.u32le(-errno).zeros(16),
  );

/** A kernel in memory behind real netlink bytes. */
export class SimulatedKernel implements Netlink {
  /** Undefined: the ip_vs module is not loaded. */
  ipvs: SimulatedIpvs | undefined;
  /** Where set, every question fails with it: the kernel cannot be asked. */
  failure: SystemError | undefined;
  readonly #clock: Clock;
  readonly #listeners = new Set<(event: NetlinkEvent) => void>();
  #links: Link[] = [];
  #addresses: InterfaceAddress[] = [];

  constructor(clock: Clock, table: IpvsTable | undefined) {
    this.#clock = clock;
    this.ipvs = table === undefined ? undefined : new SimulatedIpvs(table);
  }

  get links(): readonly Link[] {
    return this.#links;
  }

  get addresses(): readonly InterfaceAddress[] {
    return this.#addresses;
  }

  /** Adds or changes an interface and announces it. */
  setLink(link: Link): void {
    this.#links = [...this.#links.filter(({ index }) => index !== link.index), link];
    this.#announce(encodeRouteMessage({ kind: "link-changed", link }));
  }

  /** Puts an address on an interface and announces it; one that is there already is announced again, as the kernel does. */
  addAddress(address: InterfaceAddress): void {
    this.#addresses = [...this.#without(address), address];
    this.#announce(encodeRouteMessage({ kind: "address-added", address }));
  }

  /** Takes an address away and announces it. */
  removeAddress(address: Pick<InterfaceAddress, "interfaceIndex" | "address">): void {
    const found = this.#addresses.find(
      (other) => other.address === address.address && other.interfaceIndex === address.interfaceIndex,
    );
    if (found === undefined) return;
    this.#addresses = this.#without(found);
    this.#announce(encodeRouteMessage({ kind: "address-removed", address: found }));
  }

  #without(address: InterfaceAddress): InterfaceAddress[] {
    return this.#addresses.filter(
      (other) => other.address !== address.address || other.interfaceIndex !== address.interfaceIndex,
    );
  }

  /** Announcements were lost. */
  overrun(): void {
    for (const listen of this.#listeners) listen({ kind: "overrun", atMs: this.#clock.nowMs() });
  }

  #announce(bytes: Uint8Array): void {
    for (const listen of this.#listeners) listen({ kind: "messages", bytes, atMs: this.#clock.nowMs() });
  }

  async *exchange(
    bus: NetlinkBus,
    requests: readonly Uint8Array[],
  ): AsyncGenerator<readonly NetlinkAnswer[]> {
    for (const [index, request] of requests.entries()) {
      if (this.failure !== undefined) throw this.failure;
      const { errno, messages } = bus === "route" ? this.#route(request) : this.#generic(request);
      yield [{ index, errno, bytes: new Uint8Array(Buffer.concat([...messages, finalMessage(errno)])) }];
    }
  }

  async *digest(
    requests: readonly Uint8Array[],
    known: Int32Array,
  ): AsyncGenerator<readonly NetlinkDigest[]> {
    const digester = new Digester();
    for await (const answers of this.exchange("generic", requests)) {
      for (const { index, errno, bytes } of answers) {
        const { fingerprint } = digester;
        if (errno !== 0) yield [{ index, errno, fingerprint, words: new Int32Array(0) }];
        const words = errno === 0 ? digester.digest(bytes, known, index) : undefined;
        if (words !== undefined) yield [{ index, errno, fingerprint, words }];
      }
    }
  }

  #generic(request: Uint8Array): Reply {
    const message = new MessageReader(request);
    const isController = message.next() && message.type === genericControl.type;
    if (this.ipvs === undefined) return { errno: ENOENT, messages: [] };
    return isController ? SimulatedIpvs.familyAnswer() : this.ipvs.answer(request);
  }

  #route(request: Uint8Array): Reply {
    const message = new MessageReader(request);
    message.next();
    if (message.type === routeMessage.getLink)
      return {
        errno: 0,
        messages: this.#links.map((link) => encodeRouteMessage({ kind: "link-changed", link })),
      };
    if (message.type === routeMessage.getAddress) {
      const encode = (address: InterfaceAddress): Uint8Array =>
        encodeRouteMessage({ kind: "address-added", address });
      return { errno: 0, messages: this.#addresses.map(encode) };
    }
    return { errno: EOPNOTSUPP, messages: [] };
  }

  async listen(
    _bus: NetlinkBus,
    _groups: readonly number[],
    listener: (event: NetlinkEvent) => void,
  ): Promise<{ close: () => void }> {
    if (this.failure !== undefined) throw this.failure;
    this.#listeners.add(listener);
    return { close: () => void this.#listeners.delete(listener) };
  }
}
