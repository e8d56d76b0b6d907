import type { Configured, ConfiguredRealServer, ConfiguredService } from "../director/configured.ts";
import { noCounters, noRates, type Destination, type VirtualService } from "../ipvs/model.ts";
import { destinationKey, serviceKey, tidyService } from "../ipvs/table.ts";

/** A service as the configuration asks for it, its real servers by `destinationKey`. */
export interface WantedService {
  /** In normal form, with every real server, as if all checks were good. */
  readonly service: VirtualService;
  readonly realServers: ReadonlyMap<string, WantedRealServer>;
  /** Undefined: the service has no sorry_server, or one of its real servers is it. */
  readonly sorry: WantedSorry | undefined;
}

export interface WantedRealServer {
  readonly destination: Destination;
  readonly inhibits: boolean;
  readonly hasDynamicWeight: boolean;
}

export interface WantedSorry {
  readonly key: string;
  readonly destination: Destination;
  readonly inhibits: boolean;
}

export type WantedTable = ReadonlyMap<string, WantedService>;

/**
 * The table that the configuration asks for, by `serviceKey`, in the file's order. Two blocks of one service are one: the first
 * gives its settings, real servers are added up (as in keepalived/to-table).
 */
export const wantedTable = (configured: Configured): WantedTable => {
  const blocks = new Map<string, ConfiguredService[]>();
  for (const service of configured.services) {
    const key = serviceKey(service.id);
    const known = blocks.get(key);
    if (known === undefined) blocks.set(key, [service]);
    else known.push(service);
  }
  const table = new Map<string, WantedService>();
  for (const [key, [first, ...more]] of blocks)
    if (first !== undefined) table.set(key, wantedService(first, more));
  return table;
};

const wantedService = (first: ConfiguredService, more: readonly ConfiguredService[]): WantedService => {
  const found = new Map<string, ConfiguredRealServer>();
  for (const real of [first, ...more].flatMap((each) => each.realServers))
    if (!found.has(destinationKey(real))) found.set(destinationKey(real), real);
  const service = tidyService({
    ...serviceOf(first),
    destinations: [...found.values()].map((real) => destinationOf(real)),
  });
  const realServers = new Map<string, WantedRealServer>();
  for (const destination of service.destinations) {
    const key = destinationKey(destination);
    const real = found.get(key);
    realServers.set(key, {
      destination,
      inhibits: real?.inhibitOnFailure ?? false,
      hasDynamicWeight: real?.hasDynamicWeight ?? false,
    });
  }
  return { service, realServers, sorry: sorryOf(first, realServers) };
};

const serviceOf = (configured: ConfiguredService): Omit<VirtualService, "destinations"> => {
  const { persistenceEngine: engine, persistenceMask: mask, persistenceTimeoutS: timeoutS } = configured;
  return {
    id: configured.id,
    scheduler: configured.scheduler,
    schedulerFlags: configured.schedulerFlags ?? [],
    ...(timeoutS === undefined
      ? {}
      : {
          persistence: {
            timeoutS,
            ...(mask === undefined ? {} : { mask }),
            ...(engine === undefined ? {} : { engine }),
          },
        }),
    onePacket: configured.onePacket ?? false,
    counters: noCounters,
    rates: noRates,
  };
};

type Row = Pick<
  Destination,
  "address" | "port" | "forwarding" | "weight" | "upperThreshold" | "lowerThreshold" | "tunnel"
>;

const destinationOf = (row: Row): Destination => ({
  address: row.address,
  port: row.port,
  forwarding: row.forwarding,
  weight: row.weight,
  upperThreshold: row.upperThreshold,
  lowerThreshold: row.lowerThreshold,
  ...(row.tunnel === undefined ? {} : { tunnel: row.tunnel }),
  activeConnections: 0,
  inactiveConnections: 0,
  persistentConnections: 0,
  counters: noCounters,
  rates: noRates,
});

/** keepalived gives a sorry server weight 1 (check_data.c alloc_ssvr). */
const sorryOf = (
  { forwarding, sorryServer }: ConfiguredService,
  realServers: ReadonlyMap<string, WantedRealServer>,
): WantedSorry | undefined => {
  if (sorryServer === undefined || realServers.has(destinationKey(sorryServer))) return undefined;
  const destination = destinationOf({
    address: sorryServer.address,
    port: sorryServer.port,
    forwarding: sorryServer.forwarding ?? forwarding,
    weight: 1,
    upperThreshold: 0,
    lowerThreshold: 0,
  });
  return {
    key: destinationKey(sorryServer),
    destination,
    inhibits: sorryServer.inhibits ?? false,
  };
};
