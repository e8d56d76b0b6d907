import type { Address } from "../net/address.ts";
import { compareAddresses } from "../net/address.ts";
import { printEndpoint } from "../net/endpoint.ts";
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
  readonly templates: number;
};

/** Counts entries by client as they stream by; `top` gives the clients with most entries, the busiest first, equals by address. */
export const clientCount = (): {
  readonly add: (connections: Iterable<Connection>) => void;
  readonly top: (limit: number) => { readonly clients: ClientCount[]; readonly clientCount: number };
} => {
  const counts = new Map<Address, { connections: number; established: number; templates: number }>();
  const add = (connections: Iterable<Connection>): void => {
    for (const { client, kind, state } of connections) {
      const count = counts.get(client.address) ?? { connections: 0, established: 0, templates: 0 };
      counts.set(client.address, count);
      if (kind === "template") count.templates += 1;
      else count.connections += 1;
      if (kind === "connection" && state === "ESTABLISHED") count.established += 1;
    }
  };
  const top = (limit: number): { clients: ClientCount[]; clientCount: number } => {
    const clients = [...counts]
      .map(([address, count]) => ({ address, ...count }))
      .toSorted(
        (a, b) =>
          b.connections + b.templates - (a.connections + a.templates) ||
          compareAddresses(a.address, b.address),
      )
      .slice(0, limit);
    return { clients, clientCount: counts.size };
  };
  return { add, top };
};
