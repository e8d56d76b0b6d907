import { addressFamily } from "../net/address.ts";
import { sortDestinationsAsIpvsadm, sortServicesAsIpvsadm } from "./ipvsadm-order.ts";
import type { ListingOptions } from "./listing.ts";
import { listingColumns, listingHeader, padCell, printListedEndpoint } from "./listing.ts";
import type { Destination, IpvsTable, Protocol, ServiceId, VirtualService } from "./model.ts";
import { printSchedulerFlags } from "./schedulers.ts";
import { serviceFamily } from "./table.ts";

/** IPv4 names are cut to these lengths, whatever is lost by it; IPv6 names never are, and push the columns to the right. */
const longestServiceName = 33;
const longestDestinationName = 28;

/** The protocol whose port names apply; a firewall mark has none. */
const portProtocol = (id: ServiceId): Protocol | undefined =>
  id.kind === "address" ? id.protocol : undefined;

/** A mark is printed as a signed 32-bit number, so marks from 2^31 on come out negative (ipvsadm 1.26 to 1.31). */
export const printListedMark = (mark: number): string => String(mark | 0);

/** The left block of a service line: "TCP  192.0.2.1:80", "FWM  10 IPv6". */
export const printServiceName = (id: ServiceId, options: Pick<ListingOptions, "names">): string => {
  if (id.kind === "fwmark") {
    return id.family === "inet6"
      ? `FWM  ${printListedMark(id.mark)} IPv6`
      : `FWM  ${printListedMark(id.mark)}`;
  }
  const name = `${id.protocol.padEnd(4)} ${printListedEndpoint(id, options.names, id.protocol)}`;
  return addressFamily(id.address) === "inet6" ? name : name.slice(0, longestServiceName);
};

const isShownMask = (mask: string, id: ServiceId): boolean =>
  mask !== (serviceFamily(id) === "inet" ? "255.255.255.255" : "128");

/** Scheduler and flags: "wlc persistent 300 mask 255.255.255.0 pe sip ops", "sh (sh-fallback,sh-port)". */
export const printServiceFlags = (service: VirtualService): string => {
  const words = [service.scheduler];
  const flags = printSchedulerFlags(service.scheduler, service.schedulerFlags);
  if (flags !== undefined) words.push(`(${flags})`);
  if (service.persistence !== undefined) {
    const { timeoutS, mask, engine } = service.persistence;
    words.push(`persistent ${timeoutS}`);
    if (mask !== undefined && isShownMask(mask, service.id)) words.push(`mask ${mask}`);
    if (engine !== undefined) words.push(`pe ${engine}`);
  }
  if (service.onePacket) words.push("ops");
  return words.join(" ");
};

/** A service's line, without line end, exactly as `ipvsadm -L` with these options prints it. */
export const printServiceLine = (service: VirtualService, options: ListingOptions): string => {
  const name = printServiceName(service.id, options);
  const columns = listingColumns(options.view);
  const cells = columns.flatMap((column) =>
    column.service === undefined ? [] : [padCell(column, column.service(service, options.isExact === true))],
  );
  return cells.length === 0 ? `${name} ${printServiceFlags(service)}` : `${name.padEnd(33)}${cells.join("")}`;
};

/** The name of a real server as its row shows it: cut where ipvsadm cuts, not padded. */
export const printDestinationName = (
  destination: Pick<Destination, "address" | "port">,
  id: ServiceId,
  options: Pick<ListingOptions, "names">,
): string => {
  const name = printListedEndpoint(destination, options.names, portProtocol(id));
  return addressFamily(destination.address) === "inet6" ? name : name.slice(0, longestDestinationName);
};

/** The cells of a real server's row in the order of `listingColumns(view)`, without padding. */
export const printDestinationCells = (destination: Destination, options: ListingOptions): string[] =>
  listingColumns(options.view).map((column) => column.destination(destination, options.isExact === true));

/** A real server's row, without line end, exactly as ipvsadm prints it (trailing blanks included). */
export const printDestinationLine = (
  destination: Destination,
  id: ServiceId,
  options: ListingOptions,
): string => {
  const cells = listingColumns(options.view).map((column) =>
    padCell(column, column.destination(destination, options.isExact === true)),
  );
  return `  -> ${printDestinationName(destination, id, options).padEnd(longestDestinationName)}${cells.join("")}`;
};

/** "IP Virtual Server version 1.2.1 (size=4096)": the first line of a listing of the whole table. */
export const printBanner = ({ version, size }: Pick<IpvsTable, "version" | "size">): string =>
  `IP Virtual Server version ${version} (size=${size})`;

const printLines = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join("");

const serviceLines = (
  service: VirtualService,
  options: ListingOptions & { isSorted?: boolean },
): string[] => {
  const destinations =
    options.isSorted === false ? service.destinations : sortDestinationsAsIpvsadm(service.destinations);
  return [
    printServiceLine(service, options),
    ...destinations.map((destination) => printDestinationLine(destination, service.id, options)),
  ];
};

/**
 * The text of `ipvsadm -L` with these options, byte for byte. The table must be in the kernel's own order; `isSorted: false` is
 * `--nosort`, the default is ipvsadm's sorting.
 */
export const printListing = (table: IpvsTable, options: ListingOptions & { isSorted?: boolean }): string => {
  const services = options.isSorted === false ? table.services : sortServicesAsIpvsadm(table.services);
  return printLines([
    printBanner(table),
    ...listingHeader(options.view),
    ...services.flatMap((service) => serviceLines(service, options)),
  ]);
};

/** The text of `ipvsadm -L -t|-u|-f SERVICE` with these options: one service, no banner. */
export const printServiceListing = (
  service: VirtualService,
  options: ListingOptions & { isSorted?: boolean },
): string => printLines([...listingHeader(options.view), ...serviceLines(service, options)]);
