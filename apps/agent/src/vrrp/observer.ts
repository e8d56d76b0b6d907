import type { Address } from "@lvs/core/net/address";
import { decodeDatagram, openDatagram } from "@lvs/core/vrrp/datagram";
import type { Finding, Observation, OwnRouter } from "@lvs/core/vrrp/observation";
import { findingsOf, hear, nothingHeard } from "@lvs/core/vrrp/observation";
import { vrrpProtocol } from "@lvs/core/vrrp/packet";
import type { Clock } from "../system/clock.ts";
import type { Packets } from "../system/packets.ts";
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
}

/** What the observer knows now. A link that is not heard is named, never left out: silence is not "nobody speaks". */
export interface Observed {
  readonly observation: Observation;
  readonly findings: readonly Finding[];
  readonly deaf: readonly { readonly link: string; readonly error: SystemError }[];
}

/** Hears every VRRP speaker on the director's links. Never sends. */
export class VrrpObserver {
  readonly #parts: ObserverParts;
  #observation: Observation = nothingHeard;
  #subscriptions = new Map<string, Subscription>();
  readonly #deaf = new Map<string, SystemError>();

  constructor(parts: ObserverParts) {
    this.#parts = parts;
  }

  /** Listens on these links and no others. One that cannot be opened is deaf, the others go on; ask again to try again. */
  async listen(links: readonly ObservedLink[]): Promise<void> {
    const wanted = new Map(links.map((each) => [`${each.link} ${each.interfaceIndex}`, each]));
    for (const [key, subscription] of this.#subscriptions) {
      if (wanted.has(key)) continue;
      subscription.close();
      this.#subscriptions.delete(key);
    }
    this.#deaf.clear();
    for (const [key, each] of wanted) {
      if (!this.#subscriptions.has(key)) await this.#open(key, each);
    }
  }

  async #open(key: string, { link, interfaceIndex }: ObservedLink): Promise<void> {
    const order = { interfaceIndex, protocol: vrrpProtocol };
    const lost = (error: SystemError): void => {
      this.#deaf.set(link, error);
      this.#subscriptions.delete(key);
    };
    try {
      const subscription = await this.#parts.packets.hear(order, (event) => {
        if (event.kind === "failed") lost(event.error);
        else this.#take(link, event.bytes, event.atMs);
      });
      this.#subscriptions.set(key, subscription);
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      lost(error);
    }
  }

  #take(link: string, bytes: Uint8Array, atMs: number): void {
    const source: Address = openDatagram(bytes)?.envelope.source ?? "unknown";
    const heard = { atMs, link, source, decoded: decodeDatagram(bytes) };
    this.#observation = hear(this.#observation, heard, this.#parts.own());
  }

  /** As of now. */
  get observed(): Observed {
    const settings = { nowMs: this.#parts.clock.nowMs(), own: this.#parts.own() };
    return {
      observation: this.#observation,
      findings: findingsOf(this.#observation, settings),
      deaf: [...this.#deaf].map(([link, error]) => ({ link, error })),
    };
  }

  close(): void {
    for (const subscription of this.#subscriptions.values()) subscription.close();
    this.#subscriptions.clear();
  }
}
