import type { ConfiguredInstance } from "@lvs/core/director/configured";
import type { DirectorEvent } from "@lvs/core/director/change";
import type { VrrpInstance, VrrpState } from "@lvs/core/director/state";
import type { DumpedInstance } from "./json-dump.ts";
import type { VrrpNotice } from "./notify-line.ts";

/** An address that stands on an interface of this director. */
export interface StandingAddress {
  readonly address: string;
  readonly interface: string;
}

type Transition = NonNullable<VrrpInstance["lastTransition"]>;

interface Tracked {
  readonly base: Omit<DumpedInstance, "state" | "lastTransitionAtMs">;
  state: VrrpState;
  effectivePriority: number;
  lastTransition: Transition | undefined;
}

/**
 * The VRRP instances of this director from three sources: keepalived's dump for what they are, its notify FIFO for when and
 * why they changed, the kernel's addresses for what is true. A daemon that dies says nothing, so its end is a source as well.
 * Every method returns the events that follow; `view` is the picture of now.
 */
export class VrrpTracker {
  #instances = new Map<string, Tracked>();
  #configured: readonly ConfiguredInstance[] = [];
  #standing = new Map<string, StandingAddress>();
  #changedAtMs = new Map<string, number>();
  #isAlive = false;

  /** What the file asks for: shown while keepalived has told nothing (it is down, or has no dumps). */
  setConfigured(instances: readonly ConfiguredInstance[]): void {
    this.#configured = instances;
  }

  /** `askedAtMs`: when the dump was asked for; a FIFO line that came after it is newer than the dump. */
  loadDump(
    dump: readonly DumpedInstance[],
    at: { readonly askedAtMs: number; readonly nowMs: number },
  ): DirectorEvent[] {
    const before = this.#instances;
    this.#isAlive = true;
    this.#instances = new Map(dump.map((each) => [each.name, track(each, before.get(each.name), at)]));
    return dump.flatMap((each) => {
      const was = before.get(each.name);
      const is = this.#instances.get(each.name);
      if (is === undefined || was === undefined || was.state === is.state) return [];
      return [transitionEvent(each.name, was.state, { to: is.state, atMs: at.nowMs, how: "JSON dump" })];
    });
  }

  /** keepalived runs but gives no dump (yet): who holds all of an instance's addresses counts as its MASTER. */
  guess(nowMs: number): void {
    this.#isAlive = true;
    for (const { name } of this.#configured) {
      const tracked = this.#instances.get(name) ?? this.#fromFile(name);
      if (tracked === undefined || tracked.lastTransition?.source === "fifo") continue;
      const held = this.#show(tracked).addresses;
      const to = held.length > 0 && held.every((address) => address.isHeld) ? "MASTER" : "BACKUP";
      if (tracked.state !== to) tracked.lastTransition = { atMs: nowMs, to, source: "address" };
      tracked.state = to;
      this.#instances.set(name, tracked);
    }
  }

  notice(notice: VrrpNotice, atMs: number): DirectorEvent[] {
    if (notice.kind === "group") return [];
    const tracked = this.#instances.get(notice.instance) ?? this.#fromFile(notice.instance);
    if (tracked === undefined) return [];
    if (notice.kind === "deleted") {
      this.#instances.delete(notice.instance);
      return [transitionEvent(notice.instance, tracked.state, { to: "STOP", atMs, how: "FIFO: DELETED" })];
    }
    this.#instances.set(notice.instance, tracked);
    tracked.effectivePriority = notice.priority;
    if (notice.kind === "priority" || tracked.state === notice.state) return [];
    const from = tracked.state;
    tracked.state = notice.state;
    tracked.lastTransition = { atMs, from, to: notice.state, source: "fifo" };
    return [
      transitionEvent(notice.instance, from, {
        to: notice.state,
        atMs,
        how: `FIFO, priority ${notice.priority}`,
      }),
    ];
  }

  /** The VRRP process went away: whatever it last said is over. */
  setDead(atMs: number): DirectorEvent[] {
    if (!this.#isAlive) return [];
    this.#isAlive = false;
    return [...this.#instances].flatMap(([name, tracked]) => {
      const from = tracked.state;
      if (from === "STOP") return [];
      tracked.state = "STOP";
      tracked.lastTransition = { atMs, from, to: "STOP", source: "daemon" };
      return [transitionEvent(name, from, { to: "STOP", atMs, how: "keepalived's VRRP process is gone" })];
    });
  }

  /** All addresses as they stand now: the first picture, and after lost announcements. */
  setStanding(addresses: readonly StandingAddress[], atMs: number): DirectorEvent[] {
    const next = new Map(addresses.map((each) => [keyOf(each), each]));
    const events = [
      ...[...this.#standing.values()]
        .filter((each) => !next.has(keyOf(each)))
        .flatMap((each) => this.removeAddress(each, atMs)),
      ...addresses.flatMap((each) => this.addAddress(each, atMs)),
    ];
    return events;
  }

  addAddress(address: StandingAddress, atMs: number): DirectorEvent[] {
    const key = keyOf(address);
    if (this.#standing.has(key)) return [];
    this.#standing.set(key, address);
    this.#changedAtMs.set(key, atMs);
    return [{ kind: "addressAdded", atMs, subject: address.address, detail: `on ${address.interface}` }];
  }

  removeAddress(address: StandingAddress, atMs: number): DirectorEvent[] {
    const key = keyOf(address);
    if (!this.#standing.delete(key)) return [];
    this.#changedAtMs.set(key, atMs);
    return [{ kind: "addressRemoved", atMs, subject: address.address, detail: `from ${address.interface}` }];
  }

  /** Whether the address belongs to an instance: the others are the host's own. */
  isVirtual(address: string): boolean {
    return this.view().some((instance) => instance.addresses.some((held) => held.address === address));
  }

  /** The first picture is no news: forget when addresses came, so that a start of the agent dates nothing. */
  forgetAddressTimes(): void {
    this.#changedAtMs.clear();
  }

  view(): VrrpInstance[] {
    const shown = new Map(this.#instances);
    for (const { name } of this.#configured) {
      const tracked = shown.get(name) ?? this.#fromFile(name);
      if (tracked !== undefined && (!this.#isAlive || this.#instances.size === 0)) shown.set(name, tracked);
    }
    return [...shown.values()].map((tracked) => this.#show(tracked));
  }

  #show({ base, state, effectivePriority, lastTransition }: Tracked): VrrpInstance {
    const addresses = base.addresses.map(({ address, device }) => {
      const at = { address, interface: device ?? base.interface };
      const changedAtMs = this.#changedAtMs.get(keyOf(at));
      const isHeld = this.#standing.has(keyOf(at));
      return { ...at, isHeld, ...(changedAtMs === undefined ? {} : { changedAtMs }) };
    });
    return {
      name: base.name,
      state: this.#isAlive ? state : "STOP",
      virtualRouterId: base.virtualRouterId,
      interface: base.interface,
      version: base.version,
      priority: base.priority,
      effectivePriority,
      advertIntervalCs: base.advertIntervalCs,
      addresses,
      ...(lastTransition === undefined ? {} : { lastTransition }),
      isOrphaned: !this.#isAlive && addresses.some((address) => address.isHeld),
    };
  }

  #fromFile(name: string): Tracked | undefined {
    const found = this.#configured.find((each) => each.name === name);
    if (found === undefined) return undefined;
    return {
      base: {
        ...found,
        effectivePriority: found.priority,
        addresses: found.virtualAddresses.map(({ address, device }) => ({
          address: address.replace(/\/\d+$/u, ""),
          device,
        })),
      },
      state: "INIT",
      effectivePriority: found.priority,
      lastTransition: undefined,
    };
  }
}

const keyOf = (at: StandingAddress): string => `${at.address} ${at.interface}`;

function track(
  dumped: DumpedInstance,
  before: Tracked | undefined,
  at: { readonly askedAtMs: number; readonly nowMs: number },
): Tracked {
  const heard = before?.lastTransition;
  if (before !== undefined && heard?.source === "fifo" && heard.atMs >= at.askedAtMs) {
    return { ...before, base: dumped };
  }
  const isSame = before?.state === dumped.state && heard !== undefined;
  const from = before === undefined || isSame ? {} : { from: before.state };
  const atMs = dumped.lastTransitionAtMs;
  return {
    base: dumped,
    state: dumped.state,
    effectivePriority: dumped.effectivePriority,
    lastTransition: isSame
      ? heard
      : atMs === undefined
        ? undefined
        : { atMs, ...from, to: dumped.state, source: "dump" },
  };
}

function transitionEvent(
  instance: string,
  from: VrrpState,
  change: { readonly to: VrrpState; readonly atMs: number; readonly how: string },
): DirectorEvent {
  return {
    kind: "vrrpTransition",
    atMs: change.atMs,
    subject: instance,
    detail: `${from} → ${change.to} (${change.how})`,
  };
}
