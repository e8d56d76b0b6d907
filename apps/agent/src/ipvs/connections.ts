import {
  type Connection,
  type ConnectionFilter,
  type ConnectionTotals,
  countConnections,
  findServing,
  matchesFilter,
} from "@lvs/core/ipvs/connections";
import type { IpvsTable } from "@lvs/core/ipvs/model";
import { parseProcConnection, parseProcConnectionHeader } from "@lvs/core/ipvs/proc-connections";
import { addressToBytes, parseAddress } from "@lvs/core/net/address";
import type { System } from "../system/system.ts";
import { SystemError } from "../system/system-error.ts";

/**
 * The connection table, only ever on demand. The kernel offers nothing but /proc/net/ip_vs_conn, and each read of it walks from the
 * table's beginning: all of 100,000 entries cost seconds of kernel time, so it is read by libuv's threads, filtered on the text
 * before anything is parsed, and capped.
 */
const connectionFile = "/proc/net/ip_vs_conn";

/** The kernel gives at most a page per read, whatever the room. */
const chunkBytes = 16 << 10;

export interface ConnectionQuestion {
  readonly filter: ConnectionFilter;
  /** At most this many entries come back; the totals still count every match. 1,000 unless told. */
  readonly limit?: number;
  readonly signal?: AbortSignal;
}

export interface ConnectionAnswer {
  /** The first matches in the kernel's order. */
  readonly connections: readonly Connection[];
  /** Over every match, also those past the limit. */
  readonly totals: ConnectionTotals;
  /** Entries in the kernel's table, matching or not. */
  readonly entryCount: number;
  readonly isCapped: boolean;
  /** Lines that could not be understood: their count, and the first of them. */
  readonly unreadable: { readonly count: number; readonly first?: string };
  readonly readAtMs: number;
  readonly tookMs: number;
}

export type ConnectionReading =
  | ({ readonly status: "known" } & ConnectionAnswer)
  | { readonly status: "absent"; readonly reason: "no ip_vs module"; readonly readAtMs: number }
  | { readonly status: "failed"; readonly error: SystemError; readonly readAtMs: number };

const hex = (value: number, width: number): string => value.toString(16).padStart(width, "0");

/** An address as the file writes it: "C0000201", or all eight groups of IPv6. Undefined for text that is no address. */
const procAddress = (text: string): string | undefined => {
  const address = parseAddress(text);
  if (address === undefined) return undefined;
  const bytes = addressToBytes(address);
  if (bytes.length === 4)
    return Array.from(bytes, (byte) => hex(byte, 2))
      .join("")
      .toUpperCase();
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return Array.from({ length: 8 }, (_, index) => hex(view.getUint16(index * 2), 4)).join(":");
};

/** Texts that stand in the line of every match: a line without one of them needs no parsing. */
const neededTexts = (filter: ConnectionFilter): string[] => {
  const texts: string[] = [];
  const addAddress = (text: string | undefined): void => {
    const written = text === undefined ? undefined : procAddress(text);
    if (written !== undefined) texts.push(written);
  };
  addAddress(filter.client);
  addAddress(filter.realServer?.address);
  if (filter.service?.kind === "address") addAddress(filter.service.address);
  if (filter.state !== undefined) texts.push(filter.state);
  return texts;
};

/** Sums of two totals. */
const addTotals = (a: ConnectionTotals, b: ConnectionTotals): ConnectionTotals => {
  const byState = { ...a.byState };
  for (const [state, count] of Object.entries(b.byState)) byState[state] = (byState[state] ?? 0) + count;
  const byRealServer = { ...a.byRealServer };
  for (const [name, counts] of Object.entries(b.byRealServer)) {
    const known = byRealServer[name] ?? { connections: 0, templates: 0 };
    byRealServer[name] = {
      connections: known.connections + counts.connections,
      templates: known.templates + counts.templates,
    };
  }
  return {
    connections: a.connections + b.connections,
    templates: a.templates + b.templates,
    byState,
    byRealServer,
  };
};

/** The entries of one piece of the file, and how many lines it had. */
interface Batch {
  readonly matches: readonly Connection[];
  readonly lineCount: number;
  readonly unreadable: readonly string[];
}

interface Sieve {
  readonly mayMatch: (line: string) => boolean;
  readonly matches: (connection: Connection) => boolean;
}

const sift = (text: string, sieve: Sieve): Batch => {
  const matches: Connection[] = [];
  const unreadable: string[] = [];
  let lineCount = 0;
  for (const line of text.split("\n")) {
    if (line === "") continue;
    lineCount += 1;
    if (!sieve.mayMatch(line)) continue;
    const connection = parseProcConnection(line, "ip_vs_conn");
    if (connection === undefined) {
      if (parseProcConnectionHeader(line) === undefined) unreadable.push(line);
      else lineCount -= 1;
    } else if (sieve.matches(connection)) matches.push(connection);
  }
  return { matches, lineCount, unreadable };
};

/** The file piece by piece, whole lines together; other work of the event loop runs between pieces. Throws SystemError. */
async function* batches(
  system: System,
  sieve: Sieve,
  signal: AbortSignal | undefined,
): AsyncGenerator<Batch> {
  let rest = "";
  const options = signal === undefined ? { chunkBytes } : { chunkBytes, signal };
  for await (const chunk of system.files.chunks(connectionFile, options)) {
    const text = rest + Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).toString("latin1");
    const end = text.lastIndexOf("\n") + 1;
    rest = text.slice(end);
    yield sift(text.slice(0, end), sieve);
  }
  if (rest !== "") yield sift(rest, sieve);
}

const sieveOf = (filter: ConnectionFilter): Sieve => {
  const needed = neededTexts(filter);
  return {
    // The header must pass, or it would count as an entry.
    mayMatch: (line) => needed.every((text) => line.includes(text)) || line.startsWith("Pro "),
    matches: (connection) => matchesFilter(filter, connection),
  };
};

const failedReading = (system: System, error: unknown): ConnectionReading => {
  if (!(error instanceof SystemError)) throw error;
  const readAtMs = system.clock.nowMs();
  if (error.code === "not-found") return { status: "absent", reason: "no ip_vs module", readAtMs };
  return { status: "failed", error, readAtMs };
};

/**
 * Matches as they are found, many at a time: what a stream to the console is made of. Ends early when the signal is aborted. Throws
 * SystemError, `not-found` without the ip_vs module.
 */
export async function* streamConnections(
  system: System,
  filter: ConnectionFilter,
  signal?: AbortSignal,
): AsyncGenerator<readonly Connection[]> {
  for await (const { matches } of batches(system, sieveOf(filter), signal))
    if (matches.length > 0) yield matches;
}

/** One question over the whole table. Never throws a SystemError. */
export const readConnections = async (
  system: System,
  question: ConnectionQuestion,
): Promise<ConnectionReading> => {
  const { clock } = system;
  const startMs = clock.monotonicMs();
  const limit = question.limit ?? 1000;
  const connections: Connection[] = [];
  const unreadable: { count: number; first?: string } = { count: 0 };
  let totals = countConnections([]);
  let entryCount = 0;
  try {
    for await (const batch of batches(system, sieveOf(question.filter), question.signal)) {
      entryCount += batch.lineCount;
      if (batch.matches.length > 0) totals = addTotals(totals, countConnections(batch.matches));
      connections.push(...batch.matches.slice(0, limit - connections.length));
      const [first] = batch.unreadable;
      if (first !== undefined) unreadable.first ??= first;
      unreadable.count += batch.unreadable.length;
    }
  } catch (error) {
    return failedReading(system, error);
  }
  const isCapped = totals.connections + totals.templates > connections.length;
  const tookMs = clock.monotonicMs() - startMs;
  const readAtMs = clock.nowMs();
  return { status: "known", connections, totals, entryCount, isCapped, unreadable, readAtMs, tookMs };
};

/**
 * Which real server serves this client: its connections, then the persistence templates whose network it is in (the table gives each
 * service's mask). Never throws a SystemError.
 */
export const readServing = async (
  system: System,
  question: {
    readonly table: Pick<IpvsTable, "services">;
    readonly client: string;
    readonly signal?: AbortSignal;
  },
): Promise<ConnectionReading> => {
  const { clock } = system;
  const startMs = clock.monotonicMs();
  const written = procAddress(question.client);
  const found: Connection[] = [];
  let entryCount = 0;
  const sieve: Sieve = {
    // A template has client port 0 and may hold the client by its network, so it is looked at whatever its address.
    mayMatch: (line) =>
      (written !== undefined && line.includes(written)) || line.includes(" 0000 ") || line.startsWith("Pro "),
    matches: () => true,
  };
  try {
    for await (const batch of batches(system, sieve, question.signal)) {
      entryCount += batch.lineCount;
      found.push(...findServing(question.table, batch.matches, question.client));
    }
  } catch (error) {
    return failedReading(system, error);
  }
  const connections = [
    ...found.filter(({ kind }) => kind === "connection"),
    ...found.filter(({ kind }) => kind === "template"),
  ];
  return {
    status: "known",
    connections,
    totals: countConnections(connections),
    entryCount,
    isCapped: false,
    unreadable: { count: 0 },
    readAtMs: clock.nowMs(),
    tookMs: clock.monotonicMs() - startMs,
  };
};
