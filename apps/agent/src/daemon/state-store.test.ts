import { describe, expect, it } from "vitest";
import type { DirectorState, Verdict } from "@lvs/core/director/state";
import { noCounters, noRates } from "@lvs/core/ipvs/model";
import type { NumberedChange } from "./agent.ts";
import { changesKept, ChangeRing, eventsKept, rowsKept } from "./change-ring.ts";
import { Publisher } from "./publisher.ts";
import { StateStore } from "./state-store.ts";

const unread = { status: "unknown", atMs: 0, reason: "not read yet" } as const;
const empty: DirectorState = {
  host: unread,
  table: unread,
  settings: unread,
  vrrp: unread,
  speakers: unread,
  drift: unread,
  health: unread,
  config: unread,
  daemon: unread,
  log: [],
};
const store = () => new StateStore(empty, new ChangeRing("e"));

async function take(changes: AsyncIterable<NumberedChange>, count: number): Promise<NumberedChange[]> {
  const taken: NumberedChange[] = [];
  for await (const change of changes) if (taken.push(change) === count) break;
  return taken;
}

describe("a reader", () => {
  it("that knows nothing gets the picture of now, then every change once, in order", async () => {
    const state = store();
    state.publish({ kind: "log", lines: ["before"] });
    const stop = new AbortController();
    const reading = take(state.watch({ lastEventId: undefined, signal: stop.signal }), 3);
    state.publish({ kind: "log", lines: ["a"] });
    state.publish({ kind: "log", lines: ["b"] });
    const [first, ...rest] = await reading;
    expect(first).toMatchObject({ id: "e:1", change: { kind: "snapshot", state: { log: ["before"] } } });
    expect(rest).toEqual([
      { id: "e:2", change: { kind: "log", lines: ["a"] } },
      { id: "e:3", change: { kind: "log", lines: ["b"] } },
    ]);
  });

  it("so slow that the ring moved past it gets the picture of now instead of a growing queue", async () => {
    const state = store();
    const stop = new AbortController();
    const slow = state.watch({ lastEventId: "e:0", signal: stop.signal })[Symbol.asyncIterator]();
    for (let number = 1; number <= changesKept + 200; number += 1)
      state.publish({ kind: "log", lines: [String(number)] });
    const first = await slow.next();
    expect(first.value).toMatchObject({ id: `e:${changesKept + 200}`, change: { kind: "snapshot" } });
    stop.abort();
    expect((await slow.next()).done).toBe(true);
  });

  describe("that gets a picture", () => {
    const event = (subject: string) =>
      ({ kind: "event", event: { kind: "agentStarted", atMs: 1, subject, detail: "" } }) as const;
    const busy = (): StateStore => {
      const state = store();
      state.publish(event("one"));
      state.publish({ kind: "log", lines: ["a"] });
      state.publish(event("two"));
      return state;
    };
    const heard = async (
      state: StateStore,
      known: { lastEventId?: string; eventsAfter?: string },
      count: number,
    ) => {
      const { lastEventId, eventsAfter } = known;
      const { signal } = new AbortController();
      return (await take(state.watch({ lastEventId, eventsAfter, signal }), count)).map(({ id, change }) =>
        change.kind === "event" ? `${id} ${change.event.subject}` : `${id} ${change.kind}`,
      );
    };

    it("after a run of the agent that it heard has all events of this one behind it, under their own numbers", async () => {
      const all = ["e:3 snapshot", "e:1 one", "e:3 two"];
      expect(await heard(busy(), { lastEventId: "d:9" }, 3)).toEqual(all);
      expect(await heard(busy(), { eventsAfter: "d:9" }, 3)).toEqual(all);
      expect(await heard(busy(), { eventsAfter: "" }, 3)).toEqual(all);
    });

    it("has none that are on record, and none where it did not ask", async () => {
      const state = busy();
      setTimeout(() => state.publish({ kind: "log", lines: ["next"] }), 5);
      expect(await heard(state, { eventsAfter: "e:1" }, 3)).toEqual(["e:3 snapshot", "e:3 two", "e:4 log"]);
      setTimeout(() => state.publish({ kind: "log", lines: ["next"] }), 5);
      expect(await heard(state, {}, 2)).toEqual(["e:4 snapshot", "e:5 log"]);
    });

    it("has events that the ring has long let go of, and the newest of too many", async () => {
      const state = busy();
      for (let number = 0; number < changesKept + 10; number += 1)
        state.publish({ kind: "log", lines: ["x"] });
      const picture = `e:${changesKept + 13} snapshot`;
      expect(await heard(state, { lastEventId: "e:1" }, 2)).toEqual([picture, "e:3 two"]);
      for (let number = 0; number < eventsKept; number += 1) state.publish(event(String(number)));
      expect((await heard(state, { eventsAfter: "" }, eventsKept + 1)).slice(1, 3)).toEqual([
        `e:${changesKept + 14} 0`,
        `e:${changesKept + 15} 1`,
      ]);
    });
  });

  it("that waits ends with its signal", async () => {
    const stop = new AbortController();
    const reading = take(store().watch({ lastEventId: "e:0", signal: stop.signal }), 1);
    stop.abort();
    expect(await reading).toEqual([]);
  });
});

describe("the ring", () => {
  it("lets go of the oldest changes of a large table long before their count is reached", () => {
    const ring = new ChangeRing("e");
    const id = { kind: "fwmark", mark: 1, family: "inet" } as const;
    const destinations = Array.from({ length: 999 }, (_, index) => ({
      address: `10.0.${index >> 8}.${index & 255}`,
      port: 80,
      forwarding: "Route" as const,
      weight: 1,
      upperThreshold: 0,
      lowerThreshold: 0,
      activeConnections: 0,
      inactiveConnections: 0,
      persistentConnections: 0,
      counters: noCounters,
      rates: noRates,
    }));
    const service = {
      id,
      scheduler: "rr",
      schedulerFlags: [],
      onePacket: false,
      counters: noCounters,
      rates: noRates,
      destinations,
    };
    const rounds = (2 * rowsKept) / 1_000;
    for (let round = 0; round < rounds; round += 1)
      ring.push({ kind: "services", atMs: round, changed: [service] });
    expect(ring.after("e:1", 1)).toBeUndefined();
    expect(ring.after(`e:${rounds - rowsKept / 1_000}`, 1)).toHaveLength(1);
  });
});

const verdicts = (count: number, down: number): Verdict[] =>
  Array.from({ length: count }, (_, index) => ({
    service: { kind: "fwmark", mark: 1, family: "inet" },
    address: `10.0.${index >> 8}.${index & 255}`,
    port: 80,
    verdict: index === down ? "down" : "up",
  }));

describe("the checkers' word on many real servers", () => {
  it("crosses whole once, then as the verdicts that differ, which add up to it", () => {
    const ring = new ChangeRing("e");
    const state = new StateStore(empty, ring);
    const publisher = new Publisher(state);
    publisher.offerVerdicts(verdicts(1_000, -1), 1);
    publisher.offerVerdicts(verdicts(1_000, 7), 2);
    publisher.offerVerdicts(verdicts(1_000, 9), 3);
    const same = verdicts(1_000, 9);
    publisher.offerVerdicts(same, 4);
    publisher.offerVerdicts(same, 5);
    publisher.beat(6);
    expect(state.read().health).toEqual({ status: "known", atMs: 6, value: verdicts(1_000, 9) });
    expect(ring.after("e:1", 9)).toMatchObject([
      { change: { kind: "verdicts", atMs: 2, changed: [{ at: 7, verdict: { verdict: "down" } }] } },
      {
        change: {
          kind: "verdicts",
          atMs: 3,
          changed: [
            { at: 7, verdict: { verdict: "up" } },
            { at: 9, verdict: { verdict: "down" } },
          ],
        },
      },
      { change: { kind: "beat", sections: ["health"] } },
    ]);
    publisher.offerVerdicts(verdicts(999, 9), 7);
    expect(ring.after("e:4", 9)).toMatchObject([{ change: { kind: "health" } }]);
  });

  it("does not fill memory with lists that nobody reads any more", () => {
    const ring = new ChangeRing("e");
    const value = verdicts(999, -1);
    const rounds = (2 * rowsKept) / 1_000;
    for (let round = 0; round < rounds; round += 1)
      ring.push({ kind: "health", fact: { status: "known", atMs: round, value } });
    expect(ring.after("e:1", 1)).toBeUndefined();
    expect(ring.after(`e:${rounds - rowsKept / 1_000}`, 1)).toHaveLength(1);
  });
});

describe("the publisher", () => {
  it("sends a section that differs, and one beat for those that were read and are the same", () => {
    const ring = new ChangeRing("e");
    const state = new StateStore(empty, ring);
    const publisher = new Publisher(state);
    publisher.offer({ kind: "vrrp", fact: { status: "known", atMs: 1, value: [] } });
    publisher.offer({ kind: "vrrp", fact: { status: "known", atMs: 2, value: [] } });
    publisher.confirm("table");
    publisher.beat(3);
    publisher.beat(4);
    expect(state.read().vrrp).toEqual({ status: "known", atMs: 3, value: [] });
    expect(ring.after("e:0", 9)).toMatchObject([
      { change: { kind: "vrrp" } },
      { change: { kind: "beat", atMs: 3, sections: ["vrrp", "table"] } },
    ]);
  });
});
