import { connect, type Socket } from "node:net";
import { TRPCError } from "@trpc/server";
import { z } from "zod";
import { hearNews, isCapped, nothingHeard } from "@lvs/core/director/connection-reading";
import { connectionsShownAtMost } from "@lvs/core/director/connections";
import { knownValue } from "@lvs/core/director/fact";
import { directorAge, isUsable } from "@lvs/core/fleet/freshness";
import type { FleetDirector } from "@lvs/core/fleet/model";
import type { Connection } from "@lvs/core/ipvs/connections";
import type { VirtualService } from "@lvs/core/ipvs/model";
import { destinationKey, serviceKey } from "@lvs/core/ipvs/table";
import { printEndpoint } from "@lvs/core/net/endpoint";
import { followReading } from "./follow-reading.ts";
import { currentFleet } from "./live.ts";
import { Problem, problem } from "./problem.ts";
import { portAnswers } from "./ssh/real-server-link.ts";

/**
 * One connection from this console to a virtual service, the way a client's goes, and one to each of its real servers past the
 * director. Not from a director: one that holds the VIP would speak from the VIP, and the real server would answer itself.
 */

const connectLimitMs = 5_000;
/** A reading of a large connection table takes seconds; past this the answer does without. */
const askLimitMs = 10_000;
/** Enough to see a pattern; a service of a hundred real servers is not knocked at a hundred times. */
const realServersTried = 16;

export const tryQuestionSchema = z.object({ directorId: z.string(), service: z.string() });

const servedBySchema = z.discriminatedUnion("status", [
  z.object({ status: z.literal("known"), director: z.string(), realServer: z.string() }),
  /** No director that answered has the connection. */
  z.object({ status: z.literal("nobody") }),
  z.object({ status: z.literal("notAsked"), reason: z.string() }),
]);
type ServedBy = z.infer<typeof servedBySchema>;

export const tryAnswerSchema = z.object({
  atMs: z.number(),
  tookMs: z.number(),
  vip: z.discriminatedUnion("status", [
    z.object({ status: z.literal("answered"), from: z.string(), servedBy: servedBySchema }),
    z.object({ status: z.enum(["refused", "silent", "failed"]), reason: z.string() }),
  ]),
  /** In the order of the table; `answers` absent: no answer, which is not a no. */
  realServers: z.array(z.object({ name: z.string(), answers: z.boolean().optional() })),
  realServersLeftOut: z.int(),
});
type TryAnswer = z.infer<typeof tryAnswerSchema>;

export async function tryService({
  directorId,
  service: name,
}: z.infer<typeof tryQuestionSchema>): Promise<TryAnswer> {
  const fleet = currentFleet();
  const director = fleet.directors.find(({ id }) => id === directorId);
  if (director === undefined) throw problem("notFound", "There is no such director.");
  const service = serviceIn(director, name, fleet.nowMs);
  const { id } = service;
  if (id.kind !== "address" || id.protocol !== "TCP" || id.port === 0)
    throw problem(
      "notTriable",
      `${name} cannot be tried: only a TCP service with an address and a port answers.`,
    );
  const tried = service.destinations.slice(0, realServersTried);
  const fellows = fleet.directors.filter(({ clusterId }) => clusterId === director.clusterId);
  const [vip, realServers] = await Promise.all([
    tryVip(id, holdersFirst(fellows, id.address)),
    Promise.all(tried.map((row) => tryRealServer(row))),
  ]);
  return {
    atMs: Date.now(),
    ...vip,
    realServers,
    realServersLeftOut: service.destinations.length - tried.length,
  };
}

/** Only what stands in a director's table is knocked at: the console is no port scanner. */
function serviceIn(director: FleetDirector, name: string, nowMs: number): VirtualService {
  const table = director.state === undefined ? undefined : knownValue(director.state.table);
  if (table === undefined || !isUsable(directorAge(director, nowMs)))
    throw problem("tableUnknown", `The table of ${director.name} is not known now.`);
  const service = table.services.find(({ id }) => serviceKey(id) === name);
  if (service === undefined) throw problem("notFound", `${director.name} has no service ${name} now.`);
  return service;
}

/** Whoever holds the address forwards for it; a backup may know the connection by its sync daemon. */
function holdersFirst(directors: readonly FleetDirector[], vip: string): FleetDirector[] {
  const holds = ({ state }: FleetDirector): boolean =>
    (state === undefined ? [] : (knownValue(state.vrrp) ?? [])).some(({ addresses }) =>
      addresses.some(({ address, isHeld }) => address === vip && isHeld),
    );
  return directors.toSorted((a, b) => Number(holds(b)) - Number(holds(a)));
}

async function tryVip(
  { address, port }: { readonly address: string; readonly port: number },
  directors: readonly FleetDirector[],
): Promise<Pick<TryAnswer, "tookMs" | "vip">> {
  const startMs = performance.now();
  const end = await opened(address, port);
  const tookMs = performance.now() - startMs;
  if ("status" in end) return { tookMs, vip: end };
  try {
    const local = { address: end.localAddress ?? "", port: end.localPort ?? 0 };
    const servedBy = await askWho(local, directors);
    return { tookMs, vip: { status: "answered", from: printEndpoint(local), servedBy } };
  } finally {
    end.destroy();
  }
}

type Unopened = Extract<TryAnswer["vip"], { status: "refused" | "silent" | "failed" }>;

/** An open connection on which nothing is sent, or why there is none. */
async function opened(host: string, port: number): Promise<Socket | Unopened> {
  const { promise, resolve } = Promise.withResolvers<Socket | Unopened>();
  const socket = connect({ host, port, timeout: connectLimitMs });
  socket.once("connect", () => {
    socket.setTimeout(0);
    resolve(socket);
  });
  socket.once("timeout", () => resolve({ status: "silent", reason: "ETIMEDOUT" }));
  socket.on("error", (error: NodeJS.ErrnoException) => {
    const status = error.code === "ECONNREFUSED" ? "refused" : "failed";
    resolve({ status, reason: error.message });
  });
  const end = await promise;
  if ("status" in end) socket.destroy();
  return end;
}

/** Asks one director after the other while the connection is open: it is the one entry with the console's own port. */
async function askWho(
  local: { readonly address: string; readonly port: number },
  directors: readonly FleetDirector[],
): Promise<ServedBy> {
  const signal = AbortSignal.timeout(askLimitMs);
  let failure: string | undefined;
  for (const { id, name } of directors) {
    try {
      const { own, isWhole } = await findOwn(id, local, signal);
      if (own !== undefined)
        return { status: "known", director: name, realServer: printEndpoint(own.destination) };
      if (!isWhole) failure ??= `the connection table of ${name} was not read to its end in time`;
    } catch (error) {
      if (!(error instanceof TRPCError) || !(error.cause instanceof Problem)) throw error;
      failure ??= error.message;
    }
  }
  return failure === undefined ? { status: "nobody" } : { status: "notAsked", reason: failure };
}

/** The reading ends where the entry is found. `isWhole`: every entry of that address was looked at. */
async function findOwn(
  directorId: string,
  { address, port }: { readonly address: string; readonly port: number },
  signal: AbortSignal,
): Promise<{ own: Connection | undefined; isWhole: boolean }> {
  const found = new AbortController();
  let heard = nothingHeard;
  let own: Connection | undefined;
  const question = { kind: "serving", client: address, limit: connectionsShownAtMost } as const;
  await followReading(directorId, question, {
    signal: AbortSignal.any([signal, found.signal]),
    onNews: (news) => {
      heard = hearNews(heard, news);
      own = heard.connections.find(({ client }) => client.port === port);
      if (own !== undefined) found.abort();
    },
  });
  return { own, isWhole: heard.end !== undefined && !isCapped(heard) };
}

async function tryRealServer(row: {
  readonly address: string;
  readonly port: number;
}): Promise<TryAnswer["realServers"][number]> {
  const answers = (await portAnswers(row.address, [row.port]))[row.port];
  return { name: destinationKey(row), ...(answers === undefined ? {} : { answers }) };
}
