import type { ListedServiceId } from "./listing-cells.ts";
import type { Listing } from "./listing-parse.ts";
import type { ListedDestination, ListedService } from "./listing-rows.ts";
import type { Destination, IpvsTable, ServiceId, VirtualService } from "./model.ts";
import { noCounters, noRates } from "./model.ts";
import { destinationKey, plainTunnel, serviceKey } from "./table.ts";

/** A table put together from several listings, and what could not be. */
export type JoinedListings = { readonly table: IpvsTable; readonly problems: readonly string[] };

const numericId = (id: ListedServiceId): ServiceId | undefined => {
  if (id.kind === "fwmark") return id;
  if (id.name.kind === "name") return undefined;
  return { kind: "address", protocol: id.protocol, address: id.name.address, port: id.name.port };
};

const emptyDestination = (address: string, port: number): Destination => ({
  address,
  port,
  forwarding: "Route",
  weight: 0,
  upperThreshold: 0,
  lowerThreshold: 0,
  activeConnections: 0,
  inactiveConnections: 0,
  persistentConnections: 0,
  counters: noCounters,
  rates: noRates,
});

class Joiner {
  readonly services = new Map<string, { service: VirtualService; destinations: Map<string, Destination> }>();
  readonly problems: string[] = [];

  addService(listed: ListedService): void {
    const id = numericId(listed.id);
    if (id === undefined) {
      this.problems.push("a service is listed by name; list with -n to read its address");
      return;
    }
    const key = serviceKey(id);
    const known = this.services.get(key);
    if (known === undefined && listed.scheduler === undefined) {
      this.problems.push(`${key}: no listing given before shows its scheduler`);
      return;
    }
    const { id: _, destinations, ...shown } = listed;
    const base: VirtualService = known?.service ?? {
      id,
      scheduler: "",
      schedulerFlags: [],
      onePacket: false,
      counters: noCounters,
      rates: noRates,
      destinations: [],
    };
    const service = { ...base, ...shown, schedulerFlags: [...(shown.schedulerFlags ?? base.schedulerFlags)] };
    const entry = { service, destinations: known?.destinations ?? new Map<string, Destination>() };
    this.services.set(key, entry);
    for (const destination of destinations) this.addDestination(key, destination, entry.destinations);
  }

  addDestination(service: string, listed: ListedDestination, destinations: Map<string, Destination>): void {
    const { name, ...shown } = listed;
    if (name.kind === "name") {
      this.problems.push(
        `${service}: real server "${name.text}" is listed by name; list with -n to read its address`,
      );
      return;
    }
    const key = destinationKey(name);
    if (!destinations.has(key) && listed.forwarding === undefined) {
      this.problems.push(`${service}: no listing given before shows how ${key} is forwarded to`);
      return;
    }
    const merged = { ...(destinations.get(key) ?? emptyDestination(name.address, name.port)), ...shown };
    const hasTunnel = merged.forwarding === "Tunnel" && merged.tunnel === undefined;
    destinations.set(key, hasTunnel ? { ...merged, tunnel: plainTunnel } : merged);
  }
}

/**
 * The table that several numeric listings of one moment show together: one with schedulers first (plain or tun-info), then any
 * others. Fields that no listing shows keep their empty value; numbers cut by a listing without `--exact` come out cut.
 */
export const joinListings = (listings: readonly Listing[]): JoinedListings => {
  const joiner = new Joiner();
  for (const listing of listings) for (const service of listing.services) joiner.addService(service);
  const banner = listings.find((listing) => listing.banner !== undefined)?.banner;
  const services = [...joiner.services.values()].map(({ service, destinations }) => ({
    ...service,
    destinations: [...destinations.values()],
  }));
  return {
    table: { version: banner?.version ?? "", size: banner?.size ?? 0, services },
    problems: joiner.problems,
  };
};
