import { randomUUID } from "node:crypto";
import {
  hearNews,
  type HeardReading,
  nothingHeard,
  type ReadingNews,
} from "@lvs/core/director/connection-reading";
import type { FindingSaid } from "@lvs/core/fleet/finding";
import { countConnections } from "@lvs/core/ipvs/connections";
import { parseConnectionListing } from "@lvs/core/ipvs/listing-connections";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { db } from "./db.ts";
import type { Scope } from "./find-connections.ts";
import { announceRegistry } from "./registry.ts";
import { newMemory, startTestAgent, stateWith, type TestAgent } from "./testing/agent.ts";
import { callAs, makePerson, openTestConsole, type TestConsole } from "./testing/console.ts";
import { identityFor, register } from "./testing/registered-agent.ts";
import type { Person } from "./person.ts";

let opened: TestConsole;
let viewer: Person;
let agents: TestAgent[] = [];

beforeAll(async () => {
  opened = await openTestConsole();
  viewer = await makePerson("viewer");
});
afterAll(() => opened.close());
afterEach(async () => {
  await Promise.all(agents.map((agent) => agent.close()));
  agents = [];
  await db().director.deleteMany();
  await announceRegistry();
});

interface Enrolled {
  readonly id: string;
  readonly clusterId: string;
  readonly agent: TestAgent;
}

async function enrolled(find?: TestAgent["find"]): Promise<Enrolled> {
  const id = randomUUID();
  const identity = await identityFor(id);
  const agent = await startTestAgent(
    identity,
    newMemory(stateWith({ version: "1.2.1", size: 1, services: [] }, 1)),
  );
  if (find !== undefined) agent.find = find;
  agents.push(agent);
  return { id, agent, clusterId: await register(id, agent.port, identity.certificatePem) };
}

const begun: ReadingNews = { kind: "begun", expected: 9 };
const ended: ReadingNews = { kind: "ended", unreadable: { count: 0 }, readAtMs: 1, tookMs: 1 };
const foundOne = (entryCount: number): ReadingNews => {
  const line = `TCP 14:59  ESTABLISHED 192.0.2.5:${entryCount} 192.0.2.1:80 10.0.0.1:80`;
  const connections = parseConnectionListing(line).value;
  return { kind: "found", entryCount, connections, totals: countConnections(connections) };
};
const question = { kind: "serving", client: "2001:DB8:0:0::5" } as const;

function find(scope: Scope, signal?: AbortSignal): Promise<AsyncIterable<FindingSaid>> {
  return callAs(viewer, {}, signal).connections.find({ scope, question });
}

/** What was heard of each director, and how each that failed did. */
interface Heard {
  readonly readings: Map<string, HeardReading>;
  readonly failures: Map<string, { readonly problem: string; readonly reason: string }>;
}

async function hearAll(said: AsyncIterable<FindingSaid>): Promise<Heard> {
  const heard: Heard = { readings: new Map(), failures: new Map() };
  for await (const each of said) note(heard, each);
  return heard;
}

function note({ failures, readings }: Heard, said: FindingSaid): void {
  for (const { directorId, news } of said.kind === "news" ? said.news : []) {
    if (news.kind === "failed") failures.set(directorId, news);
    else readings.set(directorId, hearNews(readings.get(directorId) ?? nothingHeard, news));
  }
}

describe("a question for connections", () => {
  it("goes to one director, to a cluster or to all of them, in any spelling of the client", async () => {
    const asked: unknown[] = [];
    const one = await enrolled(async function* (heard) {
      asked.push(heard);
      yield begun;
      yield ended;
    });
    const other = await enrolled();
    const askedBy = async (scope: Scope): Promise<readonly string[]> => {
      for await (const said of await find(scope)) if (said.kind === "asked") return said.directorIds;
      return [];
    };
    expect(await askedBy({ of: "director", id: one.id })).toEqual([one.id]);
    expect(await askedBy({ of: "cluster", id: other.clusterId })).toEqual([other.id]);
    expect(await askedBy({ of: "fleet" })).toEqual([one.id, other.id].toSorted());
    await hearAll(await find({ of: "cluster", id: one.clusterId }));
    expect(asked.at(-1)).toEqual({ kind: "serving", client: "2001:db8::5", limit: 1_000 });
    await expect(askedBy({ of: "director", id: "nobody" })).rejects.toThrow("There is no such director.");
  });

  it("has each director's answer when it is there, not after the slowest", async () => {
    const hold = Promise.withResolvers<void>();
    const slow = await enrolled(async function* () {
      yield begun;
      yield foundOne(1);
      await hold.promise;
      yield foundOne(2);
      yield ended;
    });
    const quick = await enrolled();
    const heard: Heard = { readings: new Map(), failures: new Map() };
    let isDone = false;
    for await (const said of await find({ of: "fleet" })) {
      note(heard, said);
      isDone = said.kind === "done";
      const isQuickOver = heard.readings.get(quick.id)?.end !== undefined;
      if (isQuickOver && heard.readings.get(slow.id)?.connections.length === 1) hold.resolve();
    }
    expect(isDone).toBe(true);
    expect(heard.readings.get(slow.id)).toMatchObject({ entryCount: 2, expected: 9, end: ended });
    expect(heard.readings.get(slow.id)?.connections).toHaveLength(2);
  });

  it("keeps what was found where the agent is lost on the way, and says so; the others go on", async () => {
    const lost = await enrolled(async function* () {
      yield begun;
      yield foundOne(4_000);
      await new Promise(() => undefined);
    });
    const other = await enrolled();
    const heard: Heard = { readings: new Map(), failures: new Map() };
    let closed: Promise<void> | undefined;
    for await (const said of await find({ of: "fleet" })) {
      note(heard, said);
      if (heard.readings.get(lost.id)?.entryCount === 4_000) closed ??= lost.agent.close();
    }
    await closed;
    agents = agents.filter((agent) => agent !== lost.agent);
    expect(heard.readings.get(lost.id)).toMatchObject({ connections: { length: 1 }, end: undefined });
    expect(heard.failures.get(lost.id)).toMatchObject({
      problem: "agentUnreachable",
      reason: expect.stringContaining("nothing listens there"),
    });
    expect(heard.readings.get(other.id)?.end?.kind).toBe("ended");
    expect(heard.failures.size).toBe(1);
  });

  it("says why a director could not be asked: not there, its own failure, a reading cut short, another form, an older agent", async () => {
    const gone = await enrolled();
    agents = agents.filter((agent) => agent !== gone.agent);
    await gone.agent.close();
    const failing = await enrolled(async function* () {
      yield begun;
      throw await Promise.resolve(new Error("could not read (EIO)"));
    });
    const short = await enrolled(async function* () {
      yield begun;
      yield foundOne(7);
    });
    const { failures, readings } = await hearAll(await find({ of: "fleet" }));
    const other = await enrolled();
    // As an agent of another version might.
    Object.assign(other.agent, {
      find: async function* () {
        yield { kind: "hello" };
      },
    });
    const { failures: later } = await hearAll(await find({ of: "director", id: other.id }));
    const old = await enrolled();
    old.agent.isOld = true;
    const { failures: older } = await hearAll(await find({ of: "director", id: old.id }));
    expect(older.get(old.id)?.reason).toContain("its agent is older than this console");
    expect(failures.get(gone.id)?.reason).toContain("nothing listens there");
    expect(failures.get(failing.id)).toMatchObject({
      problem: "agentFailed",
      reason: expect.stringContaining("could not read (EIO)"),
    });
    expect(failures.get(short.id)?.reason).toContain("the stream was cut");
    expect(readings.get(short.id)).toMatchObject({ entryCount: 7, end: undefined });
    expect(later.get(other.id)?.reason).toContain("speaks of connections in another form");
  });

  it("ends every reading when nobody listens any more", async () => {
    const over = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    for (const { resolve } of over)
      await enrolled(async function* (_, signal) {
        signal.addEventListener("abort", () => resolve());
        yield foundOne(1);
        await new Promise(() => undefined);
      });
    const abort = new AbortController();
    for await (const said of await find({ of: "fleet" }, abort.signal))
      if (said.kind === "news") abort.abort();
    await Promise.all(over.map(({ promise }) => promise));
  });
});
