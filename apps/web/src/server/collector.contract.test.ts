import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { DirectorChange } from "@lvs/core/director/change";
import type { Connection } from "@lvs/core/fleet/model";
import { noCounters, noRates, type IpvsTable } from "@lvs/core/ipvs/model";
import { startCollector, type Collector } from "./collector.ts";
import { database, db } from "./db.ts";
import { readHealth } from "./health.ts";
import { fleetDirector } from "./live.ts";
import { lockKey } from "./lock-holder.ts";
import { watchDirector } from "./director-watch.ts";
import { fingerprintOf, pki } from "./pki.ts";
import { announceRegistry } from "./registry.ts";
import {
  makeForeignIdentity,
  newMemory,
  startTestAgent,
  stateWith,
  type AgentIdentity,
  type AgentMemory,
  type TestAgent,
} from "./testing/agent.ts";
import { callAs, makePerson, openTestConsole, type TestConsole } from "./testing/console.ts";
import { identityFor, register } from "./testing/registered-agent.ts";
import type { Person } from "./person.ts";

let opened: TestConsole;
let admin: Person;
let collector: Collector;
let agents: TestAgent[] = [];
let count = 0;

beforeAll(async () => {
  opened = await openTestConsole();
  admin = await makePerson("admin");
});
afterAll(() => opened.close());
beforeEach(async () => {
  collector = await startCollector({ begin: () => Promise.resolve(), end: () => Promise.resolve() });
});
afterEach(async () => {
  await Promise.all(agents.map((agent) => agent.close()));
  agents = [];
  await collector.stop();
  await db().director.deleteMany();
  await announceRegistry();
});

const table: IpvsTable = {
  version: "1.2.1",
  size: 4096,
  services: [
    {
      id: { kind: "address", protocol: "TCP", address: "192.0.2.1", port: 80 },
      scheduler: "wlc",
      schedulerFlags: [],
      onePacket: false,
      counters: noCounters,
      rates: noRates,
      destinations: [],
    },
  ],
};

async function start(identity: AgentIdentity, memory: AgentMemory, port = 0): Promise<TestAgent> {
  const agent = await startTestAgent(identity, memory, port);
  agents.push(agent);
  return agent;
}

/** A director with its agent, enrolled and running. */
async function enrolled() {
  count += 1;
  const id = `director-${count}`;
  const identity = await identityFor(id);
  const memory = newMemory(stateWith(table, 1_000));
  const agent = await start(identity, memory);
  await register(id, agent.port, identity.certificatePem);
  return { id, identity, memory, agent };
}

async function untilConnection(id: string, status: Connection["status"]): Promise<Connection | undefined> {
  await vi.waitFor(() => expect(fleetDirector(id)?.connection.status).toBe(status), {
    timeout: 15_000,
    interval: 20,
  });
  return fleetDirector(id)?.connection;
}

const event = (subject: string) =>
  ({ kind: "event", event: { atMs: 5, kind: "realServerDown", subject, detail: "" } }) as const;

const eventsOf = async (directorId: string): Promise<string[]> =>
  (await db().event.findMany({ where: { directorId }, orderBy: { id: "asc" } })).map(
    ({ subject }) => subject,
  );

describe("the collector", () => {
  it("shows what an agent says, with the distance of its clock", async () => {
    const { id } = await enrolled();
    await untilConnection(id, "connected");
    const director = fleetDirector(id);
    expect(director?.state?.table).toEqual({ status: "known", atMs: 1_000, value: table });
    expect(Math.abs((director?.clockOffsetMs ?? 0) - 5_000)).toBeLessThan(500);
    await vi.waitFor(async () =>
      expect(await readHealth()).toEqual({
        status: "ok",
        database: "ok",
        collector: "ok",
        directors: { enrolled: 1, connected: 1 },
      }),
    );
  });

  it("is healthy only while somebody holds the lock of whoever keeps the record", async () => {
    await vi.waitFor(() => expect(collector.isHolder()).toBe(true), { timeout: 10_000 });
    expect(await readHealth()).toMatchObject({ status: "ok", collector: "ok" });
    await database().pool.query(
      "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and objid = $1",
      [lockKey],
    );
    // Taken again after half a second.
    await vi.waitFor(
      async () =>
        expect(await readHealth()).toMatchObject({ status: "failed", database: "ok", collector: "failed" }),
      { timeout: 10_000, interval: 10 },
    );
    await vi.waitFor(async () => expect(await readHealth()).toMatchObject({ status: "ok" }), {
      timeout: 10_000,
    });
  });

  it("goes on after the last id when an agent's server was killed: nothing lost, nothing twice", async () => {
    const { id, identity, memory, agent } = await enrolled();
    await untilConnection(id, "connected");
    await vi.waitFor(() => expect(collector.isHolder()).toBe(true), { timeout: 10_000 });
    agent.say(event("before"));
    await vi.waitFor(async () => expect(await eventsOf(id)).toEqual(["before"]), { timeout: 5_000 });
    const { port } = agent;
    agents = [];
    await agent.close();
    await untilConnection(id, "lost");
    // Said while nobody listened.
    memory.changes.push({ number: 3, change: event("between") });
    const again = await start(identity, memory, port);
    await untilConnection(id, "connected");
    again.say(event("after"));
    await vi.waitFor(async () => expect(await eventsOf(id)).toEqual(["before", "between", "after"]), {
      timeout: 5_000,
    });
    expect(again.resumedAfter).toEqual(["e:2"]);
  });

  it("tells an agent which of its events is the newest on record, also after the console was started anew", async () => {
    const { id, agent } = await enrolled();
    await untilConnection(id, "connected");
    expect(agent.eventsAfter).toEqual([""]);
    await vi.waitFor(() => expect(collector.isHolder()).toBe(true), { timeout: 10_000 });
    agent.say(event("before"));
    await vi.waitFor(async () => expect(await eventsOf(id)).toEqual(["before"]), { timeout: 5_000 });
    const finding = { directorId: id, at: new Date(), kind: "deafBegan", subject: "eth0", detail: "" };
    await db().event.create({ data: { ...finding, sourceId: "began eth0:1" } });
    await collector.stop();
    collector = await startCollector({ begin: () => Promise.resolve(), end: () => Promise.resolve() });
    await vi.waitFor(() => expect(agent.eventsAfter).toEqual(["", "e:2"]), { timeout: 5_000 });
  });

  it("hears a director also while the record does not answer", async () => {
    const identity = await identityFor("alone");
    const agent = await start(identity, newMemory(stateWith(table, 1_000)));
    const end = new AbortController();
    const statuses: string[] = [];
    const watching = watchDirector(
      {
        id: "alone",
        name: "alone",
        address: "127.0.0.1",
        port: agent.port,
        fingerprint: fingerprintOf(identity.certificatePem),
      },
      {
        newestEvent: () => Promise.withResolvers<string>().promise,
        onConnection: ({ status }) => void statuses.push(status),
        onHeard: () => undefined,
      },
      end.signal,
    );
    await vi.waitFor(() => expect(statuses).toContain("connected"), { timeout: 5_000 });
    expect(agent.eventsAfter).toEqual([undefined]);
    end.abort();
    await watching;
  });

  it("keeps what was said while nobody kept the record, and nothing twice", async () => {
    await vi.waitFor(() => expect(collector.isHolder()).toBe(true), { timeout: 10_000 });
    await collector.stop();
    const other = await database().pool.connect();
    try {
      await other.query("select pg_advisory_lock($1)", [lockKey]);
      collector = await startCollector({ begin: () => Promise.resolve(), end: () => Promise.resolve() });
      const { id, agent } = await enrolled();
      await untilConnection(id, "connected");
      agent.say(event("kept by another"));
      agent.say(event("kept by nobody"));
      const kept = { directorId: id, at: new Date(5), kind: "realServerDown", detail: "" };
      await db().event.create({ data: { ...kept, sourceId: "e:2", subject: "kept by another" } });
      expect(collector.isHolder()).toBe(false);
      await vi.waitFor(() => expect(fleetDirector(id)?.heardAtMs).toBeGreaterThan(0));
      await other.query("select pg_advisory_unlock_all()");
      await vi.waitFor(
        async () => expect(await eventsOf(id)).toEqual(["kept by another", "kept by nobody"]),
        { timeout: 10_000 },
      );
    } finally {
      other.release(true);
    }
  });

  it("keeps one beginning and one end of what its directors find, over a change of consoles too", async () => {
    const { id, agent } = await enrolled();
    await untilConnection(id, "connected");
    await vi.waitFor(() => expect(collector.isHolder()).toBe(true), { timeout: 10_000 });
    const deaf = (reasons: Readonly<Record<string, string>>): DirectorChange => ({
      kind: "speakers",
      fact: {
        status: "known",
        // Of the agent's clock, 5 s ahead: as fresh as can be for as long as this test takes.
        atMs: Date.now() + 5_000 + 60_000,
        value: {
          links: ["eth0", "eth1"].filter((link) => reasons[link] === undefined),
          deaf: Object.entries(reasons).map(([link, reason]) => ({ link, reason })),
          speakers: [],
          omitted: 0,
          findings: [],
        },
      },
    });
    const kept = async (): Promise<string[]> =>
      (await db().event.findMany({ where: { directorId: id }, orderBy: { id: "asc" } })).map(
        ({ kind, subject, detail }) => `${kind} ${subject}: ${detail}`,
      );
    const began = "deafBegan eth0: Operation not permitted";
    agent.say(deaf({ eth0: "Operation not permitted" }));
    await vi.waitFor(async () => expect(await kept()).toEqual([began]), { timeout: 10_000 });
    const listed = await callAs(admin).events.list({ directorId: id, kinds: ["deafBegan"] });
    expect(listed.events).toMatchObject([{ directorId: id, kind: "deafBegan", subject: "eth0" }]);

    await collector.stop();
    collector = await startCollector({ begin: () => Promise.resolve(), end: () => Promise.resolve() });
    // Both are wrong in one look of the new console: only one of them is new.
    agent.say(deaf({ eth0: "the interface is down", eth1: "the interface is down" }));
    const second = "deafBegan eth1: the interface is down";
    await vi.waitFor(async () => expect(await kept()).toEqual([began, second]), { timeout: 15_000 });
    agent.say(deaf({}));
    await vi.waitFor(async () => expect(await kept()).toHaveLength(4), { timeout: 10_000 });
    expect((await kept()).slice(2)).toEqual([
      "deafEnded eth0: Operation not permitted",
      "deafEnded eth1: the interface is down",
    ]);
  });

  it("says what is wrong when nothing listens, and keeps the last picture", async () => {
    const { id, agent } = await enrolled();
    await untilConnection(id, "connected");
    agents = [];
    await agent.close();
    await vi.waitFor(
      () => expect(fleetDirector(id)?.connection).toMatchObject({ status: "lost", code: "ECONNREFUSED" }),
      { timeout: 10_000 },
    );
    expect(fleetDirector(id)?.state?.table.status).toBe("known");
  });

  it(
    "says that an agent is silent which holds the connection and says nothing",
    { timeout: 30_000 },
    async () => {
      const { id, agent } = await enrolled();
      await untilConnection(id, "connected");
      const heardAtMs = fleetDirector(id)?.heardAtMs ?? 0;
      const lost = await untilConnection(id, "lost");
      expect(lost).toMatchObject({ code: "SILENT" });
      expect((lost?.sinceMs ?? 0) - heardAtMs).toBeGreaterThanOrEqual(4_900);
      agent.say(event("again"));
      await untilConnection(id, "connected");
    },
  );

  it("refuses an agent whose certificate another CA made", async () => {
    const foreign = await makeForeignIdentity("foreign");
    const agent = await start({ ...foreign, caPem: pki().caPem }, newMemory(stateWith(table, 1)));
    await register("foreign", agent.port, foreign.certificatePem);
    expect(await untilConnection("foreign", "refused")).toMatchObject({
      reason: expect.stringContaining("self-signed"),
    });
    expect(fleetDirector("foreign")?.state).toBeUndefined();
  });

  it("refuses an agent of its own CA that is not the enrolled one", async () => {
    const [enrolledIdentity, otherIdentity] = [await identityFor("mine"), await identityFor("mine")];
    const agent = await start(otherIdentity, newMemory(stateWith(table, 1)));
    await register("mine", agent.port, enrolledIdentity.certificatePem);
    expect(await untilConnection("mine", "refused")).toMatchObject({
      reason: expect.stringContaining("not the one this agent was enrolled with"),
    });
    expect(fleetDirector("mine")?.state).toBeUndefined();
  });

  it("says in words that an agent of another console refuses this one", async () => {
    const { caPem } = await makeForeignIdentity("another console");
    const identity = await identityFor("estranged");
    const agent = await start({ ...identity, caPem }, newMemory(stateWith(table, 1)));
    await register("estranged", agent.port, identity.certificatePem);
    expect(await untilConnection("estranged", "refused")).toMatchObject({
      reason: expect.stringContaining("enrolled with another console"),
    });
  });

  it("refuses an agent that answers as somebody else", async () => {
    const identity = await identityFor("somebody");
    const agent = await start({ ...identity, agentId: "somebody else" }, newMemory(stateWith(table, 1)));
    await register("somebody", agent.port, identity.certificatePem);
    expect(await untilConnection("somebody", "refused")).toMatchObject({
      reason: expect.stringContaining("somebody else"),
    });
  });

  it("neither hears nor asks a revoked agent", async () => {
    const { id, agent } = await enrolled();
    await untilConnection(id, "connected");
    await callAs(admin).directors.revoke({ id });
    await untilConnection(id, "revoked");
    const before = fleetDirector(id)?.heardAtMs;
    agent.say(event("unheard"));
    await expect(callAs(admin).config.read({ directorId: id })).rejects.toThrow(/was revoked/u);
    expect(fleetDirector(id)?.heardAtMs).toBe(before);
    expect(await eventsOf(id)).toEqual([]);
  });

  it("asks agents for a browser: configuration, equal passwords; and says who could not be asked", async () => {
    const [first, second] = [await enrolled(), await enrolled()];
    const call = callAs(admin);
    expect(await call.config.read({ directorId: first.id })).toMatchObject({ text: "! masked ••••\n" });
    expect(await call.config.fingerprints({ directorIds: [first.id, second.id] })).toEqual([
      { instance: "VI_1", comparison: "equal" },
      { instance: "VI_2", comparison: "different" },
    ]);
    agents = agents.filter((agent) => agent !== second.agent);
    await second.agent.close();
    await expect(call.config.read({ directorId: second.id })).rejects.toThrow(
      new RegExp(`^${second.id} \\(127\\.0\\.0\\.1:\\d+\\): nothing listens there`, "u"),
    );
    await expect(call.config.read({ directorId: "nobody" })).rejects.toThrow(/no such director/u);
  });
});
