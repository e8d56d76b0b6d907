import type { ConfiguredInstance } from "@lvs/core/director/configured";
import type { Host } from "@lvs/core/director/state";
import type { AddressFamily } from "@lvs/core/ipvs/model";
import type { Address } from "@lvs/core/net/address";
import type { ConfiguredRouter } from "@lvs/core/vrrp/own-routers";
import type { Engine } from "../engine/engine.ts";
import { parseCheckerNotice, type CheckerNotice } from "../health/notify-line.ts";
import { messageOf, type Logger } from "../log.ts";
import type { AddressEvent, AddressSnapshot } from "../system/addresses.ts";
import type { FifoEvent } from "../system/fifos.ts";
import type { Subscription } from "../system/subscription.ts";
import type { System } from "../system/system.ts";
import { SystemError } from "../system/system-error.ts";
import { parseVrrpNotice } from "../vrrp/notify-line.ts";
import { VrrpTracker, type StandingAddress } from "../vrrp/tracker.ts";
import type { Publisher } from "./publisher.ts";
import { SpeakersWatch } from "./speakers-watch.ts";

export interface VrrpWatchParts {
  readonly system: System;
  readonly engine: Engine;
  readonly publisher: Publisher;
  readonly log: Logger;
  readonly onCheckerNotice: (notice: CheckerNotice, atMs: number) => void;
  /** The FIFO was made anew: keepalived reloaded or started. */
  readonly onReopened: () => void;
  /** The addresses of the host changed. */
  readonly onInterfaces: () => void;
}

/** Lines that wait in a pipe when it is opened are of the past; what they led to is in the dump that follows. */
const drainMs = 60;

/** A signal that asks for a dump ends a daemon that has not set up its signals yet. */
const settledAfterMs = 1_000;

/** Joins the three sources of VRRP state: FIFO lines, address announcements, dumps. Events are published at once. */
export class VrrpWatch {
  readonly tracker = new VrrpTracker();
  readonly #parts: VrrpWatchParts;
  readonly #fifos = new Map<string, Subscription>();
  readonly #speakers: SpeakersWatch;
  #addresses: Subscription | undefined;
  #snapshot: AddressSnapshot | undefined;
  #isDraining = true;
  #needsDump = true;
  #failure: string | undefined;
  #saidNoDump: string | undefined;

  constructor(parts: VrrpWatchParts) {
    this.#parts = parts;
    this.#speakers = new SpeakersWatch({
      system: parts.system,
      publisher: parts.publisher,
      links: () => this.#snapshot?.links ?? [],
      addressOf: (link, family) => this.#addressOf(link, family),
      instances: () => this.tracker.view(),
    });
  }

  get hasFifo(): boolean {
    return this.#fifos.size > 0;
  }

  async start(fifos: readonly string[]): Promise<void> {
    const { system } = this.#parts;
    this.#addresses = await system.addresses.watch((event) => this.#onAddress(event));
    await this.readAddresses();
    this.tracker.forgetAddressTimes();
    await this.setFifos(fifos);
    await system.clock.sleep(drainMs);
    this.#isDraining = false;
    await this.#speakers.start();
  }

  /** Reads these FIFOs from now on. */
  async setFifos(paths: readonly string[]): Promise<void> {
    for (const [path, subscription] of this.#fifos) {
      if (paths.includes(path)) continue;
      subscription.close();
      this.#fifos.delete(path);
    }
    for (const path of paths) {
      if (this.#fifos.has(path)) continue;
      try {
        const opened = await this.#parts.system.fifos.open(path, {}, (event) => this.#onFifo(event));
        this.#fifos.set(path, opened);
      } catch (error) {
        this.#parts.log.warn("a notify FIFO cannot be read", { path, reason: messageOf(error) });
      }
    }
  }

  async setConfigured(
    instances: readonly ConfiguredInstance[],
    routers: readonly ConfiguredRouter[],
  ): Promise<void> {
    this.tracker.setConfigured(instances);
    await this.#speakers.setRouters(routers);
  }

  /** Something happened that the FIFO does not tell (start, reload, lost lines): ask for the whole picture at the next sweep. */
  askAgain(): void {
    this.#needsDump = true;
  }

  /** Once a sweep. `aliveForMs`: how long the VRRP process runs at least; undefined: it does not. */
  async sweep(aliveForMs: number | undefined): Promise<void> {
    const { system, publisher } = this.#parts;
    if (aliveForMs === undefined) {
      this.#needsDump = true;
      publisher.sendEvents(this.tracker.setDead(system.clock.nowMs()));
    } else if (this.#needsDump && aliveForMs >= settledAfterMs) {
      await this.#dump();
    } else if (this.#needsDump) {
      this.tracker.guess(system.clock.nowMs());
    }
    this.publish();
    await this.#speakers.sweep();
  }

  publish(): void {
    const atMs = this.#parts.system.clock.nowMs();
    this.#parts.publisher.offer({
      kind: "vrrp",
      fact:
        this.#failure === undefined
          ? { status: "known", atMs, value: this.tracker.view() }
          : { status: "unknown", atMs, reason: this.#failure },
    });
  }

  interfaces(): Host["interfaces"] {
    const { links = [], addresses = [] } = this.#snapshot ?? {};
    return links.map((link) => ({
      name: link.name,
      isUp: link.isUp,
      mac: link.macAddress ?? "",
      addresses: addresses
        .filter((each) => each.interfaceIndex === link.index)
        .map((each) => `${each.address}/${each.prefixLength}`),
    }));
  }

  /** From where keepalived speaks on an interface: its first own address, of IPv6 the link-local one. */
  #addressOf(link: string, family: AddressFamily): Address | undefined {
    const index = this.#snapshot?.links.find(({ name }) => name === link)?.index;
    const all = (this.#snapshot?.addresses ?? []).filter(
      (each) =>
        each.interfaceIndex === index &&
        each.family === family &&
        (family === "inet" || each.scope === "link"),
    );
    // The owner of a VIP (priority 255) has no other.
    return (all.find((each) => !this.tracker.isVirtual(each.address)) ?? all[0])?.address;
  }

  async readAddresses(): Promise<void> {
    const { system, publisher } = this.#parts;
    try {
      const snapshot = await system.addresses.snapshot();
      const isFirst = this.#snapshot === undefined;
      this.#snapshot = snapshot;
      const events = this.tracker.setStanding(standingOf(snapshot), snapshot.readAtMs);
      if (!isFirst) publisher.sendEvents(events.filter((event) => this.tracker.isVirtual(event.subject)));
      this.#failure = undefined;
    } catch (error) {
      this.#failure = messageOf(error);
    }
  }

  close(): void {
    this.#speakers.close();
    this.#addresses?.close();
    for (const subscription of this.#fifos.values()) subscription.close();
  }

  async #dump(): Promise<void> {
    const { engine, system, publisher, log } = this.#parts;
    const askedAtMs = system.clock.nowMs();
    try {
      const dump = await engine.dump();
      publisher.sendEvents(this.tracker.loadDump(dump, { askedAtMs, nowMs: system.clock.nowMs() }));
      this.#needsDump = false;
    } catch (error) {
      this.tracker.guess(system.clock.nowMs());
      if (this.#saidNoDump !== messageOf(error))
        log.warn("keepalived gave no dump", { reason: messageOf(error) });
      this.#saidNoDump = messageOf(error);
      if (error instanceof SystemError && error.code === "not-supported") this.#needsDump = false;
    }
  }

  #onFifo(event: FifoEvent): void {
    const { publisher, log, onCheckerNotice, onReopened } = this.#parts;
    switch (event.kind) {
      case "failed":
        log.warn("a notify FIFO failed", { reason: event.error.message });
        return;
      case "reopened":
        this.#needsDump = true;
        onReopened();
        return;
      case "line": {
        if (this.#isDraining) return;
        const notice = parseVrrpNotice(event.text);
        if (notice !== undefined) {
          publisher.sendEvents(this.tracker.notice(notice, event.atMs));
          this.publish();
          return;
        }
        const checker = parseCheckerNotice(event.text);
        if (checker !== undefined) onCheckerNotice(checker, event.atMs);
        else log.warn("a line of the notify FIFO is not known", { line: event.text });
        return;
      }
    }
  }

  #onAddress(event: AddressEvent): void {
    const { publisher, log, onInterfaces } = this.#parts;
    switch (event.kind) {
      case "failed":
        log.warn("address announcements failed", { reason: event.error.message });
        return;
      case "overrun":
      case "link-removed":
      case "link-changed":
        void this.readAddresses().then(() => {
          this.publish();
          onInterfaces();
          return this.#speakers.listen();
        });
        return;
      case "address-added":
      case "address-removed": {
        const name = this.#snapshot?.links.find((link) => link.index === event.address.interfaceIndex)?.name;
        if (name === undefined) {
          void this.readAddresses().then(onInterfaces);
          return;
        }
        this.#keepInSnapshot(event);
        const standing = { address: event.address.address, interface: name };
        const isAdded = event.kind === "address-added";
        const events = isAdded
          ? this.tracker.addAddress(standing, event.atMs)
          : this.tracker.removeAddress(standing, event.atMs);
        this.publish();
        onInterfaces();
        publisher.sendEvents(events.filter((each) => this.tracker.isVirtual(each.subject)));
        return;
      }
    }
  }

  #keepInSnapshot(event: Extract<AddressEvent, { kind: "address-added" | "address-removed" }>): void {
    if (this.#snapshot === undefined) return;
    const { address, interfaceIndex, prefixLength } = event.address;
    const others = this.#snapshot.addresses.filter(
      (each) =>
        each.address !== address ||
        each.interfaceIndex !== interfaceIndex ||
        each.prefixLength !== prefixLength,
    );
    const addresses = event.kind === "address-added" ? [...others, event.address] : others;
    this.#snapshot = { ...this.#snapshot, addresses };
  }
}

function standingOf(snapshot: AddressSnapshot): StandingAddress[] {
  const names = new Map(snapshot.links.map((link) => [link.index, link.name]));
  return snapshot.addresses.flatMap((each) => {
    const name = names.get(each.interfaceIndex);
    return name === undefined ? [] : [{ address: each.address, interface: name }];
  });
}
