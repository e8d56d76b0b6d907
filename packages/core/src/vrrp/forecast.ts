import type { InstanceConfig, RouterConfig } from "./machine-model.ts";
import { type Happening, type Transition, simulate } from "./simulation.ts";
import { masterDownMs } from "./timing.ts";

/** A director that runs now. */
export type Running = {
  readonly router: string;
  readonly config: RouterConfig;
  /** Whether it is MASTER of anything now: it matters where nopreempt lets a lower priority keep its place. */
  readonly isMaster: boolean;
};

type Caused<Each> = Each extends Happening ? Omit<Each, "atMs"> : never;
/** What is about to be done to one of them. */
export type Cause = Caused<Happening>;

/** From the least to the most, over the moments at which it may happen between two adverts. */
export type Span = { readonly leastMs: number; readonly mostMs: number };

/** What becomes of one virtual router. */
export type Forecast = {
  readonly virtualRouterId: number;
  readonly link: string;
  /** MASTER before and, settled, after: none, one, or several that do not believe each other. */
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** Until the last change of hands. 0 where nothing changes. */
  readonly settledAfter: Span;
  /** How long nobody is MASTER. */
  readonly withoutMaster: Span;
  /** How long more than one is, beyond the moment of a handover; without end where `after` names several. */
  readonly withSeveral: Span;
};

/** Moments between two adverts that are tried: the result depends on when the last advert was heard. */
const phases = 8;
/** A handover is not a split: the new MASTER's first advert is on its way. */
const handoverMs = 1;

const longestDownMs = ({ version, priority, advertIntervalMs, ...rest }: InstanceConfig): number =>
  masterDownMs({ version, priority, masterAdvertIntervalMs: advertIntervalMs }, rest.downTimerAdverts);

/** Long enough for every takeover, one after the other. */
const settleMsOf = (configs: readonly RouterConfig[]): number => {
  const instances = configs.flatMap((config) => config.instances);
  const times = instances.map((each) => 4 * longestDownMs({ ...each, priority: 1 }) + each.preemptDelayMs);
  return Math.max(1000, ...times);
};

type VirtualRouter = { readonly virtualRouterId: number; readonly link: string };
type Course = {
  readonly before: string[];
  readonly after: string[];
  settled: number;
  none: number;
  several: number;
};

const isOf = (config: RouterConfig | undefined, name: string, of: VirtualRouter): boolean =>
  config?.instances.some(
    (each) => each.name === name && each.virtualRouterId === of.virtualRouterId && each.link === of.link,
  ) ?? false;

/** Who is MASTER of a virtual router, from moment to moment. */
class Watch {
  readonly masters = new Set<string>();
  readonly #course = { settled: 0, none: 0, several: 0 };
  #lastMs: number;
  readonly #causeMs: number;

  constructor(causeMs: number) {
    this.#causeMs = causeMs;
    this.#lastMs = causeMs;
  }

  advance(atMs: number): void {
    const passedMs = atMs - this.#lastMs;
    if (passedMs <= 0) return;
    if (this.masters.size === 0) this.#course.none += passedMs;
    if (this.masters.size > 1 && passedMs > handoverMs) this.#course.several += passedMs;
    this.#lastMs = atMs;
  }

  set(router: string, isMaster: boolean, atMs: number): void {
    if (this.masters.has(router) === isMaster) return;
    this.advance(atMs);
    if (isMaster) this.masters.add(router);
    else this.masters.delete(router);
    this.#course.settled = Math.max(0, atMs - this.#causeMs);
  }

  get course(): { settled: number; none: number; several: number } {
    return { ...this.#course };
  }
}

type Setting = { readonly running: readonly Running[]; readonly cause: Cause; readonly settleMs: number };

/** One run with the cause at one moment: what each virtual router goes through. */
const courseOf = (of: VirtualRouter, { running, cause, settleMs }: Setting, causeMs: number): Course => {
  const starts = running.map(({ router, config, isMaster }): Happening => ({
    atMs: isMaster ? 0 : settleMs,
    router,
    kind: "started",
    config,
  }));
  const untilMs = causeMs + 2 * settleMs;
  const { transitions } = simulate([...starts, { ...cause, atMs: causeMs }], untilMs);
  const configs = new Map(running.map(({ router, config }) => [router, [config]]));
  if ("config" in cause) configs.set(cause.router, [...(configs.get(cause.router) ?? []), cause.config]);
  const isOurs = ({ router, name, of: what }: Transition): boolean =>
    what === "instance" && (configs.get(router) ?? []).some((config) => isOf(config, name, of));
  const watch = new Watch(causeMs);
  const ours = transitions.filter(isOurs);
  for (const { router, state, atMs } of ours) if (atMs < causeMs) watch.set(router, state === "MASTER", 0);
  const before = [...watch.masters];
  if (cause.kind === "killed") watch.set(cause.router, false, causeMs);
  for (const { router, state, atMs } of ours) {
    if (atMs >= causeMs) watch.set(router, state === "MASTER", atMs);
  }
  const after = [...watch.masters];
  const { settled } = watch.course;
  watch.advance(after.length > 1 ? untilMs : causeMs);
  return { ...watch.course, before, after, settled };
};

const spanOf = (values: readonly number[]): Span => ({
  leastMs: Math.min(...values),
  mostMs: Math.max(...values),
});

const forecastOf = (of: VirtualRouter, setting: Setting, intervalMs: number): Forecast => {
  const courses = Array.from({ length: phases }, (_, phase) =>
    courseOf(of, setting, 2 * setting.settleMs + (phase / phases) * intervalMs),
  );
  return {
    ...of,
    before: courses[0]?.before ?? [],
    after: courses[0]?.after ?? [],
    settledAfter: spanOf(courses.map(({ settled }) => settled)),
    withoutMaster: spanOf(courses.map(({ none }) => none)),
    withSeveral: spanOf(courses.map(({ several }) => several)),
  };
};

/**
 * What a change to one director does to every virtual router: who takes over, after how long, and for how long nobody or more than one is
 * MASTER. Adverts are taken to arrive at once and daemons to act at once, so a real takeover is later by what the machines need.
 */
export const forecast = (running: readonly Running[], cause: Cause): Forecast[] => {
  const configs = [...running.map(({ config }) => config), ...("config" in cause ? [cause.config] : [])];
  const setting = { running, cause, settleMs: settleMsOf(configs) };
  const virtualRouters = new Map<string, InstanceConfig>();
  for (const each of configs.flatMap(({ instances }) => instances)) {
    const key = `${each.link} ${each.virtualRouterId}`;
    if (!virtualRouters.has(key)) virtualRouters.set(key, each);
  }
  return [...virtualRouters.values()].map(({ virtualRouterId, link, advertIntervalMs }) =>
    forecastOf({ virtualRouterId, link }, setting, advertIntervalMs),
  );
};
