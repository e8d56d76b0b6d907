import "reflect-metadata";
import { createServer, type Server } from "node:https";
import { once } from "node:events";
import { initTRPC, tracked } from "@trpc/server";
import { createHTTPHandler } from "@trpc/server/adapters/standalone";
import * as x509 from "@peculiar/x509";
import { z } from "zod";
import type { DirectorChange } from "@lvs/core/director/change";
import type { ReadingNews } from "@lvs/core/director/connection-reading";
import { type ConnectionQuestion, connectionQuestionSchema } from "@lvs/core/director/connections";
import { partsWord, rowsPerPart, splitSnapshot, type SnapshotPart } from "@lvs/core/director/snapshot-parts";
import type { DirectorState } from "@lvs/core/director/state";
import { flushServiceSchema, putBackSchema, setTimeoutsSchema } from "@lvs/core/director/table-commands";
import { noTotals } from "@lvs/core/ipvs/connections";
import type { IpvsTable } from "@lvs/core/ipvs/model";

/** An agent as the console meets it on the wire: mutual TLS and the few procedures that the collector asks for. */
export interface TestAgent {
  readonly port: number;
  /** Sends one more numbered change. */
  say(change: DirectorChange): void;
  /** The ids that clients resumed after, oldest first; undefined for a fresh start. */
  readonly resumedAfter: (string | undefined)[];
  /** What each of its streams was told to be on record. */
  readonly eventsAfter: (string | undefined)[];
  /** What it tells when it is asked for connections: an empty table, unless the test says another. */
  find: Find;
  /** Of a version that knew nothing but to be pinged. */
  isOld: boolean;
  close(): Promise<void>;
}

type Find = (question: ConnectionQuestion, signal: AbortSignal) => AsyncIterable<ReadingNews>;

export interface AgentIdentity {
  readonly agentId: string;
  readonly keyPem: string;
  readonly certificatePem: string;
  readonly caPem: string;
}

interface Numbered {
  readonly number: number;
  readonly change: DirectorChange;
}

/** What an agent remembers over a restart of its server in these tests. */
export interface AgentMemory {
  readonly changes: Numbered[];
  listener: () => void;
}

export const newMemory = (state: DirectorState): AgentMemory => ({
  changes: [{ number: 1, change: { kind: "snapshot", state } }],
  listener: () => undefined,
});

const trpc = initTRPC
  .context<{
    agentId: string;
    memory: AgentMemory;
    resumedAfter: (string | undefined)[];
    eventsAfter: (string | undefined)[];
    find: Find;
  }>()
  .create({
    isDev: false,
    sse: { ping: { enabled: true, intervalMs: 500 } },
  });

const said = ({ change, number }: Numbered) => tracked(`e:${number}`, change);

/** Every service of a snapshot is a part of its own, as if it were large. */
function* inParts(next: Numbered): Generator<SnapshotPart | ReturnType<typeof said>> {
  if (next.change.kind !== "snapshot") {
    yield said(next);
    return;
  }
  const steps = splitSnapshot(next.change.state, () => rowsPerPart + 1);
  let parts = 0;
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done === true) {
      yield said({ ...next, change: { kind: "snapshot", state: step.value, parts } });
      return;
    }
    parts += 1;
    yield step.value;
  }
}

const ping = trpc.procedure.query(({ ctx }) => ({
  agentId: ctx.agentId,
  agentVersion: "0",
  epoch: "e",
  nowMs: Date.now() + 5_000,
}));

const oldRouter = trpc.router({ ping });

const router = trpc.router({
  ping,
  config: trpc.router({
    read: trpc.procedure.query(() => ({
      path: "/etc/keepalived/keepalived.conf",
      sha256: "a".repeat(64),
      text: "! masked ••••\n",
    })),
    fingerprints: trpc.procedure.input(z.object({ key: z.string() })).query(({ ctx, input }) => [
      { instance: "VI_1", fingerprint: `${input.key} secret` },
      { instance: "VI_2", fingerprint: `${input.key} ${ctx.agentId}` },
    ]),
  }),
  connections: trpc.router({
    find: trpc.procedure
      .input(connectionQuestionSchema)
      .subscription(({ ctx, input, signal }) => ctx.find(input, signal ?? new AbortController().signal)),
  }),
  table: trpc.router({
    setTimeouts: trpc.procedure.input(setTimeoutsSchema).mutation(({ input: { expected, timeouts } }) => ({
      outcome: "done",
      previous: expected,
      timeouts,
      command: "",
    })),
    flushService: trpc.procedure
      .input(flushServiceSchema)
      .mutation(({ input: { expected } }) =>
        expected.length === 0
          ? { outcome: "refused", code: "rowChanged", reason: "has other real servers by now", details: [] }
          : { outcome: "done", removed: [], wayBack: ["-a -t 192.0.2.1:80 -r 10.0.0.1:80 -g -w 1"] },
      ),
    putBack: trpc.procedure
      .input(putBackSchema)
      .mutation(() => ({ outcome: "done", added: [], present: [] })),
  }),
  state: trpc.router({
    watch: trpc.procedure
      .input(
        z.object({
          lastEventId: z.string().nullish(),
          eventsAfter: z.string().optional(),
          understands: z.array(z.string()),
        }),
      )
      .subscription(async function* ({ ctx: { memory, resumedAfter, eventsAfter }, input, signal }) {
        const after = input.lastEventId ?? undefined;
        resumedAfter.push(after);
        eventsAfter.push(input.eventsAfter);
        let sent = after === undefined ? 0 : Number(after.split(":")[1]);
        while (signal?.aborted !== true) {
          const next = memory.changes.find(({ number }) => number > sent);
          if (next !== undefined) {
            sent = next.number;
            yield* input.understands.includes(partsWord) ? inParts(next) : [said(next)];
          } else {
            await new Promise<void>((resolve) => {
              memory.listener = resolve;
              signal?.addEventListener("abort", () => resolve(), { once: true });
            });
          }
        }
      }),
  }),
});

export async function startTestAgent(
  identity: AgentIdentity,
  memory: AgentMemory,
  port = 0,
): Promise<TestAgent> {
  const resumedAfter: (string | undefined)[] = [];
  const eventsAfter: (string | undefined)[] = [];
  const createContext = () => ({
    agentId: identity.agentId,
    memory,
    resumedAfter,
    eventsAfter,
    find: agent.find,
  });
  const handle = createHTTPHandler({ router, createContext });
  const handleOld = createHTTPHandler({ router: oldRouter, createContext });
  const server: Server = createServer(
    {
      key: identity.keyPem,
      cert: identity.certificatePem,
      ca: identity.caPem,
      requestCert: true,
      rejectUnauthorized: true,
      minVersion: "TLSv1.3",
    },
    (request, response) => (agent.isOld ? handleOld : handle)(request, response),
  );
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("no port");
  const agent: TestAgent = {
    port: bound.port,
    resumedAfter,
    eventsAfter,
    find: emptyTable,
    isOld: false,
    say: (change) => {
      memory.changes.push({ number: (memory.changes.at(-1)?.number ?? 0) + 1, change });
      memory.listener();
    },
    close: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  return agent;
}

async function* emptyTable(): AsyncGenerator<ReadingNews> {
  yield { kind: "begun" };
  yield { kind: "found", connections: [], entryCount: 0, totals: noTotals };
  yield { kind: "ended", unreadable: { count: 0 }, readAtMs: 0, tookMs: 0 };
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

/** A key that stays with the agent, and its request. */
export async function makeRequest(): Promise<{ keyPem: string; csrPem: string }> {
  const keys = await globalThis.crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: "CN=agent",
    keys,
    signingAlgorithm: algorithm,
  });
  const der = await globalThis.crypto.subtle.exportKey("pkcs8", keys.privateKey);
  return { keyPem: x509.PemConverter.encode(der, "PRIVATE KEY"), csrPem: request.toString("pem") };
}

/** A certificate of an authority that this console does not know, and that authority. */
export async function makeForeignIdentity(agentId: string): Promise<AgentIdentity> {
  const keys = await globalThis.crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${agentId}`,
    keys,
    signingAlgorithm: algorithm,
    extensions: [new x509.BasicConstraintsExtension(true)],
  });
  const der = await globalThis.crypto.subtle.exportKey("pkcs8", keys.privateKey);
  const certificatePem = certificate.toString("pem");
  return {
    agentId,
    keyPem: x509.PemConverter.encode(der, "PRIVATE KEY"),
    certificatePem,
    caPem: certificatePem,
  };
}

const absent = { status: "absent", atMs: 0, reason: "not in this test" } as const;

/** A director with this table and nothing else. */
export function stateWith(table: IpvsTable, atMs: number): DirectorState {
  return {
    host: absent,
    table: { status: "known", atMs, value: table },
    settings: absent,
    vrrp: absent,
    speakers: absent,
    drift: absent,
    health: absent,
    config: absent,
    daemon: absent,
    log: [],
  };
}
