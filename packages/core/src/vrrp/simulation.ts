import type { Address } from "../net/address.ts";
import { isSameAddressList } from "./acceptance.ts";
import type {
  InstanceConfig,
  ReportedState,
  RouterConfig,
  RouterState,
  TimerName,
  TrackerReport,
  VrrpEffect,
  VrrpEvent,
} from "./machine-model.ts";
import { stoppedRouter } from "./machine-model.ts";
import { step } from "./machine.ts";

/** Something done to a director from outside. Times are milliseconds from the beginning of the simulation. */
export type Happening = { readonly atMs: number; readonly router: string } & (
  | { readonly kind: "started"; readonly config: RouterConfig }
  | { readonly kind: "reloaded"; readonly config: RouterConfig }
  | { readonly kind: "stopped" }
  /** Ends without a word, addresses left behind. */
  | { readonly kind: "killed" }
  /** What it sends is lost and it hears nothing, but its interface stays up. */
  | { readonly kind: "isolated" }
  | { readonly kind: "rejoined" }
  /** A tracker found something; `linkTracker` cuts the wire too. */
  | { readonly kind: "tracked"; readonly tracker: string; readonly report: TrackerReport }
);

/** The tracker that stands for an interface: down means that nothing is sent or heard on that link. */
export const linkTracker = (link: string): string => `interface ${link}`;

/** One line of a timeline: what keepalived would have written to its notify FIFO, and when. */
export type Transition = {
  readonly atMs: number;
  readonly router: string;
  readonly of: "instance" | "group";
  readonly name: string;
  readonly state: ReportedState;
  readonly priority: number;
};

export type Simulated = {
  readonly transitions: readonly Transition[];
  /** Every advert that was sent, on whichever link. */
  readonly adverts: readonly { readonly atMs: number; readonly router: string; readonly instance: string }[];
};

/** How long an advert is on its way: next to nothing, but after everything that its sender did in the same moment. */
const deliveryMs = 0.1;
/** A simulation that does not end is a mistake in the configuration (an interval of 0), not a reason to hang. */
const mostActions = 200_000;

type Advert = {
  readonly from: string;
  readonly sender: InstanceConfig;
  readonly priority: number;
  readonly advertIntervalMs: number;
};

type Action =
  | { readonly kind: "happening"; readonly happening: Happening }
  | {
      readonly kind: "timer";
      readonly router: string;
      readonly instance: string;
      readonly timer: TimerName;
    }
  | { readonly kind: "delivery"; readonly advert: Advert };

type Pending = { readonly atMs: number; readonly order: number; readonly action: Action };

/** Whether two instances on two directors are one virtual router. */
const hears = (listener: InstanceConfig, sender: InstanceConfig): boolean =>
  listener.virtualRouterId === sender.virtualRouterId && listener.link === sender.link;

/** Whether an instance believes another's adverts, as `judge` would for the packet. */
const believes = (listener: InstanceConfig, sender: InstanceConfig): boolean =>
  listener.version === sender.version &&
  isSameAddressList(listener.addresses, sender.addresses) &&
  (listener.version === 3 || listener.advertIntervalMs === sender.advertIntervalMs);

class Network {
  readonly transitions: Transition[] = [];
  readonly adverts: { atMs: number; router: string; instance: string }[] = [];
  readonly #states = new Map<string, RouterState>();
  readonly #isolated = new Set<string>();
  readonly #reports = new Map<string, Readonly<Record<string, TrackerReport>>>();
  #pending: Pending[] = [];
  #order = 0;
  #nowMs = 0;

  run(happenings: readonly Happening[], untilMs: number): void {
    for (const happening of happenings) this.#add(happening.atMs, { kind: "happening", happening });
    for (let actions = 0; actions < mostActions; actions += 1) {
      const next = this.#pending.toSorted((a, b) => a.atMs - b.atMs || a.order - b.order)[0];
      if (next === undefined || next.atMs > untilMs) return;
      this.#pending = this.#pending.filter((each) => each !== next);
      this.#nowMs = next.atMs;
      this.#act(next.action);
    }
  }

  #add(atMs: number, action: Action): void {
    this.#order += 1;
    this.#pending.push({ atMs, order: this.#order, action });
  }

  #act(action: Action): void {
    switch (action.kind) {
      case "happening":
        return this.#happen(action.happening);
      case "timer":
        return this.#tell(action.router, {
          kind: "timerExpired",
          instance: action.instance,
          timer: action.timer,
        });
      case "delivery":
        return this.#deliver(action.advert);
    }
  }

  #happen(happening: Happening): void {
    const { router } = happening;
    switch (happening.kind) {
      case "started": {
        const reports = this.#reports.get(router) ?? {};
        this.#states.set(router, { ...stoppedRouter, reports });
        return this.#tell(router, { kind: "routerStarted", config: happening.config });
      }
      case "reloaded":
        return this.#tell(router, { kind: "configurationReloaded", config: happening.config });
      case "stopped":
        this.#tell(router, { kind: "routerStopped" });
        return this.#forget(router);
      case "killed":
        return this.#forget(router);
      case "isolated":
        this.#isolated.add(router);
        return;
      case "rejoined":
        this.#isolated.delete(router);
        return;
      case "tracked": {
        const { tracker, report } = happening;
        this.#reports.set(router, { ...this.#reports.get(router), [tracker]: report });
        return this.#tell(router, { kind: "trackerReported", tracker, report });
      }
    }
  }

  #forget(router: string): void {
    this.#states.delete(router);
    this.#pending = this.#pending.filter(({ action }) => action.kind !== "timer" || action.router !== router);
  }

  #tell(router: string, event: VrrpEvent): void {
    const state = this.#states.get(router);
    if (state === undefined) return;
    const next = step(state, event);
    // The addresses an advert needs are those of before, too: a stopping router still says that it leaves.
    const configs = [...state.instances, ...next.state.instances].map(({ config }) => config);
    this.#states.set(router, next.state);
    for (const effect of next.effects) this.#perform(router, effect, configs);
  }

  #perform(router: string, effect: VrrpEffect, configs: readonly InstanceConfig[]): void {
    switch (effect.kind) {
      case "sendAdvertisement": {
        const sender = configs.findLast(({ name }) => name === effect.instance);
        if (sender !== undefined) this.#send({ ...effect, from: router, sender });
        return;
      }
      case "startTimer":
        this.#dropTimer(router, effect);
        return this.#add(this.#nowMs + effect.afterMs, { ...effect, kind: "timer", router });
      case "cancelTimer":
        this.#dropTimer(router, effect);
        return;
      case "shiftTimer": {
        const running = this.#dropTimer(router, effect);
        if (running === undefined) return;
        return this.#add(Math.max(this.#nowMs, running.atMs + effect.byMs), running.action);
      }
      case "reportState": {
        const { of, name, state, priority } = effect;
        this.transitions.push({ atMs: this.#nowMs, router, of, name, state, priority });
        return;
      }
      case "holdAddresses":
      case "releaseAddresses":
      case "announceAddresses":
        return;
    }
  }

  #dropTimer(router: string, of: { instance: string; timer: TimerName }): Pending | undefined {
    const running = this.#pending.find(
      ({ action }) =>
        action.kind === "timer" &&
        action.router === router &&
        action.instance === of.instance &&
        action.timer === of.timer,
    );
    this.#pending = this.#pending.filter((each) => each !== running);
    return running;
  }

  #isCut(router: string, link: string): boolean {
    const report = this.#reports.get(router)?.[linkTracker(link)];
    const isDown = report?.kind === "state" && !report.isUp;
    return isDown || this.#isolated.has(router);
  }

  #send(advert: Advert): void {
    if (this.#isCut(advert.from, advert.sender.link)) return;
    this.adverts.push({ atMs: this.#nowMs, router: advert.from, instance: advert.sender.name });
    this.#add(this.#nowMs + deliveryMs, { kind: "delivery", advert });
  }

  #deliver({ from, sender, priority, advertIntervalMs }: Advert): void {
    const source: Address = sender.address;
    for (const [router, state] of this.#states) {
      if (router === from || this.#isCut(router, sender.link)) continue;
      for (const { config } of state.instances) {
        if (!hears(config, sender)) continue;
        const { name: instance } = config;
        if (!believes(config, sender)) {
          this.#tell(router, { kind: "advertisementRefused", instance });
        } else {
          this.#tell(router, {
            kind: "advertisementReceived",
            instance,
            priority,
            source,
            advertIntervalMs,
          });
        }
      }
    }
  }
}

/**
 * Several directors on one simulated network: the timeline that their keepalived would write. Deterministic; nothing waits.
 * What goes on beyond `untilMs` is not looked at.
 */
export const simulate = (happenings: readonly Happening[], untilMs: number): Simulated => {
  const network = new Network();
  network.run(happenings, untilMs);
  return { transitions: network.transitions, adverts: network.adverts };
};
