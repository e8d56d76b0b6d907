import { addressToBytes, parseAddress } from "../net/address.ts";
import {
  type Connection,
  type ConnectionFilter,
  connectionCount,
  type ConnectionTotals,
  findServing,
  matchesFilter,
} from "./connections.ts";
import type { VirtualService } from "./model.ts";
import { parseProcConnection, parseProcConnectionHeader } from "./proc-connections.ts";

/** What is looked for in the connection table; plain data that may cross to another thread. */
export type ConnectionSieve =
  | { readonly kind: "matching"; readonly filter: ConnectionFilter }
  /** The client's own entries and the templates whose network holds it; of the services only identity and persistence are looked at. */
  | { readonly kind: "serving"; readonly client: string; readonly services: VirtualService[] };

/** How far a sift has come. */
export interface SiftProgress {
  /** Entries of the kernel's table read so far, matching or not. */
  readonly entryCount: number;
  /** Over every match since this was asked last. */
  readonly totals: ConnectionTotals;
}

/** Lines that could not be understood: their count, and the first of them. */
export interface Unreadable {
  readonly count: number;
  readonly first?: string;
}

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
  const addresses = [filter.client, filter.realServer?.address];
  if (filter.service?.kind === "address") addresses.push(filter.service.address);
  const texts = addresses.flatMap((address) => {
    const written = address === undefined ? undefined : procAddress(address);
    return written === undefined ? [] : [written];
  });
  if (filter.state !== undefined) texts.push(filter.state);
  return texts;
};

/** Whether a line can be a match, by its text alone. */
const lineTest = (sieve: ConnectionSieve): ((line: string) => boolean) => {
  if (sieve.kind === "matching") {
    const needed = neededTexts(sieve.filter);
    return (line) => needed.every((text) => line.includes(text));
  }
  const client = procAddress(sieve.client);
  // A template has client port 0 and may hold the client by its network, so it is looked at whatever its address.
  return (line) => (client !== undefined && line.includes(client)) || line.includes(" 0000 ");
};

/** Goes through /proc/net/ip_vs_conn piece by piece; what it keeps is the sums that were not asked yet. */
export class ConnectionSift {
  readonly #sieve: ConnectionSieve;
  readonly #mayMatch: (line: string) => boolean;
  #count = connectionCount();
  #rest = "";
  #entryCount = 0;
  #unreadableCount = 0;
  #firstUnreadable: string | undefined;

  constructor(sieve: ConnectionSieve) {
    this.#sieve = sieve;
    this.#mayMatch = lineTest(sieve);
  }

  /** The matches in the next piece of the file, in the kernel's order. A line may be spread over pieces. */
  take(piece: string): Connection[] {
    const text = this.#rest + piece;
    const end = text.lastIndexOf("\n") + 1;
    this.#rest = text.slice(end);
    return this.#sift(text.slice(0, end));
  }

  /** The match in a last line without an end, and what could not be understood. The sums of that line are in the next `progress`. */
  end(): { readonly connections: Connection[]; readonly unreadable: Unreadable } {
    const connections = this.#sift(this.#rest);
    this.#rest = "";
    const first = this.#firstUnreadable;
    return {
      connections,
      unreadable: { count: this.#unreadableCount, ...(first === undefined ? {} : { first }) },
    };
  }

  /** Begins new sums. */
  progress(): SiftProgress {
    const totals = this.#count.totals();
    this.#count = connectionCount();
    return { entryCount: this.#entryCount, totals };
  }

  #sift(text: string): Connection[] {
    const found: Connection[] = [];
    for (const line of text.split("\n")) {
      if (line === "") continue;
      this.#entryCount += 1;
      // The header must not pass unseen, or it would count as an entry.
      if (!this.#mayMatch(line) && !line.startsWith("Pro ")) continue;
      const connection = parseProcConnection(line, "ip_vs_conn");
      if (connection !== undefined) found.push(connection);
      else if (parseProcConnectionHeader(line) !== undefined) this.#entryCount -= 1;
      else {
        this.#unreadableCount += 1;
        this.#firstUnreadable ??= line;
      }
    }
    const matches = this.#matches(found);
    this.#count.add(matches);
    return matches;
  }

  #matches(found: Connection[]): Connection[] {
    const sieve = this.#sieve;
    if (sieve.kind === "serving") return findServing(sieve, found, sieve.client);
    return found.filter((connection) => matchesFilter(sieve.filter, connection));
  }
}
