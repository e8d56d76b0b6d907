import { applyLiveItem } from "@lvs/core/fleet/apply-live-item";
import type { Fleet, LiveItem } from "@lvs/core/fleet/model";
import { knownValue } from "@lvs/core/director/fact";
import { destinationKey, serviceKey } from "@lvs/core/ipvs/table";

/**
 * The tab's one copy of the fleet. Items of the stream are applied as they come and shown once per frame: three hundred directors
 * that speak once a second must not draw the page three hundred times. `streamLostAtMs`: the console itself stopped speaking.
 */
export interface Live {
  readonly fleet: Fleet | undefined;
  /** Console's clock minus this browser's, ms. */
  readonly offsetMs: number;
  readonly stream: "connecting" | "live" | "lost";
  /** Browser's clock, epoch ms. */
  readonly heardAtMs: number | undefined;
  readonly problem: string | undefined;
  /** Events heard by this tab: a list of them is asked for again when it grows. */
  readonly eventCount: number;
}

/** Before the first word. */
export const nothingHeard: Live = {
  fleet: undefined,
  offsetMs: 0,
  stream: "connecting",
  heardAtMs: undefined,
  problem: undefined,
  eventCount: 0,
};

/** What is traced of a row or a service: ActiveConn, and new connections per second. */
export type Traced = "active" | "rate";

/** One of them over the time this tab is open: [console's epoch ms, value]. */
export type Trace = readonly (readonly [number, number])[];

const traceKeptMs = 15 * 60_000;
const traceStepMs = 5_000;

export class LiveStore {
  private live: Live = nothingHeard;
  private shown: Live = this.live;
  private readonly listeners = new Set<() => void>();
  private readonly traces = new Map<string, [number, number][]>();
  private readonly seeded = new Set<string>();
  private isScheduled = false;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly read = (): Live => this.shown;

  /** The traces are kept beside the snapshot: they grow with it and are read when it is drawn. */
  readonly trace = (directorId: string, key: string, traced: Traced): Trace =>
    this.traces.get(`${traced} ${directorId} ${key}`) ?? [];

  /** True once per row: whoever asks next finds it taken care of. */
  needsSeed(directorId: string, key: string): boolean {
    const name = `${directorId} ${key}`;
    if (this.seeded.has(name)) return false;
    this.seeded.add(name);
    return true;
  }

  /** Puts what was sampled before this tab listened in front of what it has heard. */
  seed(directorId: string, key: string, past: Readonly<Record<Traced, Trace>>): void {
    for (const traced of ["active", "rate"] as const) {
      const name = `${traced} ${directorId} ${key}`;
      const heard = this.traces.get(name) ?? [];
      const firstMs = heard[0]?.[0] ?? Number.POSITIVE_INFINITY;
      const before = past[traced].filter(([atMs]) => atMs < firstMs);
      this.traces.set(name, [...before.map(([atMs, value]): [number, number] => [atMs, value]), ...heard]);
    }
    this.schedule();
  }

  apply(item: LiveItem): void {
    const nowMs = Date.now();
    const base = this.live.fleet;
    if (base === undefined && item.kind !== "fleet") return;
    const fleet = item.kind === "fleet" ? item.fleet : base && applyLiveItem(base, item);
    const hasClock = item.kind === "fleet" || item.kind === "clock";
    const measuredMs = hasClock && fleet !== undefined ? fleet.nowMs - nowMs : this.live.offsetMs;
    this.live = {
      fleet,
      // An item only ever comes late, never early: the largest difference is the one least delayed.
      offsetMs: item.kind === "fleet" ? measuredMs : Math.max(measuredMs, this.live.offsetMs),
      stream: "live",
      heardAtMs: nowMs,
      problem: undefined,
      eventCount: this.live.eventCount + (item.kind === "event" ? 1 : 0),
    };
    if (item.kind === "change") this.record(item.directorId, item.heardAtMs);
    if (item.kind === "fleet")
      for (const each of item.fleet.directors) this.record(each.id, item.fleet.nowMs);
    this.schedule();
  }

  setStream(stream: Live["stream"], problem?: string): void {
    this.live = { ...this.live, stream, problem };
    this.schedule();
  }

  private schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    const show = (): void => {
      this.isScheduled = false;
      this.shown = this.live;
      for (const listener of this.listeners) listener();
    };
    // A hidden tab has no frames; its state must go on all the same.
    if (document.visibilityState === "visible") requestAnimationFrame(show);
    else setTimeout(show, 250);
  }

  private record(directorId: string, atMs: number): void {
    const director = this.live.fleet?.directors.find((each) => each.id === directorId);
    const table = director?.state === undefined ? undefined : knownValue(director.state.table);
    for (const service of table?.services ?? []) {
      const key = `${directorId} ${serviceKey(service.id)}`;
      let sum = 0;
      for (const destination of service.destinations) {
        const rowKey = `${key} ${destinationKey(destination)}`;
        sum += destination.activeConnections;
        this.push(`active ${rowKey}`, atMs, destination.activeConnections);
        this.push(`rate ${rowKey}`, atMs, destination.rates.connectionsPerSecond);
      }
      this.push(`active ${key}`, atMs, sum);
      this.push(`rate ${key}`, atMs, service.rates.connectionsPerSecond);
    }
  }

  private push(key: string, atMs: number, value: number): void {
    const trace = this.traces.get(key);
    if (trace === undefined) {
      this.traces.set(key, [[atMs, value]]);
      return;
    }
    const last = trace.at(-1);
    if (last !== undefined && atMs - last[0] < traceStepMs) return;
    trace.push([atMs, value]);
    while (trace[0] !== undefined && atMs - trace[0][0] > traceKeptMs) trace.shift();
  }
}
