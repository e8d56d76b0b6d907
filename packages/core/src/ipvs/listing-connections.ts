import { addressFamily, addressFromBytes, addressToBytes } from "../net/address.ts";
import { ByteReader, ByteWriter } from "../net/bytes.ts";
import type { Endpoint } from "../net/endpoint.ts";
import { parseEndpoint } from "../net/endpoint.ts";
import type { Connection } from "./connections.ts";
import { connectionKind } from "./connections.ts";
import { parseProtocol } from "./listing-cells.ts";
import type { NameLookup } from "./listing.ts";
import { printListedEndpoint } from "./listing.ts";
import type { AddressFamily } from "./model.ts";
import type { Parsed, TextDiagnostic } from "./text-diagnostic.ts";

/** `ipvsadm -Lc`: parse and print (source: ipvsadm.c list_conn, print_conn). */

export type ConnectionListingOptions = {
  /** Present: without `-n`. */
  readonly names?: NameLookup;
  /** With `--persistent-conn`: engine name and data after the entries that have them. */
  readonly withEngine?: boolean;
};

/** The template of a mark carries it where the address stands, in the first four bytes. */
export const markAsAddress = (mark: number, family: AddressFamily): string => {
  const bytes = new ByteWriter(16)
    .u32be(mark)
    .zeros(family === "inet" ? 0 : 12)
    .finish();
  return addressFromBytes(bytes) ?? "";
};

/** What an entry's virtual address means: protocol "IP" is the template of a mark. */
export const readVirtual = (protocol: string, { address, port }: Endpoint): Connection["virtual"] =>
  protocol === "IP"
    ? { kind: "fwmark", mark: new ByteReader(addressToBytes(address)).u32be() }
    : { kind: "address", address, port };

/** The endpoint that stands in an entry's virtual column. */
export const virtualEndpoint = ({ virtual, client }: Pick<Connection, "virtual" | "client">): Endpoint =>
  virtual.kind === "address"
    ? virtual
    : { address: markAsAddress(virtual.mark, addressFamily(client.address)), port: 0 };

const pad2 = (value: number): string => String(value).padStart(2, "0");

/** "14:59", "180:03": minutes do not stop at 59. */
export const printExpiry = (seconds: number): string =>
  `${pad2(Math.floor(seconds / 60))}:${pad2(seconds % 60)}`;

/** Seconds of "MM:SS"; undefined for anything else. */
export const parseExpiry = (text: string): number | undefined => {
  const match = /^([0-9]{2,8}):([0-5][0-9])$/.exec(text);
  return match === null ? undefined : Number(match[1]) * 60 + Number(match[2]);
};

const columnTitles = { state: 11, source: 18, virtual: 18, destination: 18, engine: 16 } as const;

const headerLine = (withEngine: boolean): string => {
  const left = `pro expire ${"state".padEnd(columnTitles.state)} ${"source".padEnd(columnTitles.source)} ${"virtual".padEnd(columnTitles.virtual)}`;
  return withEngine
    ? `${left} ${"destination".padEnd(columnTitles.destination)} ${"pe name".padEnd(columnTitles.engine)} pe_data`
    : `${left} destination`;
};

/** One entry's line, without line end, as ipvsadm prints it. */
export const printConnectionLine = (connection: Connection, options: ConnectionListingOptions): string => {
  const { protocol, state, expiresS, client, destination, engine } = connection;
  const name = (endpoint: Endpoint): string =>
    printListedEndpoint(endpoint, options.names, parseProtocol(protocol));
  const left = `${protocol.padEnd(3)} ${printExpiry(expiresS).padEnd(6)} ${state.padEnd(columnTitles.state)}`;
  const ends = `${name(client).padEnd(columnTitles.source)} ${name(virtualEndpoint(connection)).padEnd(columnTitles.virtual)}`;
  if (options.withEngine !== true || engine === undefined || engine.data === "")
    return `${left} ${ends} ${name(destination)}`;
  const [data = ""] = engine.data.split(/\s/);
  return `${left} ${ends} ${name(destination).padEnd(16)} ${engine.name.padEnd(18)} ${data}`;
};

/** The text of `ipvsadm -Lc` for entries in the kernel's own order. */
export const printConnectionListing = (
  connections: readonly Connection[],
  options: ConnectionListingOptions,
): string =>
  [
    "IPVS connection entries",
    headerLine(options.withEngine === true),
    ...connections.map((connection) => printConnectionLine(connection, options)),
  ]
    .map((line) => `${line}\n`)
    .join("");

const parseRow = (line: string): Connection | string => {
  const [protocol, expiry, state, source, target, server, ...engine] = line.trim().split(/\s+/);
  if (protocol === undefined || expiry === undefined || state === undefined) return "not an entry";
  const expiresS = parseExpiry(expiry);
  if (expiresS === undefined) return "the second word is no time MM:SS";
  const client = parseEndpoint(source ?? "");
  const virtual = parseEndpoint(target ?? "");
  const destination = parseEndpoint(server ?? "");
  if (client === undefined || virtual === undefined || destination === undefined)
    return "names or cut addresses; list with -n";
  const kind = connectionKind(client.port, state);
  const entry = {
    kind,
    protocol,
    client,
    virtual: readVirtual(protocol, virtual),
    destination,
    state,
    expiresS,
  };
  const [name, ...data] = engine;
  return name === undefined ? entry : { ...entry, engine: { name, data: data.join(" ") } };
};

const headers = new Set([
  "IPVS connection entries",
  "pro expire state source virtual destination",
  "pro expire state source virtual destination pe name pe_data",
]);

/** Reads `ipvsadm -Lnc` (with or without `--persistent-conn`, with or without its header). Any other line is a diagnostic. */
export const parseConnectionListing = (text: string): Parsed<Connection[]> => {
  const value: Connection[] = [];
  const diagnostics: TextDiagnostic[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const squeezed = line.trim().replaceAll(/\s+/g, " ");
    if (squeezed === "" || headers.has(squeezed)) continue;
    const row = parseRow(line);
    if (typeof row === "string") diagnostics.push({ line: index + 1, text: line, reason: row });
    else value.push(row);
  }
  return { value, diagnostics };
};
