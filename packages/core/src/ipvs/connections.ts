import { z } from "zod";
import type { Address } from "../net/address.ts";
import { addressFamily, parseAddress } from "../net/address.ts";
import { cidrContains, netmaskToPrefix, parseCidr } from "../net/cidr.ts";
import { printEndpoint } from "../net/endpoint.ts";
import type { IpvsTable, ServiceId, VirtualService } from "./model.ts";
import { serviceIdSchema } from "./model.ts";
import { findService, serviceFamily } from "./table.ts";

/** The connection table as plain data (`ipvsadm -Lc`, /proc/net/ip_vs_conn). */

export const connectionEndpointSchema = z.object({ address: z.string(), port: z.int().min(0).max(65_535) });

export const connectionSchema = z.object({
  /**
   * A template is no connection: it is the memory that a persistent client belongs to a real server. It holds that client there
   * until it expires, also when the server's weight is 0 (unless net.ipv4.vs.expire_quiescent_template is set).
   */
  kind: z.enum(["connection", "template"]),
  /** "TCP", "UDP", "SCTP", as the kernel names it; "IP" for the template of a firewall mark. */
  protocol: z.string(),
  /** Of a template: the client's network under the service's persistence mask, and port 0. */
  client: connectionEndpointSchema,
  virtual: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("address"), address: z.string(), port: z.int().min(0).max(65_535) }),
    z.object({ kind: z.literal("fwmark"), mark: z.int().min(0).max(4_294_967_295) }),
  ]),
  /** The real server. */
  destination: connectionEndpointSchema,
  /** "ESTABLISHED", "FIN_WAIT", "UDP", … as the kernel names it. */
  state: z.string(),
  /** Seconds until the entry is dropped unless traffic renews it. */
  expiresS: z.int().min(0),
  /** Persistence engine and what it keyed on (a SIP Call-ID). */
  engine: z.object({ name: z.string(), data: z.string() }).optional(),
  /** Made here, or told by the other director's sync daemon; only /proc/net/ip_vs_conn_sync says. */
  origin: z.enum(["local", "sync"]).optional(),
});
export type Connection = z.infer<typeof connectionSchema>;

/** A template has client port 0 and one of the two states templates have (ip_vs_proto.c ip_vs_state_name). */
export const connectionKind = (clientPort: number, state: string): Connection["kind"] =>
  clientPort === 0 && (state === "NONE" || state === "ASSURED") ? "template" : "connection";

/** What an operator asks for; every field given must match. An empty filter matches everything. */
export const connectionFilterSchema = z.object({
  /** A canonical address, or a network "192.0.2.0/24". */
  client: z.string().optional(),
  /** The service's own address and port. A mark matches its templates only: the kernel's entries of a mark carry the packet's address. */
  service: serviceIdSchema.optional(),
  realServer: z.object({ address: z.string(), port: z.int().optional() }).optional(),
  state: z.string().optional(),
  kind: z.enum(["connection", "template"]).optional(),
});
export type ConnectionFilter = z.infer<typeof connectionFilterSchema>;

/** Whether the entry was made for that service. Port 0 in the service stands for every port. */
export const belongsToService = (
  { virtual, protocol }: Pick<Connection, "virtual" | "protocol">,
  id: ServiceId,
): boolean => {
  if (id.kind === "fwmark") return virtual.kind === "fwmark" && virtual.mark === id.mark;
  if (virtual.kind === "fwmark") return false;
  return (
    protocol === id.protocol && virtual.address === id.address && (id.port === 0 || virtual.port === id.port)
  );
};

const isClient = (wanted: string, address: Address): boolean => {
  if (!wanted.includes("/")) return address === wanted;
  const network = parseCidr(wanted);
  return network !== undefined && cidrContains(network, address);
};

/** Whether the entry answers the question. A template matches a client only by its own address; see `servesClient` for masks. */
export const matchesFilter = (filter: ConnectionFilter, connection: Connection): boolean => {
  const { client, service, realServer, state, kind } = filter;
  if (client !== undefined && !isClient(client, connection.client.address)) return false;
  if (kind !== undefined && connection.kind !== kind) return false;
  if (state !== undefined && connection.state !== state) return false;
  if (service !== undefined && !belongsToService(connection, service)) return false;
  if (realServer === undefined) return true;
  const { address, port } = connection.destination;
  return address === realServer.address && (realServer.port === undefined || realServer.port === port);
};

/** The prefix length under which a service's persistent clients are lumped together; a host's full length without a mask. */
const persistencePrefix = (service: VirtualService): number => {
  const mask = service.persistence?.mask;
  if (serviceFamily(service.id) === "inet6") return mask === undefined ? 128 : Number(mask);
  return mask === undefined ? 32 : (netmaskToPrefix(mask) ?? 32);
};

/** Whether this entry speaks for that client: its own connection, or a template whose network holds the client's address. */
const servesClient = (
  table: Pick<IpvsTable, "services">,
  connection: Connection,
  client: Address,
): boolean => {
  if (connection.kind === "connection") return connection.client.address === client;
  const family = addressFamily(connection.client.address);
  const service = table.services.find(
    (candidate) => serviceFamily(candidate.id) === family && belongsToService(connection, candidate.id),
  );
  const prefixLength = service === undefined ? (family === "inet" ? 32 : 128) : persistencePrefix(service);
  return cidrContains({ address: connection.client.address, prefixLength }, client);
};

/** Which real server serves this client: the client's entries, connections before templates. Empty when there are none; also for text that is no address. */
export const findServing = (
  table: Pick<IpvsTable, "services">,
  connections: readonly Connection[],
  client: string,
): Connection[] => {
  const address = parseAddress(client);
  if (address === undefined) return [];
  const found = connections.filter((connection) => servesClient(table, connection, address));
  return [
    ...found.filter(({ kind }) => kind === "connection"),
    ...found.filter(({ kind }) => kind === "template"),
  ];
};

/** Sums over entries as they stream by; templates are counted apart, for they are no traffic. */
export type ConnectionTotals = {
  readonly connections: number;
  readonly templates: number;
  /** Connections by state name. */
  readonly byState: Readonly<Record<string, number>>;
  /** By real server, "10.0.0.1:80". */
  readonly byRealServer: Readonly<Record<string, RealServerTotals>>;
};

/** What is counted of one real server. */
export type RealServerTotals = {
  readonly connections: number;
  readonly templates: number;
  /** Connections by state name. */
  readonly byState: Readonly<Record<string, number>>;
  /** Seconds until the last of its templates expires if no client renews one; 0 without any. */
  readonly longestTemplateS: number;
};

interface Counted {
  connections: number;
  templates: number;
  readonly byState: Record<string, number>;
  longestTemplateS: number;
}

const countedNone = (): Counted => ({ connections: 0, templates: 0, byState: {}, longestTemplateS: 0 });

/** Counts entries by state and by real server as they stream by. */
export const connectionCount = (): {
  readonly add: (connections: Iterable<Connection>) => void;
  readonly totals: () => ConnectionTotals;
} => {
  const byState: Record<string, number> = {};
  const byRealServer: Record<string, Counted> = {};
  const sums = { connections: 0, templates: 0 };
  const add = (connections: Iterable<Connection>): void => {
    for (const { kind, state, destination, expiresS } of connections) {
      const realServer = (byRealServer[printEndpoint(destination)] ??= countedNone());
      if (kind === "template") {
        sums.templates += 1;
        realServer.templates += 1;
        realServer.longestTemplateS = Math.max(realServer.longestTemplateS, expiresS);
      } else {
        sums.connections += 1;
        realServer.connections += 1;
        realServer.byState[state] = (realServer.byState[state] ?? 0) + 1;
        byState[state] = (byState[state] ?? 0) + 1;
      }
    }
  };
  return { add, totals: () => ({ ...sums, byState, byRealServer }) };
};

/** Of no entry. */
export const noTotals: ConnectionTotals = { connections: 0, templates: 0, byState: {}, byRealServer: {} };

/** The totals of all entries of both, where no entry is in both. */
export const addTotals = (a: ConnectionTotals, b: ConnectionTotals): ConnectionTotals => {
  const byRealServer: Record<string, RealServerTotals> = { ...a.byRealServer };
  for (const [realServer, totals] of Object.entries(b.byRealServer)) {
    const before = byRealServer[realServer];
    byRealServer[realServer] = before === undefined ? totals : addRealServer(before, totals);
  }
  return {
    connections: a.connections + b.connections,
    templates: a.templates + b.templates,
    byState: addCounts(a.byState, b.byState),
    byRealServer,
  };
};

const addRealServer = (a: RealServerTotals, b: RealServerTotals): RealServerTotals => ({
  connections: a.connections + b.connections,
  templates: a.templates + b.templates,
  byState: addCounts(a.byState, b.byState),
  longestTemplateS: Math.max(a.longestTemplateS, b.longestTemplateS),
});

const addCounts = (
  a: Readonly<Record<string, number>>,
  b: Readonly<Record<string, number>>,
): Record<string, number> => {
  const sums = { ...a };
  for (const [name, count] of Object.entries(b)) sums[name] = (sums[name] ?? 0) + count;
  return sums;
};

/** Counts entries by state and by real server. Any iterable, read once. */
export const countConnections = (connections: Iterable<Connection>): ConnectionTotals => {
  const count = connectionCount();
  count.add(connections);
  return count.totals();
};

/** The service an entry was made for, by exact address first and then port 0; undefined when the table has none such. */
export const findServiceOf = (
  table: Pick<IpvsTable, "services">,
  connection: Pick<Connection, "virtual" | "protocol">,
): VirtualService | undefined => {
  const { virtual, protocol } = connection;
  if (virtual.kind === "address" && (protocol === "TCP" || protocol === "UDP" || protocol === "SCTP")) {
    const exact = findService(table, {
      kind: "address",
      protocol,
      address: virtual.address,
      port: virtual.port,
    });
    if (exact !== undefined) return exact;
  }
  return table.services.find(({ id }) => belongsToService(connection, id));
};
