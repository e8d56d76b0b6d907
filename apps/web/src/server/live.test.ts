import { beforeEach, describe, expect, it, vi } from "vitest";
import type { LiveItem } from "@lvs/core/fleet/model";
import { currentFleet, publishChange, publishConnection, setRegistered, watchLive } from "./live.ts";
import { stateWith } from "./testing/agent.ts";

const director = { id: "d1", name: "lvs-1", clusterId: "c1", address: "192.0.2.5", port: 8443 };
const table = { version: "1.2.1", size: 4096, services: [] };
const snapshot = (atMs: number) => ({ kind: "snapshot", state: stateWith(table, atMs) }) as const;
const heard = { directorId: "d1", heardAtMs: 7, clockOffsetMs: 1 };

beforeEach(() => {
  globalThis.lvsLive = undefined;
  setRegistered({ clusters: [{ id: "c1", name: "cdn" }], realServers: [], directors: [director] });
});

/** The next items of a tab; more than there are would wait. */
async function take(stream: AsyncGenerator<{ id: string; item: LiveItem }, void>, count: number) {
  const taken: { id: string; item: LiveItem }[] = [];
  for (let index = 0; index < count; index += 1) {
    const next = await stream.next();
    if (next.done === true) break;
    taken.push(next.value);
  }
  return taken;
}

const kinds = (items: readonly { item: LiveItem }[]) => items.map(({ item }) => item.kind);
const open = (lastEventId?: string) => {
  const end = new AbortController();
  return { stream: watchLive(lastEventId, end.signal), end };
};

describe("the live stream of a tab", () => {
  it("begins with the whole picture and goes on with each change", async () => {
    publishChange({ ...heard, change: snapshot(1) });
    const { stream } = open();
    const [first] = await take(stream, 1);
    expect(first?.item).toMatchObject({
      kind: "fleet",
      fleet: { directors: [{ id: "d1", state: { table: { atMs: 1 } } }] },
    });
    publishConnection("d1", { status: "connected", sinceMs: 2 });
    publishChange({ ...heard, change: snapshot(3) });
    expect(kinds(await take(stream, 2))).toEqual(["connection", "change"]);
  });

  it("gives what was missed, and only that, after the last id", async () => {
    const { stream, end } = open();
    const [first] = await take(stream, 1);
    publishChange({ ...heard, change: snapshot(1) });
    const [seen] = await take(stream, 1);
    end.abort();
    publishConnection("d1", { status: "connected", sinceMs: 2 });
    const missed = await take(open(seen?.id).stream, 1);
    expect(kinds(missed)).toEqual(["connection"]);
    expect(kinds(await take(open(first?.id).stream, 2))).toEqual(["change", "connection"]);
  });

  it.each([
    ["another process's", "ffffffffffff-1"],
    ["a future", undefined],
    ["an unreadable", "nonsense"],
  ])("gives the whole picture after %s id", async (_whose, id) => {
    const { stream } = open();
    const [first] = await take(stream, 1);
    const future = `${first?.id.split("-")[0]}-99999`;
    expect(kinds(await take(open(id ?? future).stream, 1))).toEqual(["fleet"]);
  });

  it("gives the whole picture to a tab that is too far behind, once, and no more than is kept", async () => {
    const { stream } = open();
    await take(stream, 1);
    for (let number = 0; number < 2_500; number += 1) publishChange({ ...heard, change: snapshot(number) });
    const [next] = await take(stream, 1);
    expect(next?.item).toMatchObject({
      kind: "fleet",
      fleet: { directors: [{ state: { table: { atMs: 2_499 } } }] },
    });
    publishConnection("d1", { status: "connected", sinceMs: 2 });
    expect(kinds(await take(stream, 1))).toEqual(["connection"]);
  });

  it("tells the time every five seconds, whether or not there is news", async () => {
    vi.useFakeTimers();
    try {
      const { stream } = open();
      await take(stream, 1);
      const quiet = take(stream, 1);
      await vi.advanceTimersByTimeAsync(5_000);
      expect(kinds(await quiet)).toEqual(["clock"]);
      await vi.advanceTimersByTimeAsync(5_000);
      publishConnection("d1", { status: "connected", sinceMs: 2 });
      expect(kinds(await take(stream, 2))).toEqual(["connection", "clock"]);
    } finally {
      vi.useRealTimers();
    }
  });

  it("ends with its signal and is forgotten", async () => {
    const { stream, end } = open();
    await take(stream, 1);
    const waiting = stream.next();
    end.abort();
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(globalThis.lvsLive?.tabs.size).toBe(0);
  });
});

describe("the picture", () => {
  it("keeps a director's facts over a change of the registry, and drops those of a removed one", () => {
    publishChange({ ...heard, change: snapshot(1) });
    setRegistered({ clusters: [], realServers: [], directors: [{ ...director, name: "renamed" }] });
    expect(currentFleet().directors).toMatchObject([{ name: "renamed", state: { table: { atMs: 1 } } }]);
    setRegistered({ clusters: [], realServers: [], directors: [] });
    expect(publishChange({ ...heard, change: snapshot(2) })).toBeUndefined();
    expect(currentFleet().directors).toEqual([]);
  });

  it("makes nothing of a change to a director whose picture is not there yet", () => {
    publishChange({ ...heard, change: { kind: "log", lines: ["x"] } });
    expect(currentFleet().directors[0]?.state).toBeUndefined();
  });
});
