import { applyLiveItem } from "@lvs/core/fleet/apply-live-item";
import { joinRowsInSteps } from "@lvs/core/fleet/rows";
import { gatherParts, noParts } from "@lvs/core/fleet/live-parts";
import type { Fleet, LiveItem } from "@lvs/core/fleet/model";
import { Traces, type Trace, type Traced } from "./traces.ts";

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

interface Preparing {
  readonly rows: ReturnType<typeof joinRowsInSteps>;
  readonly waiting: LiveItem[];
}

/** Half of a frame. */
const sliceMs = 8;

const isHidden = (): boolean => document.visibilityState !== "visible";

export class LiveStore {
  private live: Live = nothingHeard;
  private shown: Live = this.live;
  private readonly listeners = new Set<() => void>();
  private readonly traces = new Traces();
  /** Of large pictures that are not whole yet. */
  private parts = noParts;
  /** Whole pictures whose rows are not joined yet, by director, with what changed of them since. */
  private readonly preparing = new Map<string, Preparing>();
  private isPreparing = false;
  private readonly seeded = new Set<string>();
  private isScheduled = false;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly read = (): Live => this.shown;

  /** The traces are kept beside the snapshot: they grow with it and are read when it is drawn. */
  readonly trace = (directorId: string, key: string, traced: Traced): Trace =>
    this.traces.read(directorId, key, { traced, nowMs: Date.now() });

  /** True once per row: whoever asks next finds it taken care of. */
  needsSeed(directorId: string, key: string): boolean {
    const name = `${directorId} ${key}`;
    if (this.seeded.has(name)) return false;
    this.seeded.add(name);
    return true;
  }

  /** Puts what was sampled before this tab listened in front of what it has heard. */
  seed(directorId: string, key: string, past: Readonly<Record<Traced, Trace>>): void {
    this.traces.seed(directorId, key, past);
    this.schedule();
  }

  apply(item: LiveItem): void {
    const { held, item: whole } = gatherParts(this.parts, item);
    this.parts = held;
    this.live = { ...this.live, stream: "live", heardAtMs: Date.now(), problem: undefined };
    if (whole !== undefined && !this.prepares(item, whole)) this.applyWhole(whole);
    this.schedule();
  }

  /** Whether the item has to wait: for the rows of a large picture that is whole now, or of the one that it changes. */
  private prepares(item: LiveItem, whole: LiveItem): boolean {
    if (item.kind === "fleet") this.preparing.clear();
    if (item.kind !== "change" || whole.kind !== "change") return false;
    const { change } = whole;
    if (item.change.kind === "snapshot" && (item.change.parts ?? 0) > 0 && change.kind === "snapshot") {
      const { directorId } = item;
      const runs = this.live.fleet?.runs ?? [];
      const rows = joinRowsInSteps({ directorId, state: change.state, runs });
      this.preparing.set(directorId, { rows, waiting: [whole] });
      this.prepare();
      return true;
    }
    const waiting = this.preparing.get(item.directorId)?.waiting;
    waiting?.push(whole);
    return waiting !== undefined;
  }

  /** The rows of a large picture are joined before it is shown, a few at a time: the page answers meanwhile. */
  private prepare(): void {
    if (this.isPreparing) return;
    this.isPreparing = true;
    const go = (): void => {
      const untilMs = performance.now() + sliceMs;
      for (const [directorId, { rows, waiting }] of this.preparing) {
        let isDone = false;
        while (!isDone && (performance.now() < untilMs || isHidden())) isDone = rows.next().done === true;
        if (!isDone) break;
        this.preparing.delete(directorId);
        for (const item of waiting) this.applyWhole(item);
        this.schedule();
      }
      this.isPreparing = this.preparing.size > 0;
      if (this.isPreparing) setTimeout(go, 0);
    };
    setTimeout(go, 0);
  }

  private applyWhole(item: LiveItem): void {
    const base = this.live.fleet;
    if (base === undefined && item.kind !== "fleet") return;
    const fleet =
      base === undefined && item.kind === "fleet" ? item.fleet : base && applyLiveItem(base, item);
    const hasClock = item.kind === "fleet" || item.kind === "clock";
    const measuredMs = hasClock && fleet !== undefined ? fleet.nowMs - Date.now() : this.live.offsetMs;
    this.live = {
      ...this.live,
      fleet,
      // An item only ever comes late, never early: the largest difference is the one least delayed.
      offsetMs: item.kind === "fleet" ? measuredMs : Math.max(measuredMs, this.live.offsetMs),
      eventCount: this.live.eventCount + (item.kind === "event" ? 1 : 0),
    };
    if (item.kind === "change") this.record(item.directorId, item.heardAtMs);
    if (item.kind === "fleet")
      for (const each of fleet?.directors ?? []) this.traces.record(each, item.fleet.nowMs);
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
    if (isHidden()) setTimeout(show, 250);
    else requestAnimationFrame(show);
  }

  private record(directorId: string, atMs: number): void {
    const director = this.live.fleet?.directors.find((each) => each.id === directorId);
    if (director !== undefined) this.traces.record(director, atMs);
  }
}
