import { applyDirectorChange } from "../director/change.ts";
import type { Run } from "../workflow/run.ts";
import type { Fleet, FleetDirector, LiveItem } from "./model.ts";

/**
 * The fleet after one item of the stream. Pure; parts that an item does not touch keep their identity, so that a view of one
 * director is not drawn again for another's change. An item about a director that the fleet does not have leaves it as it was.
 */
export const applyLiveItem = (fleet: Fleet, item: LiveItem): Fleet => {
  switch (item.kind) {
    case "fleet":
      return item.fleet;
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

/** A first word that is not a snapshot says nothing that can be shown: the stream sends a snapshot before. */
const applyChange = (
  director: FleetDirector,
  { change, heardAtMs, clockOffsetMs }: Extract<LiveItem, { kind: "change" }>,
): FleetDirector => {
  const heard = {
    ...director,
    heardAtMs,
    clockOffsetMs: steadyOffset(director.clockOffsetMs, clockOffsetMs),
  };
  if (director.state !== undefined) return { ...heard, state: applyDirectorChange(director.state, change) };
  return change.kind === "snapshot" ? { ...heard, state: change.state } : heard;
};

/** Below this, a measured offset is the wire's delay, not a clock that moved; times on the screen must not dance with it. */
const offsetNoiseMs = 250;

const steadyOffset = (before: number | undefined, measured: number): number =>
  before !== undefined && Math.abs(measured - before) < offsetNoiseMs ? before : measured;

const withRun = (runs: readonly Run[], run: Run): Run[] => {
  const isKnown = runs.some((each) => each.id === run.id);
  return isKnown ? runs.map((each) => (each.id === run.id ? run : each)) : [run, ...runs];
};
