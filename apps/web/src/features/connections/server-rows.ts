import type { ConnectionTotals, RealServerTotals } from "@lvs/core/ipvs/connections";
import type { IpvsTable } from "@lvs/core/ipvs/model";
import { destinationKey, serviceKey } from "@lvs/core/ipvs/table";

/** What the matches add up to, real server by real server, beside what the table says of each; pure. */

/** Columns of their own; every other state is counted together. */
export const shownStates = ["ESTABLISHED", "FIN_WAIT"] as const;
type ShownState = (typeof shownStates)[number];

export interface ServerRow {
  /** "10.0.0.1:80" */
  readonly key: string;
  /** Of its rows in the table, each once; empty: no row has it, undefined: the table is not known. */
  readonly weights: readonly number[] | undefined;
  /** Every row of it has weight 0. */
  readonly isDrained: boolean;
  readonly connections: number;
  readonly templates: number;
  readonly states: Readonly<Record<ShownState, number>> & { readonly other: number };
  /** Seconds until the last template ends if no client comes again; undefined: none. */
  readonly longestTemplateS: number | undefined;
  /** "TCP 192.0.2.1:80 10.0.0.1:80": what its traces are kept under. */
  readonly traceKeys: readonly string[];
}

export interface Around {
  readonly table: Pick<IpvsTable, "services"> | undefined;
  /** The one service that is asked about; undefined: all of them. */
  readonly service: string | undefined;
  /** Also those of the service that no match goes to: a zero says something there. */
  readonly isComplete: boolean;
}

/** The busiest first, equals by name. */
export const serverRows = (totals: ConnectionTotals, around: Around): ServerRow[] => {
  const inTable = rowsInTable(around);
  const keys = new Set([
    ...Object.keys(totals.byRealServer),
    ...(around.isComplete && around.service !== undefined ? (inTable?.keys() ?? []) : []),
  ]);
  return [...keys]
    .map((key) => rowOf(key, totals.byRealServer[key] ?? nothing, inTable))
    .toSorted(
      (a, b) => b.connections + b.templates - (a.connections + a.templates) || (a.key < b.key ? -1 : 1),
    );
};

const nothing: RealServerTotals = { connections: 0, templates: 0, byState: {}, longestTemplateS: 0 };

type TableRows = ReadonlyMap<string, readonly { readonly weight: number; readonly traceKey: string }[]>;

const rowsInTable = ({ service, table }: Around): TableRows | undefined => {
  if (table === undefined) return undefined;
  const rows = table.services
    .filter(({ id }) => service === undefined || serviceKey(id) === service)
    .flatMap(({ destinations, id }) =>
      destinations.map((each) => ({
        key: destinationKey(each),
        weight: each.weight,
        traceKey: `${serviceKey(id)} ${destinationKey(each)}`,
      })),
    );
  return Map.groupBy(rows, ({ key }) => key);
};

const rowOf = (key: string, counted: RealServerTotals, inTable: TableRows | undefined): ServerRow => {
  const { byState, connections, longestTemplateS, templates } = counted;
  const rows = inTable?.get(key) ?? [];
  return {
    key,
    weights: inTable === undefined ? undefined : [...new Set(rows.map(({ weight }) => weight))],
    isDrained: rows.length > 0 && rows.every(({ weight }) => weight === 0),
    connections,
    templates,
    states: statesOf(byState, connections),
    longestTemplateS: templates === 0 ? undefined : longestTemplateS,
    traceKeys: rows.map(({ traceKey }) => traceKey),
  };
};

const statesOf = (byState: Readonly<Record<string, number>>, connections: number) => {
  const { ESTABLISHED = 0, FIN_WAIT = 0 } = byState;
  return { ESTABLISHED, FIN_WAIT, other: connections - ESTABLISHED - FIN_WAIT };
};

/** Columns that fit beside the client's own numbers. */
export const serverColumnsAtMost = 6;

interface Counting {
  readonly byRealServer?: Readonly<Record<string, number>> | undefined;
}

/** The real servers that get a column of their own beside the clients: those with most entries. Empty where the agent does not say. */
export const serverColumns = (clients: readonly Counting[]): string[] => {
  const sums = new Map<string, number>();
  for (const { byRealServer = {} } of clients)
    for (const [key, entries] of Object.entries(byRealServer)) sums.set(key, (sums.get(key) ?? 0) + entries);
  return [...sums]
    .toSorted(([keyA, a], [keyB, b]) => b - a || (keyA < keyB ? -1 : 1))
    .slice(0, serverColumnsAtMost)
    .map(([key]) => key)
    .toSorted();
};

/** ".21" where that says which: one port, one /24, the full name in the same pane. Else the whole name. */
export const shortNames = (keys: readonly string[]): Map<string, string> => {
  const parts = keys.map((key) => /^(?<net>\d+\.\d+\.\d+)(?<last>\.\d+):(?<port>\d+)$/u.exec(key)?.groups);
  const [first] = parts;
  const isPlain = parts.every(
    (part) => part !== undefined && part["net"] === first?.["net"] && part["port"] === first?.["port"],
  );
  return new Map(keys.map((key, index) => [key, isPlain ? (parts[index]?.["last"] ?? key) : key]));
};
