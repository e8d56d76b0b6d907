import { joinSnapshot, partsWord, snapshotPartSchema } from "@lvs/core/director/snapshot-parts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { directorChangeSchema, type DirectorChange } from "@lvs/core/director/change";
import { readingNewsSchema } from "@lvs/core/director/connection-reading";
import type { Agent } from "../daemon/agent.ts";
import { ChangeRing } from "../daemon/change-ring.ts";
import { StateStore, unreadState } from "../daemon/state-store.ts";
import { appRouter } from "../routers/app-router.ts";
import { SystemError } from "../system/system-error.ts";
import { startServer, type RunningServer } from "./server.ts";
import { callProcedure, listen, watchState, type StreamEvent, type TestClient } from "./test-client.ts";
import { makeTestCa, type KeyPair, type TestCa } from "./test-pki.ts";

const asked: string[] = [];
const refused: string[] = [];
const store = new StateStore(unreadState, new ChangeRing("e1"));

/** Writes down what it was asked, so that a refused call that reached it is seen. */
function reached(name: string): () => never {
  return () => {
    asked.push(name);
    throw new Error(`asked for ${name}`);
  };
}

const agent: Agent = {
  agentId: "a1",
  version: "test",
  epoch: "e1",
  nowMs: () => {
    asked.push("ping");
    return 1;
  },
  rest: () => Promise.resolve(),
  state: {
    read: () => {
      asked.push("state.read");
      return store.read();
    },
    watch: (listening) => {
      asked.push("state.watch");
      return store.watch(listening);
    },
  },
  table: {
    setWeight: reached("table.setWeight"),
    setTimeouts: reached("table.setTimeouts"),
    flushService: reached("table.flushService"),
    putBack: reached("table.putBack"),
  },
  connections: {
    find: reached("connections.find"),
    drainHolds: reached("connections.drainHolds"),
    busiest: reached("connections.busiest"),
  },
  config: {
    read: reached("config.read"),
    versions: reached("config.versions"),
    version: reached("config.version"),
    stage: reached("config.stage"),
    commit: reached("config.commit"),
    confirm: reached("config.confirm"),
    revert: reached("config.revert"),
    restore: reached("config.restore"),
    fingerprints: reached("config.fingerprints"),
  },
  daemon: { start: reached("daemon.start"), stop: reached("daemon.stop"), reload: reached("daemon.reload") },
};

/** Every procedure of the router, found by walking it: a new one is covered by itself. */
const procedures = Object.entries<unknown>(appRouter._def.procedures).map(([path, procedure]) => ({
  path,
  type: z.enum(["query", "mutation", "subscription"]).parse(readType(procedure)),
}));

function readType(procedure: unknown): unknown {
  const definition: unknown = typeof procedure === "function" ? Reflect.get(procedure, "_def") : undefined;
  return typeof definition === "object" && definition !== null ? Reflect.get(definition, "type") : undefined;
}

let ca: TestCa;
let server: RunningServer;
let console_: KeyPair;
const clientOf = (identity?: KeyPair): TestClient => ({ port: server.port, caPem: ca.pem, identity });

beforeAll(async () => {
  ca = await makeTestCa();
  const own = await ca.issue({ commonName: "lvs-1", purposes: ["serverAuth"] });
  console_ = await ca.issue({ commonName: "lvs-console", purposes: ["clientAuth"] });
  server = await startServer({
    identity: { ...own, caPem: ca.pem },
    listen: { host: "127.0.0.1", port: 0 },
    agent,
    log: {
      info: () => undefined,
      warn: (message, fields) => void refused.push(`${message}: ${String(fields?.["reason"])}`),
      error: () => undefined,
    },
  });
});

afterAll(() => server.close());

/** Inputs that pass the schemas; a procedure without one here is called without input. */
const sha = "0".repeat(64);
const service = { kind: "address", protocol: "TCP", address: "192.0.2.1", port: 80 };
const timeouts = { tcpS: 900, tcpFinS: 120, udpS: 300 };
const inputs: Readonly<Record<string, unknown>> = {
  "table.setWeight": { row: { service, address: "192.0.2.7", port: 80 }, weight: 1 },
  "table.setTimeouts": { timeouts, expected: timeouts },
  "table.flushService": { service, expected: [] },
  "table.putBack": { service },
  "connections.find": { kind: "serving", client: "192.0.2.9" },
  "connections.busiest": { filter: {} },
  "config.version": { sha256: sha },
  "config.stage": { baseSha256: sha, change: { kind: "text", text: "" } },
  "config.commit": { stageId: "s", activation: "none", confirmWithinMs: 1000 },
  "config.confirm": { stageId: "s" },
  "config.revert": { stageId: "s" },
  "config.restore": { sha256: sha, activation: "none" },
  "config.fingerprints": { key: sha },
};

describe.each(procedures)("$path", ({ path, type }) => {
  const call = (identity?: KeyPair) => callProcedure(clientOf(identity), { path, type, input: inputs[path] });

  it("reaches the agent for the console", async () => {
    asked.length = 0;
    const answer = await call(console_);
    expect(answer).not.toMatchObject({ status: 400 });
    expect(asked).toEqual([path]);
  });

  it("is refused without a certificate", async () => {
    asked.length = 0;
    refused.length = 0;
    expect(await call()).toMatchObject({ kind: "disconnected" });
    expect(asked).toEqual([]);
    expect(refused.join()).toContain("no client certificate was presented");
  });

  it("is refused to a console of another CA", async () => {
    asked.length = 0;
    refused.length = 0;
    const foreign = await (await makeTestCa()).issue({ commonName: "lvs-console", purposes: ["clientAuth"] });
    expect(await call(foreign)).toMatchObject({ kind: "disconnected" });
    expect(asked).toEqual([]);
    expect(refused.join()).toContain("not issued by the console's CA");
  });

  it("is refused to another agent of the same CA, with the reason in the answer and in the log", async () => {
    asked.length = 0;
    refused.length = 0;
    const other = await ca.issue({ commonName: "lvs-2", purposes: ["serverAuth", "clientAuth"] });
    const answer = await call(other);
    expect(answer).toMatchObject({ kind: "answered", status: 403 });
    expect(answer.kind === "answered" && answer.body).toContain(String.raw`\"lvs-2\" is not the console`);
    expect(asked).toEqual([]);
    expect(refused.join()).toContain("only lvs-console may ask");
  });

  it("is refused to a console certificate that is not made for clients, or has expired", async () => {
    asked.length = 0;
    const server_ = await ca.issue({ commonName: "lvs-console", purposes: ["serverAuth"] });
    const old = await ca.issue({
      commonName: "lvs-console",
      purposes: ["clientAuth"],
      notAfter: new Date(0),
    });
    for (const identity of [server_, old]) {
      expect(await call(identity)).toMatchObject({ kind: "disconnected" });
    }
    expect(asked).toEqual([]);
  });
});

describe("a failure", () => {
  const readConfig = () => callProcedure(clientOf(console_), { path: "config.read", type: "query" });

  it("of the machine is told in its own words, a bug only in the log, a stack never", async () => {
    const fault = {
      door: "files",
      subject: "/etc/x",
      code: "failed",
      reason: "could not read (EIO)",
    } as const;
    agent.config.read = () => Promise.reject(new SystemError(fault));
    const world = await readConfig();
    expect(world).toMatchObject({
      status: 500,
      body: expect.stringContaining("/etc/x: could not read (EIO)"),
    });
    agent.config.read = () => Promise.reject(new SystemError({ ...fault, code: "timed-out" }));
    expect(await readConfig()).toMatchObject({ status: 408 });
    agent.config.read = () => Promise.reject(new TypeError("secret of a bug"));
    const bug = await readConfig();
    expect(bug).toMatchObject({ status: 500, body: expect.stringContaining("its log says how") });
    expect(JSON.stringify([world, bug])).not.toMatch(/secret of a bug|stack/u);
  });
});

describe("connections.find", () => {
  const find = { path: "connections.find", input: { kind: "serving", client: "2001:DB8:0:0::5" } };
  const begun = { kind: "begun", expected: 7 } as const;
  const ended = { kind: "ended", unreadable: { count: 0 }, readAtMs: 1, tookMs: 1 } as const;

  it("tells each piece of news when it is there, and then ends", async () => {
    const next = Promise.withResolvers<void>();
    agent.connections.find = async function* ({ kind, limit }) {
      yield { kind: "absent", reason: `${kind} ${limit}`, readAtMs: 1 };
      await next.promise;
      yield ended;
    };
    const said: string[] = [];
    for await (const { data, event } of listen(clientOf(console_), find)) {
      if (event === "message") said.push(readingNewsSchema.parse(JSON.parse(data)).kind);
      // Only once the first was heard.
      if (said.length === 1) next.resolve();
      if (event === "return") break;
    }
    expect(said).toEqual(["absent", "ended"]);
  });

  it("is ended for the agent when its caller hangs up", async () => {
    const over = Promise.withResolvers<string>();
    agent.connections.find = async function* ({ kind }, signal) {
      signal.addEventListener("abort", () => over.resolve(kind));
      yield begun;
      await over.promise;
    };
    for await (const { event } of listen(clientOf(console_), find)) if (event === "message") break;
    expect(await over.promise).toBe("serving");
  });

  it("that fails on its way says how, in the machine's own words", async () => {
    agent.connections.find = async function* () {
      yield begun;
      await Promise.resolve();
      throw new SystemError({ door: "files", subject: "/proc/x", code: "failed", reason: "EIO" });
    };
    const events: StreamEvent[] = [];
    for await (const event of listen(clientOf(console_), find)) {
      events.push(event);
      if (event.event === "serialized-error") break;
    }
    expect(events.map(({ event }) => event)).toEqual(["connected", "message", "serialized-error"]);
    expect(events.at(-1)?.data).toContain("/proc/x: EIO");
  });
});

describe("state.watch", () => {
  const publish = (number: number) => store.publish({ kind: "log", lines: [`line ${number}`] });
  const numbersOf = (events: readonly StreamEvent[]) =>
    events.flatMap(({ data }) => {
      const change = directorChangeSchema.parse(JSON.parse(data));
      return change.kind === "log" ? change.lines.map((line) => Number(line.split(" ")[1])) : [];
    });

  it("begins with a snapshot and then goes on with numbered changes", async () => {
    const watching = watchState(clientOf(console_), undefined, (events) => {
      if (events.length === 1) publish(0);
      return events.length === 2;
    });
    const [first, second] = await watching;
    expect(directorChangeSchema.parse(JSON.parse(first?.data ?? "")).kind).toBe("snapshot");
    expect(directorChangeSchema.parse(JSON.parse(second?.data ?? "")).kind).toBe("log");
  });

  it("says a section that older consoles do not know to those alone that name it", async () => {
    const speakers = { links: ["eth0"], deaf: [], speakers: [], omitted: 0, findings: [] };
    const say = (): void => {
      store.publish({ kind: "speakers", fact: { status: "known", atMs: 1, value: speakers } });
      store.publish({ kind: "adverts", atMs: 2, counts: [] });
      store.publish({ kind: "beat", atMs: 3, sections: ["table", "speakers"] });
    };
    const heard = async (understands: readonly string[], count: number): Promise<DirectorChange[]> => {
      const events = await watchState({ ...clientOf(console_), understands }, undefined, (seen) => {
        if (seen.length === 1) say();
        return seen.length === count;
      });
      return events.slice(1).map(({ data }) => directorChangeSchema.parse(JSON.parse(data)));
    };
    expect(await heard([], 2)).toEqual([{ kind: "beat", atMs: 3, sections: ["table"] }]);
    expect(await heard(["speakers"], 4)).toMatchObject([
      { kind: "speakers", fact: { value: speakers } },
      { kind: "adverts" },
      { kind: "beat", sections: ["table", "speakers"] },
    ]);
  });

  it("says a large snapshot in parts, which have no id, to a console that names them", async () => {
    const state = store.read();
    const verdicts = Array.from({ length: 2_500 }, (_, port) => ({
      service: { kind: "fwmark" as const, mark: 1, family: "inet" as const },
      address: "10.0.0.1",
      port,
      verdict: "up" as const,
    }));
    store.publish({ kind: "health", fact: { status: "known", atMs: 1, value: verdicts } });
    const isEnough = (events: readonly StreamEvent[]) => events.some(({ id }) => id !== undefined);
    const client = { ...clientOf(console_), understands: [partsWord] };
    const events = await watchState(client, undefined, isEnough, () => true);
    const [last, ...parts] = events.filter(({ data }) => data.includes('"kind"')).toReversed();
    const snapshot = directorChangeSchema.parse(JSON.parse(last?.data ?? ""));
    expect(parts.map(({ id }) => id)).toEqual([undefined, undefined, undefined]);
    const heard = parts.toReversed().map(({ data }) => snapshotPartSchema.parse(JSON.parse(data)));
    if (snapshot.kind !== "snapshot") throw new Error(snapshot.kind);
    expect(snapshot.parts).toBe(3);
    expect(joinSnapshot(snapshot.state, heard)).toEqual(store.read());
    store.publish({ kind: "health", fact: state.health });
  });

  it("resumes by id after a cut, nothing lost and nothing doubled", async () => {
    const received: number[] = [];
    let id = (await watchState(clientOf(console_), undefined, (events) => events.length === 1))[0]?.id;
    let published = 0;
    for (let round = 0; round < 5; round += 1) {
      for (let count = 0; count < 7; count += 1) publish((published += 1));
      const wanted = round + 1 + 3;
      const events = await watchState(clientOf(console_), id, (seen) => seen.length === wanted);
      received.push(...numbersOf(events));
      id = events.at(-1)?.id;
    }
    received.push(
      ...numbersOf(
        await watchState(clientOf(console_), id, (events) => received.length + events.length === published),
      ),
    );
    expect(received).toEqual(Array.from({ length: published }, (_, index) => index + 1));
  });

  it.each(["e0:1", "e1:999999999", "e1:-1", "nonsense"])("gives a new snapshot for %s", async (id) => {
    const [first] = await watchState(clientOf(console_), id, (events) => events.length === 1);
    expect(directorChangeSchema.parse(JSON.parse(first?.data ?? "")).kind).toBe("snapshot");
  });
});
