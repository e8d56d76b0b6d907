import { beforeEach, describe, expect, it } from "vitest";
import { currentFleet, publishChange, setRegistered } from "./live.ts";
import { largeState, serviceAt } from "./testing/large-state.ts";
import { isWhole, WatchedTab } from "./testing/watched-tab.ts";

const director = { id: "d1", name: "d1", clusterId: "c1", address: "192.0.2.5", port: 8443 };
const size = { services: 30, realServers: 100 };
const heardAt = (directorId: string, heardAtMs: number) => ({ directorId, heardAtMs, clockOffsetMs: 0 });
const expectSame = (tab: WatchedTab): void => {
  expect(tab.fleet?.directors).toEqual(currentFleet().directors);
};

beforeEach(() => {
  globalThis.lvsLive = undefined;
  setRegistered({ clusters: [{ id: "c1", name: "cdn" }], realServers: [], directors: [director] });
  publishChange({ ...heardAt("d1", 1), change: { kind: "snapshot", state: largeState(size, 1) } });
});

describe("a change of a whole large table", () => {
  /** Other counters of every service. */
  const moveAll = (tick: number) =>
    publishChange({
      ...heardAt("d1", tick),
      change: {
        kind: "services",
        atMs: tick,
        changed: Array.from({ length: size.services }, (_, at) => serviceAt(at, size.realServers, tick)),
      },
    });

  it("comes in pieces; the table has its time when the last of them is there", async () => {
    const tab = new WatchedTab();
    await tab.takeUntil(isWhole);
    moveAll(50);
    await tab.take(1);
    expect(tab.director("d1")?.state?.table.atMs).toBe(1);
    await tab.takeUntil((each) => each.director("d1")?.state?.table.atMs === 50);
    expect(tab.kinds.filter((kind) => kind === "services").length).toBeGreaterThan(2);
    expectSame(tab);
  });

  it("goes on after a cut among its pieces", async () => {
    const tab = new WatchedTab();
    await tab.takeUntil(isWhole);
    moveAll(50);
    await tab.take(2);
    tab.reconnect();
    await tab.takeUntil((each) => each.director("d1")?.state?.table.atMs === 50);
    expect(tab.kinds.filter((kind) => kind === "fleet")).toHaveLength(1);
    expectSame(tab);
  });

  it("is remembered for a tab that comes back while that is less than the picture", async () => {
    const tab = new WatchedTab();
    await tab.takeUntil(isWhole);
    tab.reconnect();
    for (let tick = 50; tick < 100; tick += 1) moveAll(tick);
    const rows = (globalThis.lvsLive?.kept ?? []).map((entry) => ("rows" in entry ? entry.rows : 0));
    expect(rows.reduce((sum, each) => sum + each, 0)).toBeLessThan(51_100);
    tab.reconnect();
    await tab.take(1);
    expect(tab.kinds.at(-1)).toBe("fleet");
    await tab.takeUntil(isWhole);
    expectSame(tab);
  });

  it("is not gathered without end for a tab that does not read: it gets the newest picture instead", async () => {
    const tab = new WatchedTab();
    await tab.takeUntil(isWhole);
    const before = tab.items.length;
    for (let tick = 50; tick < 150; tick += 1) moveAll(tick);
    await tab.takeUntil((each) => each.director("d1")?.state?.table.atMs === 149);
    expect(tab.items.length - before).toBeLessThan(130);
    expect(tab.kinds.filter((kind) => kind === "fleet")).toHaveLength(1);
    expectSame(tab);
  });

  it("does not keep a picture that is on its way from being shown whole, and a newer one follows", async () => {
    const tab = new WatchedTab();
    await tab.take(3);
    for (let tick = 50; tick < 150; tick += 1) moveAll(tick);
    await tab.takeUntil((each) => each.director("d1")?.state !== undefined);
    expect(tab.director("d1")?.state).toEqual(largeState(size, 1));
    await tab.takeUntil((each) => each.director("d1")?.state?.table.atMs === 149);
    expectSame(tab);
  });

  it("that outruns a tab is nothing to go on after until its picture is whole again", async () => {
    const tab = new WatchedTab();
    await tab.takeUntil(isWhole);
    for (let tick = 50; tick < 150; tick += 1) moveAll(tick);
    await tab.takeUntil(({ kinds }) => kinds.at(-1) === "part");
    tab.reconnect();
    await tab.take(1);
    expect(tab.kinds.at(-1)).toBe("fleet");
    await tab.takeUntil(isWhole);
    expectSame(tab);
  });

  it("is not counted against a tab that has read it", async () => {
    const tab = new WatchedTab();
    await tab.takeUntil(isWhole);
    for (let tick = 50; tick < 150; tick += 1) {
      moveAll(tick);
      await tab.takeUntil((each) => each.director("d1")?.state?.table.atMs === tick);
    }
    expect(tab.kinds.filter((kind) => kind === "fleet")).toHaveLength(1);
  });
});
