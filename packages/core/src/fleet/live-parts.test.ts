import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isLarge, rowsOfService, splitSnapshot } from "../director/snapshot-parts.ts";
import type { DirectorState } from "../director/state.ts";
import { applyLiveItem } from "./apply-live-item.ts";
import { gatherParts, noParts } from "./live-parts.ts";
import type { Fleet, FleetDirector, LiveItem } from "./model.ts";
import { healthyState, sampleDestination, sampleFleet, sampleNowMs, sampleService } from "./sample-fleet.ts";

/** A table of so many services with 400 rows each: three of them are too many for one item. */
const stateOf = (services: number, activeConnections = 0): DirectorState => {
  const state = healthyState(true);
  if (state.table.status !== "known") throw new Error("the sample knows its table");
  const rows = Array.from({ length: 400 }, (_, host) =>
    sampleDestination(`10.0.${host >> 8}.${host & 255}`, { activeConnections }),
  );
  const made = Array.from({ length: services }, (_, mark) => ({
    ...sampleService(rows),
    id: { kind: "fwmark" as const, mark: mark + 1, family: "inet" as const },
  }));
  return { ...state, table: { ...state.table, value: { ...state.table.value, services: made } } };
};

const heard = { heardAtMs: sampleNowMs, clockOffsetMs: 0 };

/** The items in which the console sends it. */
const itemsOf = (directorId: string, state: DirectorState): LiveItem[] => {
  const steps = splitSnapshot(state, rowsOfService);
  const items: LiveItem[] = [];
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done === true) {
      const change = { kind: "snapshot" as const, state: step.value, parts: items.length };
      return [...items, { kind: "change", directorId, ...heard, change }];
    }
    items.push({ kind: "part", directorId, at: items.length, part: step.value });
  }
};

const comingOf = ({ address, clusterId, connection, id, name, port }: FleetDirector): FleetDirector => ({
  id,
  name,
  clusterId,
  address,
  port,
  connection,
  isComing: true,
});

const coming = (fleet: Fleet): Fleet => ({
  ...fleet,
  directors: fleet.directors.map((director) => comingOf(director)),
});

/** What a tab shows after each item. */
const shown = (fleet: Fleet, items: readonly LiveItem[]): Fleet[] => {
  let held = noParts;
  let now = fleet;
  return items.map((item) => {
    const gathered = gatherParts(held, item);
    held = gathered.held;
    if (gathered.item !== undefined) now = applyLiveItem(now, gathered.item);
    return now;
  });
};

const stateIn = (fleet: Fleet | undefined, id: string) =>
  fleet?.directors.find((director) => director.id === id)?.state;
const large = stateOf(5);

describe("a large picture on a tab's stream", () => {
  it("is shown when it is whole, and not a row of it before", () => {
    expect(isLarge(large)).toBe(true);
    const items = itemsOf("lvs-1", large);
    const states = shown(coming(sampleFleet()), items).map((fleet) => stateIn(fleet, "lvs-1"));
    expect(items.length).toBeGreaterThan(2);
    expect(states.slice(0, -1).every((state) => state === undefined)).toBe(true);
    expect(states.at(-1)).toEqual(large);
  });

  it("takes the mark off its director and off no other", () => {
    const fleet = shown(coming(sampleFleet()), itemsOf("lvs-1", large)).at(-1);
    expect(fleet?.directors.map(({ isComing }) => isComing)).toEqual([undefined, true]);
  });

  it("is nothing where a portion is missing, or one comes twice", () => {
    const items = itemsOf("lvs-1", large);
    const fleet = coming(sampleFleet());
    for (const wrong of [items.toSpliced(1, 1), items.toSpliced(0, 1), items.slice(-1)])
      expect(stateIn(shown(fleet, wrong).at(-1), "lvs-1")).toBeUndefined();
    const twice = [...items.slice(0, 2), ...items.slice(1)];
    expect(stateIn(shown(fleet, twice).at(-1), "lvs-1")).toEqual(large);
  });

  it("begins again with its first portion, and with the fleet", () => {
    const newer = stateOf(6, 7);
    const begun = itemsOf("lvs-1", large).slice(0, 2);
    const again = [...begun, ...itemsOf("lvs-1", newer)];
    expect(stateIn(shown(coming(sampleFleet()), again).at(-1), "lvs-1")).toEqual(newer);
    const fleet: LiveItem = { kind: "fleet", fleet: coming(sampleFleet()) };
    const rest = itemsOf("lvs-1", large).slice(2);
    expect(stateIn(shown(sampleFleet(), [...begun, fleet, ...rest]).at(-1), "lvs-1")).toEqual(
      stateIn(sampleFleet(), "lvs-1"),
    );
  });

  it("of two directors at once, in any order, is each director's own", () => {
    const pictures = [itemsOf("lvs-1", large), itemsOf("lvs-2", stateOf(4, 9))];
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }), (turns) => {
        const left = pictures.map((items) => [...items]);
        const mixed = turns.flatMap((isFirst) => left[isFirst ? 0 : 1]?.shift() ?? []);
        const fleet = shown(coming(sampleFleet()), [...mixed, ...left.flat()]).at(-1);
        expect(stateIn(fleet, "lvs-1")).toEqual(large);
        expect(stateIn(fleet, "lvs-2")).toEqual(stateOf(4, 9));
      }),
      { numRuns: 10 },
    );
  });
});

describe("a fleet whose large pictures are to come", () => {
  it("keeps what was heard of them before, with its time", () => {
    const before = sampleFleet();
    const [fleet] = shown(before, [
      { kind: "fleet", fleet: { ...coming(before), nowMs: sampleNowMs + 60_000 } },
    ]);
    expect(stateIn(fleet, "lvs-1")).toBe(stateIn(before, "lvs-1"));
    expect(fleet?.directors[0]).toMatchObject({ isComing: true, heardAtMs: sampleNowMs });
  });

  it("does not take a director's word for its table before the table is there", () => {
    const beat = { kind: "beat" as const, atMs: sampleNowMs, sections: ["table" as const] };
    const [fleet] = shown(coming(sampleFleet()), [
      { kind: "change", directorId: "lvs-1", ...heard, change: beat },
    ]);
    expect(fleet?.directors[0]).toMatchObject({ isComing: true });
    expect(stateIn(fleet, "lvs-1")).toBeUndefined();
  });
});

describe("what the database says anew", () => {
  const registered = (ids: readonly string[]): LiveItem => ({
    kind: "registered",
    clusters: [{ id: "c1", name: "renamed" }],
    realServers: [],
    directors: ids.map((id) => ({
      id,
      name: `${id} renamed`,
      clusterId: "c1",
      address: "192.0.2.99",
      port: 9,
      connection: { status: "connecting", sinceMs: 1 },
    })),
  });

  it("leaves the facts of directors that stay, drops those of the others and has none of new ones", () => {
    const before = sampleFleet();
    const [fleet] = shown(before, [registered(["lvs-2", "lvs-3"])]);
    expect(fleet?.clusters).toEqual([{ id: "c1", name: "renamed" }]);
    expect(fleet?.directors.map(({ name }) => name)).toEqual(["lvs-2 renamed", "lvs-3 renamed"]);
    expect(stateIn(fleet, "lvs-2")).toBe(stateIn(before, "lvs-2"));
    expect(stateIn(fleet, "lvs-3")).toBeUndefined();
  });

  it("forgets the portions of a director that was taken away while they came", () => {
    const items = itemsOf("lvs-1", large);
    const back = [registered(["lvs-2"]), registered(["lvs-1", "lvs-2"])];
    const fleet = shown(coming(sampleFleet()), [...items.slice(0, 2), ...back, ...items.slice(2)]).at(-1);
    expect(stateIn(fleet, "lvs-1")).toBeUndefined();
  });
});
