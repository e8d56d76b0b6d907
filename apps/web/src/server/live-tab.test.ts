import { beforeEach, describe, expect, it } from "vitest";
import { currentFleet, publishChange, publishConnection, setRegistered } from "./live.ts";
import { largeState, serviceAt } from "./testing/large-state.ts";
import { isWhole, WatchedTab } from "./testing/watched-tab.ts";

const director = (id: string) => ({ id, name: id, clusterId: "c1", address: "192.0.2.5", port: 8443 });
const clusters = [{ id: "c1", name: "cdn" }];
const size = { services: 30, realServers: 100 };
const heardAt = (directorId: string, heardAtMs: number) => ({ directorId, heardAtMs, clockOffsetMs: 0 });
const hear = (directorId: string, atMs: number, of = size) =>
  publishChange({ ...heardAt(directorId, atMs), change: { kind: "snapshot", state: largeState(of, atMs) } });
/** Other counters of one service. */
const move = (directorId: string, tick: number) =>
  publishChange({
    ...heardAt(directorId, tick),
    change: { kind: "services", atMs: tick, changed: [serviceAt(0, size.realServers, tick)] },
  });
const log = (directorId: string, line: string) =>
  publishChange({ ...heardAt(directorId, 1), change: { kind: "log", lines: [line] } });

beforeEach(() => {
  globalThis.lvsLive = undefined;
  setRegistered({ clusters, realServers: [], directors: [director("d1"), director("d2")] });
  hear("d1", 1);
});

it("what is registered of a director comes to a tab that is there, and to one that begins", async () => {
  const certificateEndsAtMs = 7_000;
  const [here, later] = [new WatchedTab(), new WatchedTab()];
  await here.takeUntil(isWhole);
  const again = [{ ...director("d1"), certificateEndsAtMs }, director("d2")];
  setRegistered({ clusters, realServers: [], directors: again });
  await here.take(1);
  await later.takeUntil(isWhole);
  for (const tab of [here, later]) expect(tab.director("d1")).toMatchObject({ certificateEndsAtMs });
});

/** What a tab has to show in the end: what the console knows. */
const expectSame = (tab: WatchedTab): void => {
  expect(tab.fleet?.directors).toEqual(currentFleet().directors);
};

describe("a director whose picture is too large for one item", () => {
  it("is named at once as coming, is sent in portions, and is then whole", async () => {
    const tab = new WatchedTab();
    await tab.take(1);
    expect(tab.director("d1")).toMatchObject({ name: "d1", isComing: true });
    expect(tab.director("d1")?.state).toBeUndefined();
    await tab.takeUntil(isWhole);
    expect(new Set(tab.kinds)).toEqual(new Set(["fleet", "part", "snapshot"]));
    expectSame(tab);
    const longest = Math.max(...tab.items.map((item) => JSON.stringify(item).length));
    expect(longest).toBeLessThan(JSON.stringify(currentFleet()).length / 4);
  });

  it("leaves a small one whole in the first item", async () => {
    hear("d2", 1, { services: 2, realServers: 2 });
    const tab = new WatchedTab();
    await tab.take(1);
    expect(tab.director("d2")?.isComing).toBeUndefined();
    expect(tab.director("d2")?.state).toEqual(currentFleet().directors[1]?.state);
  });

  it("has every change that came while it was sent, none twice", async () => {
    const tab = new WatchedTab();
    await tab.take(1);
    move("d1", 50);
    log("d1", "before its turn");
    await tab.take(2);
    log("d1", "between two portions");
    move("d1", 60);
    log("d1", "and one more");
    await tab.takeUntil(isWhole);
    await tab.takeUntil(({ kinds }) => kinds.filter((kind) => kind === "log").length === 2);
    expect(tab.director("d1")?.state?.log).toEqual([
      "before its turn",
      "between two portions",
      "and one more",
    ]);
    expectSame(tab);
  });

  it("does not hold up the others' news", async () => {
    hear("d2", 1, { services: 2, realServers: 2 });
    const tab = new WatchedTab();
    await tab.take(3);
    publishConnection("d2", { status: "connected", sinceMs: 9 });
    log("d2", "a word of the other");
    await tab.take(2);
    expect(tab.kinds.slice(-2)).toEqual(["connection", "log"]);
    expect(isWhole(tab)).toBe(false);
    await tab.takeUntil(isWhole);
    expectSame(tab);
  });

  it("is sent to each of two tabs, at its own pace", async () => {
    const [quick, slow] = [new WatchedTab(), new WatchedTab()];
    await slow.take(2);
    await quick.takeUntil(isWhole);
    move("d1", 70);
    await quick.take(1);
    expect(isWhole(slow)).toBe(false);
    await slow.takeUntil(isWhole);
    await slow.takeUntil(({ kinds }) => kinds.at(-1) === "services");
    expectSame(quick);
    expectSame(slow);
  });
});

describe("a stream that is cut", () => {
  it("among portions begins again", async () => {
    const tab = new WatchedTab();
    await tab.take(3);
    tab.reconnect();
    log("d1", "meanwhile");
    await tab.take(1);
    expect(tab.kinds.at(-1)).toBe("fleet");
    await tab.takeUntil(isWhole);
    expectSame(tab);
  });

  it("right after a large picture goes on without it", async () => {
    const tab = new WatchedTab();
    await tab.takeUntil(isWhole);
    tab.reconnect();
    log("d1", "meanwhile");
    await tab.take(1);
    expect(tab.kinds.at(-1)).toBe("log");
    expectSame(tab);
  });

  it("before what followed a picture is all sent begins again", async () => {
    const tab = new WatchedTab();
    await tab.take(2);
    log("d1", "first");
    log("d2", "another's");
    log("d1", "second");
    await tab.takeUntil(isWhole);
    await tab.takeUntil(({ items }) => items.at(-1)?.kind === "change" && isWhole(tab));
    tab.reconnect();
    await tab.takeUntil((each) => each.director("d1")?.state?.log.length === 2);
    await tab.takeUntil(isWhole);
    expectSame(tab);
  });

  it("while a newer picture came begins again, and shows the old one until that is whole", async () => {
    const tab = new WatchedTab();
    await tab.takeUntil(isWhole);
    hear("d1", 100);
    await tab.take(2);
    expect(tab.kinds.at(-1)).toBe("part");
    expect(tab.director("d1")?.state?.table.atMs).toBe(1);
    tab.reconnect();
    await tab.take(1);
    expect(tab.director("d1")).toMatchObject({ isComing: true, heardAtMs: 1 });
    await tab.takeUntil(isWhole);
    expect(tab.director("d1")?.state?.table.atMs).toBe(100);
    expectSame(tab);
  });

  it("and missed a large picture gets it in portions among what it missed", async () => {
    const tab = new WatchedTab();
    await tab.takeUntil(isWhole);
    tab.reconnect();
    log("d1", "before");
    hear("d1", 100);
    move("d1", 101);
    await tab.takeUntil((each) => each.director("d1")?.state?.table.atMs === 101);
    expect(tab.kinds.filter((kind) => kind === "fleet")).toHaveLength(1);
    expectSame(tab);
  });
});

describe("while the portions of a director are sent", () => {
  it("a newer picture of it takes their place", async () => {
    const tab = new WatchedTab();
    await tab.take(3);
    hear("d1", 200, { services: 40, realServers: 100 });
    await tab.takeUntil(isWhole);
    expect(tab.kinds.filter((kind) => kind === "snapshot")).toHaveLength(1);
    expectSame(tab);
  });

  it("a small picture of it follows them", async () => {
    const tab = new WatchedTab();
    await tab.take(3);
    hear("d1", 200, { services: 1, realServers: 1 });
    await tab.takeUntil((each) => each.director("d1")?.state?.table.atMs === 200);
    expectSame(tab);
  });

  it("another name in the registry does not begin them again", async () => {
    const tab = new WatchedTab();
    await tab.take(3);
    setRegistered({ clusters, realServers: [], directors: [{ ...director("d1"), name: "renamed" }] });
    await tab.takeUntil(isWhole);
    expect(tab.kinds.filter((kind) => kind === "fleet")).toHaveLength(1);
    expect(tab.director("d1")?.name).toBe("renamed");
    expectSame(tab);
  });

  it("a director that is taken away and comes back under its id shows nothing of before", async () => {
    const tab = new WatchedTab();
    await tab.take(3);
    setRegistered({ clusters, realServers: [], directors: [director("d2")] });
    setRegistered({ clusters, realServers: [], directors: [director("d1"), director("d2")] });
    publishConnection("d1", { status: "connected", sinceMs: 9 });
    await tab.takeUntil(({ kinds }) => kinds.at(-1) === "connection");
    hear("d1", 300);
    await tab.takeUntil((each) => each.director("d1")?.state !== undefined);
    expect(tab.director("d1")?.state?.table.atMs).toBe(300);
    expectSame(tab);
  });

  it("a director that is taken away gets no more of them", async () => {
    const tab = new WatchedTab();
    await tab.take(3);
    setRegistered({ clusters, realServers: [], directors: [director("d2")] });
    await tab.take(1);
    const next = tab.take(1);
    publishConnection("d2", { status: "connected", sinceMs: 9 });
    await next;
    expect(tab.kinds.slice(-2)).toEqual(["registered", "connection"]);
    expectSame(tab);
  });

  it("a tab that falls too far behind begins again", async () => {
    const tab = new WatchedTab();
    await tab.take(3);
    for (let number = 0; number < 2_500; number += 1) log("d2", `line ${number}`);
    await tab.take(1);
    expect(tab.kinds.at(-1)).toBe("fleet");
    await tab.takeUntil(isWhole);
    expectSame(tab);
  });
});

it("what the tabs remember for one that comes back holds no large picture", () => {
  for (let atMs = 2; atMs < 6; atMs += 1) hear("d1", atMs);
  const longest = Math.max(...(globalThis.lvsLive?.kept ?? []).map((entry) => JSON.stringify(entry).length));
  expect(longest).toBeLessThan(10_000);
});
