import { randomBytes } from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";
import { applyDirectorChange, type DirectorChange } from "@lvs/core/director/change";
import { splitServices } from "@lvs/core/director/services-pieces";
import { isLarge } from "@lvs/core/director/snapshot-parts";
import type { FleetEvent } from "@lvs/core/fleet/fleet-event";
import type {
  Cluster,
  Connection,
  Fleet,
  FleetDirector,
  FleetRealServer,
  LiveItem,
  RegisteredDirector,
} from "@lvs/core/fleet/model";
import type { Run } from "@lvs/core/workflow/run";
import { LiveTab, longestQueue, rowsIn, type Entry, type Picture } from "./live-tab.ts";

/**
 * What the console knows of all its clusters, kept in this process, and the stream of it that every browser tab has.
 * Numbers go up by one per item; `epoch` tells this process from the one before, so that an old number is never taken for a new one.
 */

interface Live {
  readonly epoch: string;
  number: number;
  /** The last entries, for a tab that comes back; without pictures, which a reconnect gets fresh. */
  readonly kept: Entry[];
  keptRows: number;
  readonly tabs: Set<LiveTab>;
  clusters: readonly Cluster[];
  realServers: readonly FleetRealServer[];
  readonly directors: Map<string, FleetDirector>;
  readonly runs: Map<string, Run>;
}

declare global {
  var lvsLive: Live | undefined;
}

const keptItems = longestQueue;
/** Rows of the tables in them: past this a tab that comes back is better served with the picture. */
const keptRows = 50_000;
const clockEveryMs = 5_000;
const runKeptMs = 24 * 60 * 60_000;

function live(): Live {
  globalThis.lvsLive ??= {
    epoch: randomBytes(6).toString("hex"),
    number: 0,
    kept: [],
    keptRows: 0,
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
  readonly directors: readonly Pick<
    FleetDirector,
    "id" | "name" | "clusterId" | "address" | "port" | "certificateEndsAtMs"
  >[];
}

/** What the database says there is. Facts of directors that stay are kept, here and in every tab. */
export function setRegistered({ clusters, realServers, directors }: Registered): void {
  const state = live();
  const heard = new Map(state.directors);
  state.clusters = clusters;
  state.realServers = realServers;
  state.directors.clear();
  for (const director of directors) {
    const before: Pick<FleetDirector, "connection"> = heard.get(director.id) ?? {
      connection: { status: "connecting", sinceMs: Date.now() },
    };
    state.directors.set(director.id, { ...before, ...director });
  }
  const known = [...state.directors.values()].map(withoutFacts);
  publish({ kind: "registered", clusters: [...clusters], realServers: [...realServers], directors: known });
}

const withoutFacts = ({
  address,
  certificateEndsAtMs,
  clusterId,
  connection,
  id,
  name,
  port,
}: FleetDirector): RegisteredDirector => ({
  id,
  name,
  clusterId,
  address,
  port,
  ...(certificateEndsAtMs === undefined ? {} : { certificateEndsAtMs }),
  connection,
});

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
  if (change.kind === "event") publish({ kind: "event", directorId, event: change.event });
  else if (change.kind === "snapshot" && isLarge(change.state)) publishPictureOf(directorId);
  else
    for (const piece of piecesOf(change, before))
      publish({ kind: "change", directorId, heardAtMs, clockOffsetMs, change: piece });
  return after;
}

function piecesOf(change: DirectorChange, { state }: FleetDirector): DirectorChange[] {
  return change.kind === "services" && state !== undefined ? splitServices(change, state.table) : [change];
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
  enter({ number: (live().number += 1), item, rows: rowsIn(item) });
}

/** Each tab takes it in portions when its turn comes. */
function publishPictureOf(directorId: string): void {
  enter({ number: (live().number += 1), newPictureOf: directorId });
}

function enter(entry: Entry): void {
  const state = live();
  state.kept.push(entry);
  state.keptRows += rowsOf(entry);
  while (state.kept.length > keptItems || state.keptRows > keptRows) {
    const oldest = state.kept.shift();
    if (oldest !== undefined) state.keptRows -= rowsOf(oldest);
  }
  for (const tab of state.tabs) tab.offer(entry);
}

const rowsOf = (entry: Entry): number => ("rows" in entry ? entry.rows : 0);

/** The entries after `lastEventId`, or undefined where there is a gap that cannot be filled. */
function entriesAfter(lastEventId: string | undefined): Entry[] | undefined {
  const { epoch, number, kept } = live();
  const [lastEpoch, text = ""] = lastEventId?.split("-") ?? [];
  const last = Number(text);
  if (lastEpoch !== epoch || text === "" || !Number.isSafeInteger(last) || last > number) return undefined;
  const missed = number - last;
  return missed <= kept.length ? kept.slice(kept.length - missed) : undefined;
}

const picture: Picture = {
  number: () => live().number,
  director: (id) => live().directors.get(id),
  whole: () => {
    const fleet = currentFleet();
    const coming = fleet.directors.filter(({ state }) => state !== undefined && isLarge(state));
    const ids = new Set(coming.map(({ id }) => id));
    const directors = fleet.directors.map((each) => (ids.has(each.id) ? comingDirector(each) : each));
    return { item: { kind: "fleet", fleet: { ...fleet, directors } }, coming: [...ids] };
  },
};

function comingDirector(director: FleetDirector): FleetDirector {
  return { ...withoutFacts(director), isComing: true };
}

interface Numbered {
  readonly id: string;
  readonly item: LiveItem;
}

/** An id that no stream goes on after: large pictures were on their way. */
const midway = "midway";

/**
 * The stream of one tab: the picture (or what was missed since `lastEventId`), then every item; large pictures in portions between; a
 * clock every five seconds. Ends when `signal` does. An id stands for everything that was sent up to it.
 */
export async function* watchLive(
  lastEventId: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<Numbered, void> {
  const tab = new LiveTab(picture, entriesAfter(lastEventId));
  live().tabs.add(tab);
  let clockAtMs = Date.now() + clockEveryMs;
  const numbered = (item: LiveItem): Numbered => ({
    id: `${live().epoch}-${tab.isMidway ? midway : tab.sentUpTo}`,
    item,
  });
  try {
    while (!signal.aborted) {
      const item = tab.next();
      if (item === undefined) await something(tab, clockAtMs, signal);
      else yield numbered(item);
      // A portion is some milliseconds of work: everybody else's comes between two.
      if (item !== undefined && isPortion(item)) await nextTurn();
      if (Date.now() >= clockAtMs) {
        clockAtMs = Date.now() + clockEveryMs;
        yield numbered({ kind: "clock", nowMs: Date.now() });
      }
    }
  } finally {
    live().tabs.delete(tab);
  }
}

const isPortion = (item: LiveItem): boolean => item.kind === "part" || rowsIn(item) > 0;

/** Waits for the tab's next item, the time of its clock, or its end. */
function something(tab: LiveTab, clockAtMs: number, signal: AbortSignal): Promise<void> {
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
    if (signal.aborted || !tab.isIdle) end();
  });
}
