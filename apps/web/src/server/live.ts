import { randomBytes } from "node:crypto";
import { applyDirectorChange, type DirectorChange } from "@lvs/core/director/change";
import type { FleetEvent } from "@lvs/core/fleet/fleet-event";
import type {
  Cluster,
  Connection,
  Fleet,
  FleetDirector,
  FleetRealServer,
  LiveItem,
} from "@lvs/core/fleet/model";
import type { Run } from "@lvs/core/workflow/run";

/**
 * What the console knows of all its clusters, kept in this process, and the stream of it that every browser tab has.
 * Numbers go up by one per item; `epoch` tells this process from the one before, so that an old number is never taken for a new one.
 */

interface Numbered {
  readonly id: string;
  readonly item: LiveItem;
}

interface Tab {
  readonly queue: Numbered[];
  /** Its queue overflowed, or its last id is not known: the whole picture comes next. */
  needsFleet: boolean;
  wake: () => void;
}

interface Live {
  readonly epoch: string;
  number: number;
  /** The last items, for a tab that comes back; without pictures, which a reconnect gets fresh. */
  readonly kept: Numbered[];
  readonly tabs: Set<Tab>;
  clusters: readonly Cluster[];
  realServers: readonly FleetRealServer[];
  readonly directors: Map<string, FleetDirector>;
  readonly runs: Map<string, Run>;
}

declare global {
  var lvsLive: Live | undefined;
}

/** A tab that is further behind gets the whole picture instead: reading 2,000 changes is slower than reading the state. */
const longestQueue = 2_000;
const keptItems = 2_000;
const clockEveryMs = 5_000;
const runKeptMs = 24 * 60 * 60_000;

function live(): Live {
  globalThis.lvsLive ??= {
    epoch: randomBytes(6).toString("hex"),
    number: 0,
    kept: [],
    tabs: new Set(),
    clusters: [],
    realServers: [],
    directors: new Map(),
    runs: new Map(),
  };
  return globalThis.lvsLive;
}

/** All that is known now. */
export function currentFleet(): Fleet {
  const { clusters, realServers, directors, runs } = live();
  const nowMs = Date.now();
  for (const [id, run] of runs) {
    if (run.endedAtMs !== undefined && nowMs - run.endedAtMs > runKeptMs) runs.delete(id);
  }
  return {
    nowMs,
    clusters: [...clusters],
    directors: [...directors.values()],
    realServers: [...realServers],
    runs: [...runs.values()],
  };
}

export function fleetDirector(id: string): FleetDirector | undefined {
  return live().directors.get(id);
}

export interface Registered {
  readonly clusters: readonly Cluster[];
  readonly realServers: readonly FleetRealServer[];
  readonly directors: readonly Pick<FleetDirector, "id" | "name" | "clusterId" | "address" | "port">[];
}

/** What the database says there is. Facts of directors that stay are kept; every tab gets the new picture. */
export function setRegistered({ clusters, realServers, directors }: Registered): void {
  const state = live();
  const known = new Map(state.directors);
  state.clusters = clusters;
  state.realServers = realServers;
  state.directors.clear();
  for (const director of directors) {
    const before: Pick<FleetDirector, "connection"> = known.get(director.id) ?? {
      connection: { status: "connecting", sinceMs: Date.now() },
    };
    state.directors.set(director.id, { ...before, ...director });
  }
  publish({ kind: "fleet", fleet: currentFleet() });
}

export interface HeardChange {
  readonly directorId: string;
  readonly heardAtMs: number;
  readonly clockOffsetMs: number;
  readonly change: DirectorChange;
}

/** Adds a change to the picture and sends it to every tab. Undefined where the director is not one of ours any more. */
export function publishChange(heard: HeardChange): FleetDirector | undefined {
  const { directorId, heardAtMs, clockOffsetMs, change } = heard;
  const before = live().directors.get(directorId);
  if (before === undefined) return undefined;
  const state = nextState(before, change);
  const after: FleetDirector = {
    ...before,
    heardAtMs,
    clockOffsetMs,
    ...(state === undefined ? {} : { state }),
  };
  live().directors.set(directorId, after);
  publish(
    change.kind === "event"
      ? { kind: "event", directorId, event: change.event }
      : { kind: "change", directorId, heardAtMs, clockOffsetMs, change },
  );
  return after;
}

function nextState(before: FleetDirector, change: DirectorChange): FleetDirector["state"] {
  if (change.kind === "snapshot") return change.state;
  return before.state === undefined ? undefined : applyDirectorChange(before.state, change);
}

export function publishConnection(directorId: string, connection: Connection): void {
  const before = live().directors.get(directorId);
  if (before === undefined) return;
  live().directors.set(directorId, { ...before, connection });
  publish({ kind: "connection", directorId, connection });
}

export function publishEvent(directorId: string, event: FleetEvent): void {
  publish({ kind: "event", directorId, event });
}

/** The whole run as it is now; call it after each stored change. */
export function publishRun(run: Run): void {
  live().runs.set(run.id, run);
  publish({ kind: "run", run });
}

function publish(item: LiveItem): void {
  const state = live();
  state.number += 1;
  const numbered = { id: `${state.epoch}-${state.number}`, item };
  state.kept.push(numbered);
  if (state.kept.length > keptItems) state.kept.shift();
  for (const tab of state.tabs) {
    if (tab.queue.length >= longestQueue) {
      tab.queue.length = 0;
      tab.needsFleet = true;
    }
    if (!tab.needsFleet) tab.queue.push(numbered);
    tab.wake();
  }
}

/** The items after `lastEventId`, or undefined where there is a gap that cannot be filled. */
function itemsAfter(lastEventId: string | undefined): Numbered[] | undefined {
  const { epoch, number, kept } = live();
  const [lastEpoch, text = ""] = lastEventId?.split("-") ?? [];
  const last = Number(text);
  if (lastEpoch !== epoch || !Number.isSafeInteger(last) || last > number) return undefined;
  const missed = number - last;
  return missed <= kept.length ? kept.slice(kept.length - missed) : undefined;
}

/**
 * The stream of one tab: the picture (or what was missed since `lastEventId`), then every item; a clock every five
 * seconds. Ends when `signal` does. Ids are for resuming; the picture and the clock carry the id of the last item they include.
 */
export async function* watchLive(
  lastEventId: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<Numbered, void> {
  const missed = itemsAfter(lastEventId);
  const tab: Tab = { queue: missed ?? [], needsFleet: missed === undefined, wake: () => undefined };
  live().tabs.add(tab);
  let clockAtMs = Date.now() + clockEveryMs;
  let id = lastEventId ?? "";
  try {
    while (!signal.aborted) {
      if (tab.needsFleet) {
        tab.needsFleet = false;
        id = `${live().epoch}-${live().number}`;
        yield { id, item: { kind: "fleet", fleet: currentFleet() } };
        continue;
      }
      const next = tab.queue.shift();
      if (next !== undefined) {
        id = next.id;
        yield next;
      } else await something(tab, clockAtMs, signal);
      if (Date.now() >= clockAtMs) {
        clockAtMs = Date.now() + clockEveryMs;
        yield { id, item: { kind: "clock", nowMs: Date.now() } };
      }
    }
  } finally {
    live().tabs.delete(tab);
  }
}

/** Waits for the tab's next item, the time of its clock, or its end. */
function something(tab: Tab, clockAtMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      tab.wake = () => undefined;
      resolve();
    };
    const timer = setTimeout(end, Math.max(0, clockAtMs - Date.now()));
    tab.wake = end;
    signal.addEventListener("abort", end, { once: true });
    if (signal.aborted || tab.queue.length > 0 || tab.needsFleet) end();
  });
}
