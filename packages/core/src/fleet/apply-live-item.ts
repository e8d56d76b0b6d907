import { applyDirectorChange } from "../director/change.ts";
import type { Run } from "../workflow/run.ts";
import type { Fleet, FleetDirector, LiveItem } from "./model.ts";

/**
 * The fleet after one item of the stream, of which `gatherParts` has made a whole one. Pure; parts that an item does not touch keep their identity, so that a view of one
 * director is not drawn again for another's change. An item about a director that the fleet does not have leaves it as it was.
 */
export const applyLiveItem = (fleet: Fleet, item: LiveItem): Fleet => {
  switch (item.kind) {
    case "fleet":
      return withOldFacts(fleet, item.fleet);
    case "registered":
      return withRegistered(fleet, item);
    case "part":
      return fleet;
    case "change":
      return withDirector(fleet, item.directorId, (director) => applyChange(director, item));
    case "connection":
      return withDirector(fleet, item.directorId, (director) => ({
        ...director,
        connection: item.connection,
      }));
    case "event":
      return fleet;
    case "run":
      return { ...fleet, runs: withRun(fleet.runs, item.run) };
    case "clock":
      return { ...fleet, nowMs: item.nowMs };
  }
};

const withDirector = (
  fleet: Fleet,
  directorId: string,
  change: (director: FleetDirector) => FleetDirector,
): Fleet => {
  if (!fleet.directors.some((director) => director.id === directorId)) return fleet;
  return {
    ...fleet,
    directors: fleet.directors.map((director) => (director.id === directorId ? change(director) : director)),
  };
};

/** Of a director whose picture is still to come, what was heard last stays until then, with its age. */
const withOldFacts = (before: Fleet, fleet: Fleet): Fleet => {
  const old = new Map(before.directors.map((director) => [director.id, director]));
  const directors = fleet.directors.map((director) => {
    const { clockOffsetMs, heardAtMs, state } = old.get(director.id) ?? {};
    if (director.isComing === undefined || state === undefined) return director;
    const times = {
      ...(heardAtMs === undefined ? {} : { heardAtMs }),
      ...(clockOffsetMs === undefined ? {} : { clockOffsetMs }),
    };
    return { ...director, ...times, state };
  });
  return { ...fleet, directors };
};

/** Facts of directors that stay are kept. */
const withRegistered = (
  fleet: Fleet,
  { clusters, directors, realServers }: Extract<LiveItem, { kind: "registered" }>,
): Fleet => {
  const known = new Map(fleet.directors.map((director) => [director.id, director]));
  return {
    ...fleet,
    clusters,
    realServers,
    directors: directors.map((director) => ({ ...known.get(director.id), ...director })),
  };
};

/** A first word that is not a snapshot says nothing that can be shown: the stream sends a snapshot before. */
const applyChange = (
  director: FleetDirector,
  { change, heardAtMs, clockOffsetMs }: Extract<LiveItem, { kind: "change" }>,
): FleetDirector => {
  const { isComing, ...rest } = director;
  const heard = {
    ...rest,
    heardAtMs,
    clockOffsetMs: steadyOffset(director.clockOffsetMs, clockOffsetMs),
  };
  if (director.state !== undefined) return { ...heard, state: applyDirectorChange(director.state, change) };
  if (change.kind === "snapshot") return { ...heard, state: change.state };
  return isComing === undefined ? heard : { ...heard, isComing };
};

/** Below this, a measured offset is the wire's delay, not a clock that moved; times on the screen must not dance with it. */
const offsetNoiseMs = 250;

const steadyOffset = (before: number | undefined, measured: number): number =>
  before !== undefined && Math.abs(measured - before) < offsetNoiseMs ? before : measured;

const withRun = (runs: readonly Run[], run: Run): Run[] => {
  const isKnown = runs.some((each) => each.id === run.id);
  return isKnown ? runs.map((each) => (each.id === run.id ? run : each)) : [run, ...runs];
};
