import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import type { Found } from "@lvs/core/director/connection-reading";
import { countConnections, noTotals } from "@lvs/core/ipvs/connections";
import { parseConnectionListing } from "@lvs/core/ipvs/listing-connections";
import { parseSave } from "@lvs/core/ipvs/save-format";
import { startCollector, type Collector } from "./collector.ts";
import { db } from "./db.ts";
import { fleetDirector } from "./live.ts";
import { announceRegistry } from "./registry.ts";
import { newMemory, startTestAgent, stateWith, type TestAgent } from "./testing/agent.ts";
import { callAs, makePerson, openTestConsole, type TestConsole } from "./testing/console.ts";
import { identityFor, register } from "./testing/registered-agent.ts";
import type { Person } from "./person.ts";

let opened: TestConsole;
let operator: Person;
let collector: Collector;
let agent: TestAgent | undefined;
const servers: Server[] = [];

beforeAll(async () => {
  opened = await openTestConsole();
  operator = await makePerson("operator");
  collector = await startCollector({ begin: () => Promise.resolve(), end: () => Promise.resolve() });
});
afterAll(async () => {
  await collector.stop();
  await opened.close();
});
afterEach(async () => {
  await agent?.close();
  for (const server of servers.splice(0)) server.close();
  await db().auditEntry.deleteMany();
  await db().director.deleteMany();
  await announceRegistry();
});

/** Something that takes connections on loopback, as a real server behind the VIP would; what it was sent. */
async function listen(): Promise<{
  port: number;
  sent: () => string;
  connections: () => number;
  /** The port of whoever connected last. */
  clientPort: () => number | undefined;
}> {
  let sent = "";
  let connections = 0;
  let clientPort: number | undefined;
  const server = createServer((socket) => {
    connections += 1;
    clientPort = socket.remotePort;
    socket.on("data", (data) => {
      sent += data.toString();
    });
    socket.on("error", () => undefined);
  });
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("no port");
  return { port: bound.port, sent: () => sent, connections: () => connections, clientPort: () => clientPort };
}

async function closedPort(): Promise<number> {
  const { port } = await listen();
  const server = servers.pop();
  server?.close();
  return port;
}

/** A director whose table has these rules. */
async function directorWith(rules: string): Promise<string> {
  const id = randomUUID();
  const identity = await identityFor(id);
  agent = await startTestAgent(identity, newMemory(stateWith(parseSave(rules).value, 1_000)));
  await register(id, agent.port, identity.certificatePem);
  await vi.waitFor(() => expect(fleetDirector(id)?.state).toBeDefined(), { timeout: 10_000 });
  return id;
}

it("connects to the service and past it, sends nothing, and says that no director has the connection", async () => {
  const [vip, real, closed] = [await listen(), await listen(), await closedPort()];
  const directorId = await directorWith(`-A -t 127.0.0.1:${vip.port} -s rr
-a -t 127.0.0.1:${vip.port} -r 127.0.0.1:${real.port} -m -w 1
-a -t 127.0.0.1:${vip.port} -r 127.0.0.1:${closed} -m -w 1
`);
  const service = `TCP 127.0.0.1:${vip.port}`;
  const answer = await callAs(operator).connections.tryService({ directorId, service });
  expect(answer).toMatchObject({
    vip: {
      status: "answered",
      from: expect.stringMatching(/^127\.0\.0\.1:\d+$/u),
      servedBy: { status: "nobody" },
    },
    realServersLeftOut: 0,
  });
  expect(new Map(answer.realServers.map(({ answers, name }) => [name, answers]))).toEqual(
    new Map([
      [`127.0.0.1:${real.port}`, true],
      [`127.0.0.1:${closed}`, false],
    ]),
  );
  expect([vip.connections(), vip.sent(), real.sent()]).toEqual([1, "", ""]);
});

it("ends the reading where it has found its own connection; one that broke off, or left rows out, is not nobody's", async () => {
  const vip = await listen();
  const directorId = await directorWith(`-A -t 127.0.0.1:${vip.port} -s rr\n`);
  const question = { directorId, service: `TCP 127.0.0.1:${vip.port}` };
  const found = (port: number | undefined): Found => {
    const line = `TCP 14:59  ESTABLISHED 127.0.0.1:${port} 127.0.0.1:${vip.port} 10.0.0.1:80`;
    const connections = parseConnectionListing(line).value;
    return { kind: "found", entryCount: 1, connections, totals: countConnections(connections) };
  };
  const over = Promise.withResolvers<string>();
  if (agent === undefined) throw new Error("no agent");
  agent.find = async function* ({ kind }, signal) {
    signal.addEventListener("abort", () => over.resolve(kind));
    yield found(vip.clientPort());
    await new Promise(() => undefined);
  };
  const { tryService } = callAs(operator).connections;
  expect(await tryService(question)).toMatchObject({
    vip: { servedBy: { status: "known", director: directorId, realServer: "10.0.0.1:80" } },
  });
  expect(await over.promise).toBe("serving");
  agent.find = async function* () {
    yield found(1);
    await Promise.resolve();
  };
  expect(await tryService(question)).toMatchObject({ vip: { servedBy: { status: "notAsked" } } });
  // Of more entries than one answer has rows, the console's own may be among those left out.
  agent.find = async function* () {
    yield { ...found(1), totals: { ...noTotals, connections: 2_000 } };
    await Promise.resolve();
    yield { kind: "ended", unreadable: { count: 0 }, readAtMs: 1, tookMs: 1 };
  };
  expect(await tryService(question)).toMatchObject({ vip: { servedBy: { status: "notAsked" } } });
});

it("says that a service refuses, and knocks at nothing that the director's table does not have", async () => {
  const [closed, elsewhere] = [await closedPort(), await listen()];
  const directorId = await directorWith(`-A -t 127.0.0.1:${closed} -s rr
-A -u 127.0.0.1:${closed} -s rr
`);
  const ask = (service: string) => callAs(operator).connections.tryService({ directorId, service });
  expect(await ask(`TCP 127.0.0.1:${closed}`)).toMatchObject({ vip: { status: "refused" }, realServers: [] });
  await expect(ask(`UDP 127.0.0.1:${closed}`)).rejects.toThrow("only a TCP service");
  await expect(ask(`TCP 127.0.0.1:${elsewhere.port}`)).rejects.toThrow("has no service");
  expect(elsewhere.connections()).toBe(0);
});

it("asks for the role operator and leaves a line in the audit log", async () => {
  const vip = await listen();
  const directorId = await directorWith(`-A -t 127.0.0.1:${vip.port} -s rr\n`);
  const question = { directorId, service: `TCP 127.0.0.1:${vip.port}` };
  const viewer = await makePerson("viewer");
  await expect(callAs(viewer).connections.tryService(question)).rejects.toThrow("operator");
  expect(vip.connections()).toBe(0);
  await callAs(operator).connections.tryService(question);
  const entries = await db().auditEntry.findMany({ where: { procedure: "connections.tryService" } });
  expect(entries.map(({ outcome }) => outcome).toSorted()).toEqual(["done", "refused"]);
});
