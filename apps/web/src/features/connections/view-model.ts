import type { IpvsSettings } from "@lvs/core/director/state";
import type { FoundRows } from "@lvs/core/fleet/finding";
import type { FleetDirector } from "@lvs/core/fleet/model";
import { knownValue } from "@lvs/core/director/fact";
import { connectionPhase, type ConnectionPhase } from "@lvs/core/ipvs/connection-phase";
import {
  type Connection,
  type ConnectionFilter,
  countConnections,
  findServiceOf,
  matchesFilter,
} from "@lvs/core/ipvs/connections";
import { printConnectionLine, virtualEndpoint } from "@lvs/core/ipvs/listing-connections";
import type { Destination, IpvsTable, VirtualService } from "@lvs/core/ipvs/model";
import { serviceKey } from "@lvs/core/ipvs/table";
import { type Endpoint, printEndpoint } from "@lvs/core/net/endpoint";

/** From a director's answer to what stands on the page; pure. */

export type Rows = Pick<FoundRows, "connections" | "totals" | "isCapped">;

/** The answer to a client's question cut down by the page's other choices, which the question itself does not carry. */
export const narrow = (answer: Rows, filter: ConnectionFilter, clientPort: number | undefined): Rows => {
  const { client: _, ...rest } = filter;
  if (Object.keys(rest).length === 0 && clientPort === undefined) return answer;
  const connections = answer.connections.filter(
    (each) =>
      matchesFilter(rest, each) &&
      (clientPort === undefined || each.kind === "template" || each.client.port === clientPort),
  );
  return { connections, totals: countConnections(connections), isCapped: answer.isCapped };
};

/** "TCP 192.0.2.1:80" or "FWM 10": what the entry is for, as `serviceKey` would name a service of it. */
export const virtualName = ({ virtual, protocol }: Pick<Connection, "virtual" | "protocol">): string =>
  virtual.kind === "fwmark" ? `FWM ${virtual.mark}` : `${protocol} ${printEndpoint(virtual)}`;

/** One virtual address of a client, and who serves it there. */
export interface Served {
  readonly virtual: string;
  /** "10.0.0.1:80", in the order of the table's rows. */
  readonly servers: readonly string[];
  /** Only closed connections are left: it was served so. */
  readonly isOver: boolean;
  /** Where a template decides: where the next connection goes. */
  readonly template: Connection | undefined;
  readonly service: VirtualService | undefined;
}

/** Which real servers serve this client, service by service, those with live entries first. */
export const readServed = (
  connections: readonly Connection[],
  table: Pick<IpvsTable, "services"> | undefined,
): Served[] => {
  const groups = Map.groupBy(connections, virtualName);
  return [...groups]
    .map(([virtual, entries]): Served => {
      const live = entries.filter((entry) => connectionPhase(entry) !== "closing");
      const shown = live.length === 0 ? entries : live;
      const [first] = entries;
      return {
        virtual,
        servers: [...new Set(shown.map(({ destination }) => printEndpoint(destination)))],
        isOver: live.length === 0,
        template: entries.find(({ kind }) => kind === "template"),
        service: table === undefined || first === undefined ? undefined : findServiceOf(table, first),
      };
    })
    .toSorted((a, b) => Number(a.isOver) - Number(b.isOver));
};

/** One director's answer to the question about a client. */
export interface Told {
  readonly director: FleetDirector;
  readonly answer: FoundRows;
}

const heldBy = (director: FleetDirector): ReadonlySet<string> =>
  new Set(
    (director.state === undefined ? [] : (knownValue(director.state.vrrp) ?? []))
      .flatMap(({ addresses }) => addresses)
      .filter(({ isHeld }) => isHeld)
      .map(({ address }) => address),
  );

/** The director through which the client goes: the one that holds the addresses it talks to, else the one that knows most. */
export const chooseDirector = (told: readonly Told[]): Told | undefined => {
  const score = ({ answer, director }: Told): number => {
    const held = heldBy(director);
    const through = answer.connections.filter(
      ({ virtual }) => virtual.kind === "address" && held.has(virtual.address),
    ).length;
    return through * connectionsEver + answer.connections.length;
  };
  const knowing = told.filter(({ answer }) => answer.connections.length > 0);
  return knowing.toSorted((a, b) => score(b) - score(a))[0];
};

/** More than any answer carries, so that holding an address outweighs knowing more. */
const connectionsEver = 1_000_000;

const identity = (entry: Connection): string =>
  [
    entry.protocol,
    printEndpoint(entry.client),
    printEndpoint(virtualEndpoint(entry)),
    printEndpoint(entry.destination),
  ].join(" ");

/** What another director of the cluster would know of this client if it took over now. */
export interface Backup {
  readonly director: FleetDirector;
  readonly known: number;
  readonly total: number;
  /** Open connections that it does not know: a failover would break them. */
  readonly broken: readonly Connection[];
}

/** Compares entry by entry; only meaningful for whole answers that were not cut. */
export const compareBackup = (own: Told, other: Told): Backup => {
  const known = new Set(other.answer.connections.map(identity));
  const missing = own.answer.connections.filter((entry) => !known.has(identity(entry)));
  return {
    director: other.director,
    known: own.answer.connections.length - missing.length,
    total: own.answer.connections.length,
    broken: missing.filter((entry) => entry.protocol !== "UDP" && connectionPhase(entry) === "open"),
  };
};

/** What an entry is worth knowing for, beyond its state. */
export type Remark =
  | { readonly kind: "none" }
  /** A live connection that its template brought here. */
  | { readonly kind: "throughTemplate" }
  | { readonly kind: "sticks"; readonly server: string; readonly timeoutS: number | undefined }
  /** A template of a drained real server: it still gets this client (`isIgnored`: the kernel ends such templates). */
  | { readonly kind: "holdsDrained"; readonly server: string; readonly isIgnored: boolean | undefined }
  | { readonly kind: "onDrained" }
  /** Its real server left the table; `ends`: the kernel ends the connection at its next packet, or drops its packets in silence. */
  | { readonly kind: "gone"; readonly ends: boolean | undefined };

export interface EntryRow {
  readonly key: string;
  readonly connection: Connection;
  readonly cells: readonly string[];
  readonly phase: ConnectionPhase;
  readonly remark: Remark;
}

const livelyOrder = [
  "open",
  "opening",
  "unknown",
  "template",
  "closing",
] as const satisfies readonly ConnectionPhase[];

/** A client's entries with those that carry traffic first; the kernel's own order, by hash, says nothing. */
export const liveFirst = (connections: readonly Connection[]): Connection[] =>
  connections.toSorted(
    (a, b) => livelyOrder.indexOf(connectionPhase(a)) - livelyOrder.indexOf(connectionPhase(b)),
  );

interface Around {
  readonly table: Pick<IpvsTable, "services"> | undefined;
  readonly settings: IpvsSettings | undefined;
}

/** One row per entry: ipvsadm's own cells at the left, what they mean at the right. */
export const entryRows = (connections: readonly Connection[], around: Around): EntryRow[] => {
  const held = new Set(
    connections
      .filter(({ kind }) => kind === "template")
      .map((each) => `${virtualName(each)} ${printEndpoint(each.destination)}`),
  );
  return connections.map((connection, index) => ({
    key: `${index} ${identity(connection)}`,
    connection,
    cells: cellsOf(connection),
    phase: connectionPhase(connection),
    remark: remarkOf(connection, around, held),
  }));
};

/** The six words of the line that ipvsadm prints; no word of it holds a blank. */
const cellsOf = (connection: Connection): string[] => printConnectionLine(connection, {}).split(/ +/u);

const flag = (settings: IpvsSettings | undefined, name: string): boolean | undefined => {
  const text = settings?.sysctls[name];
  return text === undefined ? undefined : text !== "0";
};

/** A row of port 0 serves every port. */
const findRow = ({ destinations }: VirtualService, { address, port }: Endpoint): Destination | undefined =>
  destinations.find((row) => row.address === address && (row.port === port || row.port === 0));

const remarkOf = (connection: Connection, around: Around, held: ReadonlySet<string>): Remark => {
  const { settings, table } = around;
  const server = printEndpoint(connection.destination);
  const service = table === undefined ? undefined : findServiceOf(table, connection);
  const destination = service === undefined ? undefined : findRow(service, connection.destination);
  const phase = connectionPhase(connection);
  if (phase === "template") {
    if (destination?.weight === 0)
      return { kind: "holdsDrained", server, isIgnored: flag(settings, "expire_quiescent_template") };
    return { kind: "sticks", server, timeoutS: service?.persistence?.timeoutS };
  }
  if (phase === "closing") return { kind: "none" };
  if (service !== undefined && destination === undefined)
    return { kind: "gone", ends: flag(settings, "expire_nodest_conn") };
  if (destination?.weight === 0) return { kind: "onDrained" };
  return held.has(`${virtualName(connection)} ${server}`) ? { kind: "throughTemplate" } : { kind: "none" };
};

/** Widths in characters of ipvsadm's six columns, the blank after each counted; longer than ipvsadm's own where IPv6 needs it. */
export const columnWidths = (rows: readonly EntryRow[]): number[] =>
  [4, 7, 12, 19, 19, 18].map((width, column) =>
    Math.max(width, ...rows.map(({ cells }) => (cells[column]?.length ?? 0) + (column === 5 ? 0 : 1))),
  );

/** Whether persistence may still hold a drained real server: only then is it worth reading every template. */
export const mayHoldDrained = (table: Pick<IpvsTable, "services"> | undefined): boolean =>
  table?.services.some(
    ({ destinations, persistence }) =>
      persistence !== undefined && destinations.some(({ weight }) => weight === 0),
  ) ?? false;

/** Services by key, for choices. */
export const serviceKeys = (table: Pick<IpvsTable, "services"> | undefined): string[] =>
  (table?.services ?? []).map(({ id }) => serviceKey(id));
