import type { Address } from "../net/address.ts";
import { addressFamily, compareAddresses } from "../net/address.ts";
import type { Endpoint } from "../net/endpoint.ts";
import { printEndpoint } from "../net/endpoint.ts";
import type { AddressFamily, Destination, IpvsTable, ServiceId, Tunnel, VirtualService } from "./model.ts";
import { schedulerFlagBits, schedulerFlagNames } from "./schedulers.ts";

/** One text per service identity, the same for the same service: "TCP 192.0.2.1:80", "FWM 10", "FWM 10 IPv6". */
export const serviceKey = (id: ServiceId): string => {
  switch (id.kind) {
    case "address":
      return `${id.protocol} ${printEndpoint(id)}`;
    case "fwmark":
      return id.family === "inet6" ? `FWM ${id.mark} IPv6` : `FWM ${id.mark}`;
  }
};

/** One text per real server of a service: "10.0.0.1:80". The kernel tells real servers of one service apart by address and port alone. */
export const destinationKey = ({ address, port }: Endpoint): string => printEndpoint({ address, port });

/** The family of the addresses the service itself answers for; its real servers may be of the other (Tunnel). */
export const serviceFamily = (id: ServiceId): AddressFamily => {
  switch (id.kind) {
    case "address":
      return addressFamily(id.address);
    case "fwmark":
      return id.family;
  }
};

const protocolOrder = ["TCP", "UDP", "SCTP"];
const familyOrder = ["inet", "inet6"];
const compareFamilies = (a: AddressFamily, b: AddressFamily): number =>
  familyOrder.indexOf(a) - familyOrder.indexOf(b);

/** Marks first by number, then addresses by family, protocol, number and port. A total order, unlike ipvsadm's (see ipvsadm-order). */
export const compareServiceIds = (a: ServiceId, b: ServiceId): number => {
  if (a.kind === "fwmark" && b.kind === "fwmark")
    return a.mark - b.mark || compareFamilies(a.family, b.family);
  if (a.kind === "address" && b.kind === "address") {
    const family = compareFamilies(addressFamily(a.address), addressFamily(b.address));
    const protocol = protocolOrder.indexOf(a.protocol) - protocolOrder.indexOf(b.protocol);
    return family || protocol || compareAddresses(a.address, b.address) || a.port - b.port;
  }
  return a.kind === "fwmark" ? -1 : 1;
};

const compareDestinations = (a: Destination, b: Destination): number =>
  compareAddresses(a.address, b.address) || a.port - b.port;

/** "255.255.255.255" and "128" mean one client address each, which is what an absent mask means. */
const isHostMask = (mask: string, family: AddressFamily): boolean =>
  mask === (family === "inet" ? "255.255.255.255" : "128");

/** What the kernel does for a Tunnel real server when nothing else was asked for. */
export const plainTunnel: Tunnel = { type: "ipip", port: 0, checksum: "none" };

const normalizeDestination = (destination: Destination): Destination => {
  if (destination.forwarding === "Tunnel")
    return { ...destination, tunnel: destination.tunnel ?? plainTunnel };
  const { tunnel: _, ...rest } = destination;
  return rest;
};

/** One service in normal form: flags named and ordered, no mask that says nothing, tunnel details only where there is a tunnel, real servers sorted. */
export const normalizeService = (service: VirtualService): VirtualService => {
  const { persistence, ...rest } = service;
  const flags = schedulerFlagNames(
    service.scheduler,
    schedulerFlagBits(service.scheduler, service.schedulerFlags),
  );
  const base = {
    ...rest,
    schedulerFlags: flags,
    destinations: service.destinations.map(normalizeDestination).toSorted(compareDestinations),
  };
  if (persistence === undefined) return base;
  if (persistence.mask === undefined || !isHostMask(persistence.mask, serviceFamily(service.id)))
    return { ...base, persistence };
  const { mask: _, ...masked } = persistence;
  return { ...base, persistence: masked };
};

/** The table in normal form: equal tables in any order become deeply equal values. */
export const normalizeTable = (table: IpvsTable): IpvsTable => ({
  ...table,
  services: table.services.map(normalizeService).toSorted((a, b) => compareServiceIds(a.id, b.id)),
});

/** The service of that identity; undefined when the table has none. */
export const findService = (
  table: Pick<IpvsTable, "services">,
  id: ServiceId,
): VirtualService | undefined => {
  const key = serviceKey(id);
  return table.services.find((service) => serviceKey(service.id) === key);
};

/** The real server at that endpoint of the service; undefined when the service has none. */
export const findDestination = (
  service: Pick<VirtualService, "destinations">,
  endpoint: Endpoint,
): Destination | undefined =>
  service.destinations.find(
    (destination) => destination.address === endpoint.address && destination.port === endpoint.port,
  );

/** Every service in which that machine serves, with its row there: one real server is often in several services. */
export const findServicesOf = (
  table: Pick<IpvsTable, "services">,
  address: Address,
): { service: VirtualService; destination: Destination }[] =>
  table.services.flatMap((service) =>
    service.destinations
      .filter((destination) => destination.address === address)
      .map((destination) => ({ service, destination })),
  );
