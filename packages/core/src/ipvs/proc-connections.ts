import type { Address } from "../net/address.ts";
import type { Connection } from "./connections.ts";
import { connectionKind } from "./connections.ts";
import { readVirtual } from "./listing-connections.ts";
import { parseHexAddress, parseHexPort } from "./proc-cells.ts";
import type { Parsed, TextDiagnostic } from "./text-diagnostic.ts";

/** /proc/net/ip_vs_conn and ip_vs_conn_sync (source: kernel ip_vs_conn.c). Read line by line: the file may hold 100,000 entries. */

/** Columns of the two files: ip_vs_conn_sync says the origin of an entry and nothing of engines. */
export type ProcConnectionFile = "ip_vs_conn" | "ip_vs_conn_sync";

const readEndpoint = (
  address: Address | undefined,
  port: number | undefined,
): Connection["client"] | undefined =>
  address === undefined || port === undefined ? undefined : { address, port };

/** One entry; undefined when the line is none (the header line too). */
export const parseProcConnection = (line: string, file: ProcConnectionFile): Connection | undefined => {
  const words = line.trim().split(/\s+/);
  const [protocol = "", from = "", fromPort = "", to = "", toPort = "", at = "", atPort = "", state = ""] =
    words;
  const client = readEndpoint(parseHexAddress(from), parseHexPort(fromPort));
  const virtual = readEndpoint(parseHexAddress(to), parseHexPort(toPort));
  const destination = readEndpoint(parseHexAddress(at), parseHexPort(atPort));
  const isSync = file === "ip_vs_conn_sync";
  const expires = words[isSync ? 9 : 8] ?? "";
  if (
    client === undefined ||
    virtual === undefined ||
    destination === undefined ||
    !/^[0-9]{1,10}$/.test(expires)
  )
    return undefined;
  const entry = {
    kind: connectionKind(client.port, state),
    protocol,
    client,
    virtual: readVirtual(protocol, virtual),
    destination,
    state,
    expiresS: Number(expires),
  };
  if (isSync) return withOrigin(entry, words[8]);
  const [name, ...data] = words.slice(9);
  return name === undefined ? entry : { ...entry, engine: { name, data: data.join(" ") } };
};

const withOrigin = (entry: Connection, word: string | undefined): Connection | undefined => {
  if (word === "LOCAL") return { ...entry, origin: "local" };
  return word === "SYNC" ? { ...entry, origin: "sync" } : undefined;
};

const headerWords = /^Pro FromIP FPrt ToIP TPrt DestIP DPrt State (?:(Origin) )?Expires/;

/** Which of the two files begins with this line; undefined when it is no header. */
export const parseProcConnectionHeader = (line: string): ProcConnectionFile | undefined => {
  const match = headerWords.exec(line.trim().replaceAll(/\s+/g, " "));
  if (match === null) return undefined;
  return match[1] === undefined ? "ip_vs_conn" : "ip_vs_conn_sync";
};

/** A whole file, or rows of ip_vs_conn without their header. Any other line is a diagnostic. For large tables take it line by line instead. */
export const parseProcConnections = (text: string): Parsed<Connection[]> => {
  const value: Connection[] = [];
  const diagnostics: TextDiagnostic[] = [];
  let file: ProcConnectionFile = "ip_vs_conn";
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "") continue;
    const header = parseProcConnectionHeader(line);
    if (header !== undefined) {
      file = header;
      continue;
    }
    const connection = parseProcConnection(line, file);
    if (connection === undefined)
      diagnostics.push({ line: index + 1, text: line, reason: `not an entry of ${file}` });
    else value.push(connection);
  }
  return { value, diagnostics };
};
