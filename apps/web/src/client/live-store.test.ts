import { rowsOfService, splitSnapshot } from "@lvs/core/director/snapshot-parts";
import type { FleetDirector, LiveItem } from "@lvs/core/fleet/model";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { largeState, serviceAt } from "@/server/testing/large-state.ts";
import { LiveStore } from "./live-store.ts";

beforeEach(() => {
  vi.useFakeTimers();
  // A hidden tab: what is shown follows at a timer's pace.
  vi.stubGlobal("document", { visibilityState: "hidden" });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const director = (id: string, change: Partial<FleetDirector> = {}): FleetDirector => ({
  id,
  name: id,
  clusterId: "c1",
  address: "192.0.2.5",
  port: 8443,
  connection: { status: "connected", sinceMs: 0 },
  ...change,
});
const fleet = (directors: FleetDirector[]): LiveItem => ({
  kind: "fleet",
  fleet: { nowMs: Date.now(), clusters: [], realServers: [], runs: [], directors },
});
const state = largeState({ services: 12, realServers: 100 }, 0);
const row = "TCP 192.0.0.1:80 10.0.1.3:8080";
const heard = { directorId: "d1", heardAtMs: 0, clockOffsetMs: 0 };

const portions = (of = state): LiveItem[] => {
  const steps = splitSnapshot(of, rowsOfService);
  const items: LiveItem[] = [];
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done === true)
      return [
        ...items,
        { kind: "change", ...heard, change: { kind: "snapshot", state: step.value, parts: items.length } },
      ];
    items.push({ kind: "part", directorId: "d1", at: items.length, part: step.value });
  }
};

/** What the page shows after these. */
const shown = (store: LiveStore, items: readonly LiveItem[]) => {
  for (const item of items) store.apply(item);
  vi.advanceTimersByTime(1_000);
  return store.read();
};

it("shows the fleet at once and a large director when the last of its portions is there", () => {
  const store = new LiveStore();
  const items = portions();
  const first = shown(store, [fleet([director("d1", { isComing: true })])]);
  expect(first.fleet?.directors[0]).toMatchObject({ name: "d1", isComing: true });
  const midway = shown(store, items.slice(0, -1));
  expect(midway.fleet).toBe(first.fleet);
  const whole = shown(store, items.slice(-1));
  expect(whole.fleet?.directors[0]?.state).toEqual(state);
  expect(whole.fleet?.directors[0]?.isComing).toBeUndefined();
});

it("hears the console while portions come", () => {
  const store = new LiveStore();
  shown(store, [fleet([director("d1", { isComing: true })])]);
  store.setStream("lost", "cut");
  const { heardAtMs, problem, stream } = shown(store, portions().slice(0, 1));
  expect({ problem, stream }).toEqual({ problem: undefined, stream: "live" });
  expect(heardAtMs).toBe(Date.now() - 1_000);
});

it("draws nothing of other directors anew for a change of one", () => {
  const store = new LiveStore();
  const before = shown(store, [fleet([director("d1", { state }), director("d2", { state })])]).fleet;
  const changed = [serviceAt(0, 100, 9)];
  const after = shown(store, [
    { kind: "change", ...heard, change: { kind: "services", atMs: 1, changed } },
  ]).fleet;
  expect(after?.directors[1]).toBe(before?.directors[1]);
  expect(after?.directors[0]?.state?.table).not.toBe(before?.directors[0]?.state?.table);
});

it("traces a row of a large table from the first word after it was drawn", () => {
  const store = new LiveStore();
  shown(store, [fleet([director("d1", { state })])]);
  expect(store.trace("d1", row, "active")).toEqual([]);
  const beat: LiveItem = { kind: "change", ...heard, change: { kind: "beat", atMs: 1, sections: ["table"] } };
  shown(store, [{ ...beat, heardAtMs: 60_000 }]);
  expect(store.trace("d1", row, "active")).toEqual([[60_000, 102]]);
});

const line = (directorId: string, text: string): LiveItem => ({
  kind: "change",
  ...heard,
  directorId,
  change: { kind: "log", lines: [text] },
});

it("applies what comes while the rows of a large picture are joined after it, and others' news at once", () => {
  const store = new LiveStore();
  const small = largeState({ services: 1, realServers: 1 }, 0);
  for (const item of [
    fleet([director("d1", { isComing: true }), director("d2", { state: small })]),
    ...portions(),
  ])
    store.apply(item);
  const { fleet: after } = shown(store, [line("d1", "first"), line("d2", "another's"), line("d1", "second")]);
  expect(after?.directors.map((each) => each.state?.log)).toEqual([["first", "second"], ["another's"]]);
  expect(after?.directors[0]?.state?.table).toEqual(state.table);
});

it("forgets a picture whose rows are being joined where the stream begins again", () => {
  const store = new LiveStore();
  const begun = fleet([director("d1", { isComing: true })]);
  for (const item of [begun, ...portions(), begun]) store.apply(item);
  const { fleet: after } = shown(store, [line("d1", "too early")]);
  expect(after?.directors[0]).toMatchObject({ isComing: true });
  expect(after?.directors[0]?.state).toBeUndefined();
});

it("takes a newer picture in the place of one whose rows are being joined", () => {
  const store = new LiveStore();
  const newer = largeState({ services: 14, realServers: 100 }, 5);
  for (const item of [fleet([director("d1", { isComing: true })]), ...portions(), line("d1", "old")])
    store.apply(item);
  const { fleet: after } = shown(store, [...portions(newer), line("d1", "new")]);
  expect(after?.directors[0]?.state).toEqual({ ...newer, log: ["new"] });
});

it("leaves the page its turn while it joins", () => {
  vi.useRealTimers();
  vi.stubGlobal("document", { visibilityState: "visible" });
  vi.stubGlobal("requestAnimationFrame", (draw: () => void) => setTimeout(draw, 0));
  const store = new LiveStore();
  const many = largeState({ services: 600, realServers: 100 }, 0);
  for (const item of [fleet([director("d1", { isComing: true })]), ...portions(many)]) store.apply(item);
  return new Promise<void>((resolve) => {
    let turns = 0;
    const look = (): void => {
      turns += 1;
      if (store.read().fleet?.directors[0]?.state === undefined) setTimeout(look, 0);
      else {
        expect(turns).toBeGreaterThan(6);
        resolve();
      }
    };
    look();
  });
});
