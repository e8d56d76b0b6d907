import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { db } from "./db.ts";
import { announceRegistry } from "./registry.ts";
import { newMemory, startTestAgent, stateWith, type TestAgent } from "./testing/agent.ts";
import { callAs, makePerson, openTestConsole, type TestConsole } from "./testing/console.ts";
import { identityFor, register } from "./testing/registered-agent.ts";
import type { Person } from "./person.ts";

let opened: TestConsole;
let operator: Person;
let agents: TestAgent[] = [];

beforeAll(async () => {
  opened = await openTestConsole();
  operator = await makePerson("operator");
});
afterAll(() => opened.close());
afterEach(async () => {
  await Promise.all(agents.map((agent) => agent.close()));
  agents = [];
  await db().run.deleteMany();
  await db().auditEntry.deleteMany();
  await db().director.deleteMany();
  await announceRegistry();
});

async function enrolled(): Promise<{ id: string; clusterId: string; agent: TestAgent }> {
  const id = randomUUID();
  const identity = await identityFor(id);
  const empty = { version: "1.2.1", size: 4096, services: [] };
  const agent = await startTestAgent(identity, newMemory(stateWith(empty, 1)));
  agents.push(agent);
  return { id, agent, clusterId: await register(id, agent.port, identity.certificatePem) };
}

const audited = async () =>
  (await db().auditEntry.findMany({ orderBy: { id: "asc" } })).map(({ outcome, detail, procedure }) => ({
    outcome,
    detail,
    procedure,
  }));

const expected = { tcpS: 900, tcpFinS: 120, udpS: 300 };
const service = { kind: "address", protocol: "TCP", address: "192.0.2.1", port: 80 } as const;
const rows = [{ address: "10.0.0.1", port: 80 }];

describe("a change of timeouts", () => {
  it("that shortens one wants the director's name typed; one that does not, does not", async () => {
    const { id } = await enrolled();
    const { table } = callAs(operator);
    const set = (timeouts: typeof expected, confirmName?: string) =>
      table.setTimeouts({
        directorId: id,
        timeouts,
        expected,
        ...(confirmName === undefined ? {} : { confirmName }),
      });
    for (const shorter of [{ tcpS: 60 }, { tcpFinS: 60 }, { udpS: 60 }]) {
      await expect(set({ ...expected, ...shorter })).rejects.toThrow(`type ${id} first`);
      await expect(set({ ...expected, ...shorter }, "another")).rejects.toThrow(`type ${id} first`);
    }
    const done = { outcome: "done", timeouts: { ...expected, udpS: 60 } };
    expect(await set({ ...expected, udpS: 60 }, id)).toMatchObject(done);
    expect(await set({ ...expected, tcpS: 901 })).toMatchObject({ outcome: "done" });
    const outcomes = (await audited()).map(({ outcome }) => outcome);
    expect(outcomes).toEqual([
      "refused",
      "refused",
      "refused",
      "refused",
      "refused",
      "refused",
      "done",
      "done",
    ]);
  });
});

describe("the flush of a service", () => {
  it("wants the service's name typed; its record says how to put it back", async () => {
    const { id } = await enrolled();
    const { table } = callAs(operator);
    const question = { directorId: id, service, expected: rows };
    await expect(table.flushService({ ...question, confirmName: "192.0.2.1:80" })).rejects.toThrow(
      "type TCP 192.0.2.1:80 first",
    );
    expect(await table.flushService({ ...question, confirmName: "TCP 192.0.2.1:80" })).toMatchObject({
      outcome: "done",
    });
    const refused = { ...question, expected: [], confirmName: "TCP 192.0.2.1:80" };
    expect(await table.flushService(refused)).toMatchObject({ outcome: "refused", code: "rowChanged" });
    expect((await audited()).map(({ detail, outcome }) => [outcome, detail])).toEqual([
      ["refused", "Its clients lose their connections: type TCP 192.0.2.1:80 first."],
      ["done", "-a -t 192.0.2.1:80 -r 10.0.0.1:80 -g -w 1"],
      ["refused", "has other real servers by now"],
    ]);
  });

  it("and timeouts wait for a run to end", async () => {
    const { id, clusterId } = await enrolled();
    await db().run.create({
      data: { id: randomUUID(), clusterId, startedBy: "ann", document: {} },
    });
    const { table } = callAs(operator);
    const question = { directorId: id, service };
    const underWay = /^Run \d+ is under way in this cluster\.$/u;
    await expect(
      table.flushService({ ...question, expected: rows, confirmName: "TCP 192.0.2.1:80" }),
    ).rejects.toThrow(underWay);
    await expect(table.putBack(question)).rejects.toThrow(underWay);
    await expect(table.setTimeouts({ directorId: id, timeouts: expected, expected })).rejects.toThrow(
      underWay,
    );
  });
});
