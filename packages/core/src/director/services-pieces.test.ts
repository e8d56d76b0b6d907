import fc from "fast-check";
import { expect, test } from "vitest";
import { healthyState, sampleDestination, sampleService } from "../fleet/sample-fleet.ts";
import { serviceKey } from "../ipvs/table.ts";
import { applyDirectorChange } from "./change.ts";
import { knownValue } from "./fact.ts";
import { rowsInServices, splitServices, type ServicesChange } from "./services-pieces.ts";
import type { DirectorState } from "./state.ts";

const serviceOf = (mark: number, rows: number, activeConnections: number) => ({
  ...sampleService(
    Array.from({ length: rows }, (_, host) => sampleDestination(`10.0.0.${host}`, { activeConnections })),
  ),
  id: { kind: "fwmark" as const, mark, family: "inet" as const },
});
const stateOf = (marks: readonly number[]): DirectorState => {
  const state = healthyState(true);
  if (state.table.status !== "known") throw new Error("the sample knows its table");
  const services = marks.map((mark) => serviceOf(mark, 1, 0));
  return { ...state, table: { status: "known", atMs: 5, value: { ...state.table.value, services } } };
};
const marks = fc.uniqueArray(fc.integer({ min: 1, max: 20 }));
const services = fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 0, max: 700 })), {
  selector: ([mark]) => mark,
});

test("the pieces make in turn what the whole change makes, and none is much larger than a part", () => {
  fc.assert(
    fc.property(marks, services, fc.option(fc.boolean()), (before, changed, isReversed) => {
      const made = changed.map(([mark, rows]) => serviceOf(mark, rows, 7));
      const keys = [...new Set([...before.slice(1), ...changed.map(([mark]) => mark)])].map((mark) =>
        serviceKey({ kind: "fwmark", mark, family: "inet" }),
      );
      const order = isReversed === true ? keys.toReversed() : keys;
      const change: ServicesChange = {
        kind: "services",
        atMs: 9,
        changed: made,
        ...(isReversed === null ? {} : { order }),
      };
      const state = stateOf(before);
      const pieces = splitServices(change, state.table);
      expect(pieces.reduce<DirectorState>(applyDirectorChange, state)).toEqual(
        applyDirectorChange(state, change),
      );
      for (const piece of pieces) expect(rowsInServices(piece)).toBeLessThan(1_000 + 701);
    }),
  );
});

test("the table is as old as before until the last piece, and loses no service before it", () => {
  const change: ServicesChange = {
    kind: "services",
    atMs: 9,
    changed: [2, 3, 4].map((mark) => serviceOf(mark, 600, 7)),
    order: ["FWM 2", "FWM 3", "FWM 4"],
  };
  const pieces = splitServices(change, stateOf([1, 2, 3, 4]).table);
  expect(pieces.map(({ atMs }) => atMs)).toEqual([5, 9]);
  const midway = applyDirectorChange(stateOf([1, 2, 3, 4]), pieces[0] ?? change);
  expect(midway.table.atMs).toBe(5);
  expect(knownValue(midway.table)?.services.map(({ id }) => serviceKey(id))).toEqual([
    "FWM 1",
    "FWM 2",
    "FWM 3",
    "FWM 4",
  ]);
});

test("a small change is one piece, as it was", () => {
  const change: ServicesChange = { kind: "services", atMs: 9, changed: [serviceOf(1, 100, 7)] };
  expect(splitServices(change, stateOf([1]).table)).toEqual([change]);
});
