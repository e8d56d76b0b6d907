import type { AdvertCount, Speakers } from "@lvs/core/director/speakers";
import type { VrrpInstance } from "@lvs/core/director/state";
import type { AddressFamily } from "@lvs/core/ipvs/model";
import type { Address } from "@lvs/core/net/address";
import type { Link } from "@lvs/core/net/netlink-address";
import type { Finding } from "@lvs/core/vrrp/findings";
import type { OwnRouter } from "@lvs/core/vrrp/observation";
import { type ConfiguredRouter, ownRouters } from "@lvs/core/vrrp/own-routers";
import { Lock } from "../configuration/lock.ts";
import type { Timer } from "../system/clock.ts";
import type { System } from "../system/system.ts";
import { type DeafLink, VrrpObserver } from "../vrrp/observer.ts";
import { findingKey, meaningOf, speakersView } from "../vrrp/speakers-view.ts";
import type { Publisher } from "./publisher.ts";

export interface SpeakersWatchParts {
  readonly system: System;
  readonly publisher: Publisher;
  /** The kernel's interfaces and keepalived's instances as they are now. */
  readonly links: () => readonly Link[];
  readonly addressOf: (link: string, family: AddressFamily) => Address | undefined;
  readonly instances: () => readonly VrrpInstance[];
}

/** What is heard is looked at so often at most: a flood costs a fixed share. */
const lookMs = 100;
/** Between two attempts on a link that could not be heard, and between two full counts. */
const slowMs = 30_000;

/**
 * Publishes who speaks VRRP on the links of the configured instances: at once what changes the meaning (a new speaker, another priority,
 * a finding that begins or ends), with the sweep what only counts.
 */
export class SpeakersWatch {
  readonly #parts: SpeakersWatchParts;
  readonly #observer: VrrpObserver;
  readonly #lock = new Lock();
  #isStarted = false;
  #routers: readonly ConfiguredRouter[] | undefined;
  #own: readonly OwnRouter[] = [];
  #since = new Map<string, number>();
  #published: { readonly view: Speakers; readonly meaning: string } | undefined;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #look: Timer | undefined;
  #slowAtMs = 0;

  constructor(parts: SpeakersWatchParts) {
    this.#parts = parts;
    const { packets, clock } = parts.system;
    this.#observer = new VrrpObserver({
      packets,
      clock,
      own: () => this.#own,
      onHeard: () => this.#lookSoon(),
    });
  }

  /** The links are known from now on. */
  async start(): Promise<void> {
    this.#isStarted = true;
    await this.listen();
  }

  /** What the file asks for now; listens where it says. */
  async setRouters(routers: readonly ConfiguredRouter[]): Promise<void> {
    this.#routers = routers;
    await this.listen();
  }

  /** Links came, went, or went up: listens on those that the file names. */
  async listen(): Promise<void> {
    if (this.#isStarted) await this.#listenNow();
  }

  #listenNow(): Promise<void> {
    return this.#lock.run(async () => {
      this.#slowAtMs = this.#parts.system.clock.monotonicMs();
      const present = this.#parts.links();
      const wanted = this.#wantedLinks().flatMap((link) => {
        const found = present.find(({ name }) => name === link);
        return found === undefined ? [] : [{ link, interfaceIndex: found.index }];
      });
      await this.#observer.listen(wanted);
      this.#publish();
    });
  }

  /** Once a second: who fell silent, and the counts. */
  async sweep(): Promise<void> {
    const { clock } = this.#parts.system;
    const isSlow = clock.monotonicMs() - this.#slowAtMs >= slowMs;
    const isDeaf = (this.#published?.view.deaf.length ?? 0) > 0;
    if (isSlow && isDeaf) await this.listen();
    else this.#publish();
    if (isSlow) this.#slowAtMs = clock.monotonicMs();
    this.#count(isSlow);
  }

  close(): void {
    this.#look?.cancel();
    this.#observer.close();
  }

  #wantedLinks(): string[] {
    return [...new Set((this.#routers ?? []).map(({ link }) => link))];
  }

  #lookSoon(): void {
    if (this.#look !== undefined) return;
    const { clock } = this.#parts.system;
    const waitMs = this.#lookedAtMs + lookMs - clock.monotonicMs();
    if (waitMs <= 0) {
      this.#publish();
      return;
    }
    this.#look = clock.after(waitMs, () => {
      this.#look = undefined;
      this.#publish();
    });
  }

  /** Sends the picture where it says something else than before. */
  #publish(): void {
    const { publisher, system } = this.#parts;
    const atMs = system.clock.nowMs();
    this.#lookedAtMs = system.clock.monotonicMs();
    if (this.#routers === undefined) {
      const reason = "keepalived.conf could not be read, so it is not known where to listen";
      publisher.offer({ kind: "speakers", fact: { status: "unknown", atMs, reason } });
      return;
    }
    const view = this.#view(atMs);
    const meaning = meaningOf(view);
    if (meaning === this.#published?.meaning) return;
    this.#published = { view, meaning };
    publisher.offer({ kind: "speakers", fact: { status: "known", atMs, value: view } });
  }

  /** Counts of who speaks for our own virtual routers each second; of all others now and then. */
  #count(isSlow: boolean): void {
    const { publisher, system } = this.#parts;
    if (this.#published === undefined) return;
    const atMs = system.clock.nowMs();
    const before = new Map(this.#published.view.speakers.map((each) => [countKey(each), each.adverts]));
    const view = this.#view(atMs);
    const counts = view.speakers
      .filter(
        (each) => (isSlow || each.instance !== undefined) && before.get(countKey(each)) !== each.adverts,
      )
      .map(({ link, virtualRouterId, source, lastHeardMs, adverts }) => ({
        link,
        virtualRouterId,
        source,
        lastHeardMs,
        adverts,
      }));
    if (counts.length === 0) {
      publisher.confirm("speakers");
      return;
    }
    this.#published = { ...this.#published, view };
    publisher.send({ kind: "adverts", atMs, counts });
  }

  #view(nowMs: number): Speakers {
    this.#own = ownRouters(this.#routers ?? [], {
      masterSinceMs: (instance) => this.#masterSinceMs(instance),
      addressOf: this.#parts.addressOf,
    });
    const { observed } = this.#observer;
    const since = new Map(
      observed.findings.map((finding) => {
        const key = findingKey(finding);
        return [key, this.#since.get(key) ?? nowMs];
      }),
    );
    this.#since = since;
    const sinceMs = (finding: Finding): number => since.get(findingKey(finding)) ?? nowMs;
    return speakersView({ observed, deaf: this.#unheard(), nowMs, sinceMs });
  }

  /** keepalived's word counts where the kernel bears it out: without a FIFO the word may be old. */
  #masterSinceMs(name: string): number | undefined {
    const instance = this.#parts.instances().find((each) => each.name === name);
    if (instance?.state !== "MASTER") return undefined;
    const { addresses, lastTransition } = instance;
    if (addresses.length > 0 && !addresses.some(({ isHeld }) => isHeld)) return undefined;
    return lastTransition?.to === "MASTER" ? lastTransition.atMs : 0;
  }

  #unheard(): DeafLink[] {
    const present = new Set(this.#parts.links().map(({ name }) => name));
    const missing = this.#wantedLinks()
      .filter((link) => !present.has(link))
      .map((link) => ({ link, reason: `there is no interface ${link}` }));
    const hidden = (this.#routers ?? [])
      .filter(({ isHidden }) => isHidden)
      .map(({ link, instance }) => ({
        link,
        reason: `${instance} has auth_type AH: its adverts are IPsec packets (protocol 51), which are not read`,
      }));
    return [...missing, ...hidden];
  }
}

const countKey = ({ link, virtualRouterId, source }: Omit<AdvertCount, "lastHeardMs" | "adverts">): string =>
  `${link} ${virtualRouterId} ${source}`;
