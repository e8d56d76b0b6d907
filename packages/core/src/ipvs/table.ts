import type { Address } from "../net/address.ts";
import { addressFamily, addressToBytes } from "../net/address.ts";
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

const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Sorts by a text that is made once per item: comparing addresses anew for each pair is what makes large tables slow. */
const sortBy = <T>(items: readonly T[], key: (item: T) => string): T[] =>
  items
    .map((item) => ({ item, text: key(item) }))
    .toSorted((a, b) => compareTexts(a.text, b.text))
    .map(({ item }) => item);

const fixedHex = (value: number, digits: number): string => value.toString(16).padStart(digits, "0");

/** Texts that sort as the numbers do: IPv4 before IPv6, then by number, then by port. */
const endpointOrder = ({ address, port }: Endpoint): string => {
  const bytes = addressToBytes(address);
  return `${bytes.length === 4 ? 4 : 6}${Array.from(bytes, (byte) => fixedHex(byte, 2)).join("")}${fixedHex(port, 4)}`;
};

const protocolDigits = { TCP: "0", UDP: "1", SCTP: "2" } as const;

/** Texts that sort services: marks by number and family, then addresses by family, protocol, number and port. */
const serviceOrder = (id: ServiceId): string =>
  id.kind === "fwmark"
    ? `0${fixedHex(id.mark, 8)}${id.family}`
    : `1${serviceFamily(id)}/${protocolDigits[id.protocol]}${endpointOrder(id)}`;

/** A total order of services, unlike ipvsadm's (see ipvsadm-order): marks first, then IPv4, then IPv6. */
export const compareServiceIds = (a: ServiceId, b: ServiceId): number =>
  compareTexts(serviceOrder(a), serviceOrder(b));

/** "255.255.255.255" and "128" mean one client address each, which is what an absent mask means. */
const isHostMask = (mask: string, family: AddressFamily): boolean =>
  mask === (family === "inet" ? "255.255.255.255" : "128");

/** What the kernel does for a Tunnel real server when nothing else was asked for. */
export const plainTunnel: Tunnel = { type: "ipip", port: 0, checksum: "none" };

const normalizeDestination = (destination: Destination): Destination => {
  const isTunnel = destination.forwarding === "Tunnel";
  if (isTunnel === (destination.tunnel !== undefined)) return destination;
  if (isTunnel) return { ...destination, tunnel: plainTunnel };
  const { tunnel: _, ...rest } = destination;
  return rest;
};

/** One service in normal form but for the order of its real servers: for comparing by key, where order is no matter. */
export const tidyService = (service: VirtualService): VirtualService => {
  const { persistence, ...rest } = service;
  const bits = schedulerFlagBits(service.scheduler, service.schedulerFlags);
  const base = {
    ...rest,
    schedulerFlags: schedulerFlagNames(service.scheduler, bits),
    destinations: service.destinations.map(normalizeDestination),
  };
  if (persistence === undefined) return base;
  if (persistence.mask === undefined || !isHostMask(persistence.mask, serviceFamily(service.id)))
    return { ...base, persistence };
  const { mask: _, ...masked } = persistence;
  return { ...base, persistence: masked };
};

/** One service in normal form: flags named and ordered, no mask that says nothing, tunnel details only where there is a tunnel, real servers sorted. */
export const normalizeService = (service: VirtualService): VirtualService => {
  const tidy = tidyService(service);
  return { ...tidy, destinations: sortBy(tidy.destinations, endpointOrder) };
};

/** The table in normal form: equal tables in any order become deeply equal values. */
export const normalizeTable = (table: IpvsTable): IpvsTable => ({
  ...table,
  services: sortBy(table.services.map(normalizeService), ({ id }) => serviceOrder(id)),
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
