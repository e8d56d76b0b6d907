import { type Datagram, openDatagram } from "@lvs/core/vrrp/datagram";
import { type Finding, findingsOf } from "@lvs/core/vrrp/findings";
import type { Observation, OwnRouter } from "@lvs/core/vrrp/observation";
import { forget, hear, nothingHeard, ownOf } from "@lvs/core/vrrp/observation";
import type { Decoded } from "@lvs/core/vrrp/advertisement";
import { decodeAdvertisement, vrrpProtocol } from "@lvs/core/vrrp/packet";
import { refusal } from "@lvs/core/vrrp/refusal";
import type { Clock } from "../system/clock.ts";
import type { PacketEvent, Packets } from "../system/packets.ts";
import type { Subscription } from "../system/subscription.ts";
import { SystemError } from "../system/system-error.ts";

/** An interface on which VRRP is listened to; `link` is the name that `OwnRouter.link` uses. */
export interface ObservedLink {
  readonly link: string;
  readonly interfaceIndex: number;
}

export interface ObserverParts {
  readonly packets: Packets;
  readonly clock: Clock;
  /** The director's own virtual routers as they are now: configuration and state. */
  readonly own: () => readonly OwnRouter[];
  /** Something was heard, or can no longer be. */
  readonly onHeard: () => void;
}

/** A link that cannot be heard, or not all of it. */
export interface DeafLink {
  readonly link: string;
  readonly reason: string;
}

/** What the observer knows now. A link that is not heard is named, never left out: silence is not "nobody speaks". */
export interface Observed {
  readonly observation: Observation;
  readonly findings: readonly Finding[];
  readonly heardLinks: readonly string[];
  readonly deaf: readonly DeafLink[];
}

/** So long after the last advert a speaker is still named, as silent. */
const keptMs = 3_600_000;
/** So long it is said that packets were not looked at. */
const overrunToldMs = 60_000;

/** Hears every VRRP speaker on the director's links. Never sends. */
export class VrrpObserver {
  readonly #parts: ObserverParts;
  #observation: Observation = nothingHeard;
  #wanted: readonly ObservedLink[] = [];
  readonly #subscriptions = new Map<string, Subscription>();
  readonly #deaf = new Map<string, DeafLink>();
  readonly #overruns = new Map<string, { readonly packets: number; readonly atMs: number }>();

  constructor(parts: ObserverParts) {
    this.#parts = parts;
  }

  /** Listens on these links and no others. One that cannot be opened is deaf, the others go on; ask again to try again. */
  async listen(links: readonly ObservedLink[]): Promise<void> {
    const wanted = new Map(links.map((each) => [keyOf(each), each]));
    this.#wanted = links;
    for (const [key, subscription] of this.#subscriptions) {
      if (wanted.has(key)) continue;
      subscription.close();
      this.#subscriptions.delete(key);
    }
    for (const key of this.#deaf.keys()) if (!wanted.has(key)) this.#deaf.delete(key);
    const missing = links.filter((each) => !this.#subscriptions.has(keyOf(each)));
    await Promise.all(missing.map((each) => this.#open(each)));
  }

  async #open(observed: ObservedLink): Promise<void> {
    const { link, interfaceIndex } = observed;
    const key = keyOf(observed);
    try {
      const subscription = await this.#parts.packets.hear(
        { interfaceIndex, protocol: vrrpProtocol },
        (event) => this.#onEvent(observed, event),
      );
      this.#subscriptions.set(key, subscription);
      this.#deaf.delete(key);
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      this.#deaf.set(key, { link, reason: reasonOf(error) });
    }
  }

  #onEvent(observed: ObservedLink, event: PacketEvent): void {
    const { link } = observed;
    switch (event.kind) {
      case "packet":
        this.#take(link, event.bytes, event.atMs);
        break;
      case "overrun":
        this.#overruns.set(link, event);
        break;
      case "failed":
        this.#subscriptions.delete(keyOf(observed));
        this.#deaf.set(keyOf(observed), { link, reason: reasonOf(event.error) });
        break;
    }
    this.#parts.onHeard();
  }

  #take(link: string, bytes: Uint8Array, atMs: number): void {
    const own = this.#parts.own();
    const datagram = openDatagram(bytes);
    const source = datagram?.envelope.source ?? "unknown";
    const decoded = datagram === undefined ? unreadable : decodeFor(own, link, datagram);
    this.#observation = hear(this.#observation, { atMs, link, source, decoded }, own);
  }

  /** As of now. */
  get observed(): Observed {
    const nowMs = this.#parts.clock.nowMs();
    const links = new Set(this.#wanted.map(({ link }) => link));
    this.#observation = forget(this.#observation, { nowMs, keptMs, links });
    const heardLinks = this.#wanted
      .filter((each) => this.#subscriptions.has(keyOf(each)))
      .map(({ link }) => link);
    return {
      observation: this.#observation,
      findings: findingsOf(this.#observation, { nowMs, own: this.#parts.own() }),
      heardLinks,
      deaf: [...this.#deaf.values(), ...this.#halfDeaf(nowMs)],
    };
  }

  #halfDeaf(nowMs: number): DeafLink[] {
    return [...this.#overruns].flatMap(([link, { packets, atMs }]) =>
      nowMs - atMs > overrunToldMs
        ? []
        : [{ link, reason: `more VRRP packets than can be looked at: ${packets} in a second were not` }],
    );
  }

  close(): void {
    for (const subscription of this.#subscriptions.values()) subscription.close();
    this.#subscriptions.clear();
  }
}

const keyOf = ({ link, interfaceIndex }: ObservedLink): string => `${link} ${interfaceIndex}`;

const unreadable: Decoded = { kind: "refused", refusal: refusal("not-ip") };

/** Adverts to one peer may cross routers, so that keepalived does not judge the TTL of a unicast_peer's. */
const decodeFor = (own: readonly OwnRouter[], link: string, { envelope, message }: Datagram): Decoded => {
  const decoded = decodeAdvertisement(message, envelope);
  if (decoded.kind !== "refused" || decoded.refusal.code !== "hop-limit") return decoded;
  const far = decodeAdvertisement(message, { ...envelope, hopLimit: undefined });
  if (far.kind === "refused") return decoded;
  const { virtualRouterId } = far.advertisement;
  const router = ownOf(own, { link, virtualRouterId, source: envelope.source });
  return router?.peers?.includes(envelope.source) === true ? far : decoded;
};

const reasonOf = (error: SystemError): string => {
  if (error.errno === "ENETDOWN") return "the interface is down";
  if (error.code === "no-permission")
    return `the agent may not listen, it lacks CAP_NET_RAW: ${error.message}`;
  return error.message;
};
