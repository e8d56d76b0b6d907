import type { Address } from "../net/address.ts";
import { compareAddresses } from "../net/address.ts";
import { type Endpoint, printEndpoint } from "../net/endpoint.ts";
import type { Connection } from "./connections.ts";
import { findServiceOf } from "./connections.ts";
import type { IpvsTable, ServiceId } from "./model.ts";
import { serviceKey } from "./table.ts";

/** Sums that need every entry once and none of them kept: for a table that streams by. */

/** A drained real server that templates still send clients to. */
export type DrainHold = {
  readonly service: ServiceId;
  readonly realServer: { readonly address: Address; readonly port: number };
  readonly templates: number;
  /** Seconds until the last of these templates expires, if no client renews one. */
  readonly longestExpiresS: number;
};

/** Counts, over entries as they stream by, how many templates hold each real server of weight 0, and for how long at least. */
export const drainHoldCount = (
  table: Pick<IpvsTable, "services">,
): { readonly add: (connections: Iterable<Connection>) => void; readonly holds: () => DrainHold[] } => {
  const drained = new Map<string, DrainHold>();
  for (const { id, destinations } of table.services) {
    for (const { address, port, weight } of destinations) {
      if (weight !== 0) continue;
      const hold = { service: id, realServer: { address, port }, templates: 0, longestExpiresS: 0 };
      drained.set(`${serviceKey(id)} ${printEndpoint({ address, port })}`, hold);
    }
  }
  const add = (connections: Iterable<Connection>): void => {
    for (const connection of connections) {
      if (connection.kind !== "template") continue;
      const service = findServiceOf(table, connection);
      if (service === undefined) continue;
      const key = `${serviceKey(service.id)} ${printEndpoint(connection.destination)}`;
      const hold = drained.get(key);
      if (hold === undefined) continue;
      const longestExpiresS = Math.max(hold.longestExpiresS, connection.expiresS);
      drained.set(key, { ...hold, templates: hold.templates + 1, longestExpiresS });
    }
  };
  return { add, holds: () => [...drained.values()].filter(({ templates }) => templates > 0) };
};

/** One client's entries. `established`: those that ipvsadm's ActiveConn counts of TCP and SCTP. */
export type ClientCount = {
  readonly address: Address;
  readonly connections: number;
  readonly established: number;
  readonly finWait: number;
  readonly templates: number;
  /** Entries of all kinds by real server, "10.0.0.1:80". */
  readonly byRealServer: Readonly<Record<string, number>>;
};

type Counted = {
  connections: number;
  established: number;
  finWait: number;
  templates: number;
  /** By the real server's number. */
  readonly servers: Map<number, number>;
};

/** Counts entries by client as they stream by; `top` gives the clients with most entries, the busiest first, equals by address. */
export const clientCount = (): {
  readonly add: (connections: Iterable<Connection>) => void;
  readonly top: (limit: number) => { readonly clients: ClientCount[]; readonly clientCount: number };
} => {
  const counts = new Map<Address, Counted>();
  const servers = realServerNumbers();
  const add = (connections: Iterable<Connection>): void => {
    for (const { client, destination, kind, state } of connections) {
      const count = counts.get(client.address) ?? countedNone();
      counts.set(client.address, count);
      const server = servers.numberOf(destination);
      count.servers.set(server, (count.servers.get(server) ?? 0) + 1);
      if (kind === "template") {
        count.templates += 1;
        continue;
      }
      count.connections += 1;
      if (state === "ESTABLISHED") count.established += 1;
      if (state === "FIN_WAIT") count.finWait += 1;
    }
  };
  const top = (limit: number): { clients: ClientCount[]; clientCount: number } => {
    const clients = [...counts]
      .toSorted(
        ([addressA, a], [addressB, b]) =>
          b.connections + b.templates - (a.connections + a.templates) || compareAddresses(addressA, addressB),
      )
      .slice(0, limit)
      .map(([address, { servers: counted, ...count }]) => ({
        address,
        ...count,
        byRealServer: Object.fromEntries(
          [...counted].map(([number, entries]) => [servers.nameOf(number), entries]),
        ),
      }));
    return { clients, clientCount: counts.size };
  };
  return { add, top };
};

const countedNone = (): Counted => ({
  connections: 0,
  established: 0,
  finWait: 0,
  templates: 0,
  servers: new Map(),
});

/** Real servers by number: a name for each of a hundred thousand entries would be written to be thrown away. */
const realServerNumbers = (): {
  readonly numberOf: (endpoint: Endpoint) => number;
  readonly nameOf: (number: number) => string;
} => {
  const byAddress = new Map<Address, Map<number, number>>();
  const names: string[] = [];
  const numberOf = ({ address, port }: Endpoint): number => {
    const ports = byAddress.get(address) ?? new Map<number, number>();
    byAddress.set(address, ports);
    const known = ports.get(port);
    if (known !== undefined) return known;
    ports.set(port, names.length);
    names.push(printEndpoint({ address, port }));
    return names.length - 1;
  };
  return { numberOf, nameOf: (number) => names[number] ?? "" };
};
