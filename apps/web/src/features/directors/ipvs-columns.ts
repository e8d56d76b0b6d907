import { listingColumns, listingHeader, padCell, type ListingView } from "@lvs/core/ipvs/listing";
import {
  printDestinationCells,
  printDestinationName,
  printServiceFlags,
  printServiceName,
} from "@lvs/core/ipvs/listing-print";
import type { Destination, ServiceId, VirtualService } from "@lvs/core/ipvs/model";
import type { RealServerRow, ServiceRows, TableRows } from "@lvs/core/fleet/rows";

/**
 * The left block of the table: ipvsadm's own characters, cut at its own columns. The texts of one row's cells, put together, are
 * the line that `ipvsadm -n --exact` prints.
 */

/** The switches that the screen offers. */
export const shownViews = [
  "plain",
  "stats",
  "rate",
  "thresholds",
  "persistent-conn",
  "tun-info",
] as const satisfies readonly ListingView[];
export type ShownView = (typeof shownViews)[number];

export const isShownView = (text: string | null): text is ShownView =>
  shownViews.some((view) => view === text);

/** --tun-info says something of Tunnel rows alone: it is offered where there is one, and where it is open already. */
export const offeredViews = (rows: TableRows, open: ShownView): ShownView[] => {
  const hasTunnel = rows.services.some((service) =>
    service.service?.destinations.some(({ forwarding }) => forwarding === "Tunnel"),
  );
  return shownViews.filter((view) => view !== "tun-info" || hasTunnel || open === view);
};

/** How the switch is written behind `ipvsadm`. */
export const switchOf = (view: ShownView): string => (view === "plain" ? "-Ln" : `--${view}`);

const options = (view: ListingView) => ({ view, isExact: true });

/** ipvsadm's name column: "  -> " and 28 characters. IPv6 names are longer and push the rest to the right. */
const nameWidth = 33;

/** Widths in characters: the name, then every column with the blank before it. */
export const columnWidths = (rows: TableRows, view: ShownView): number[] => {
  const ofServices = hasServiceCells(view);
  let longest = nameWidth;
  for (const service of rows.services) {
    if (ofServices) longest = Math.max(longest, printServiceName(service.id, {}).length);
    longest = Math.max(longest, longestRowName(service));
  }
  return [longest, ...listingColumns(view).map((column) => column.width + 1)];
};

/** Made once for a service as it stands: a hundred thousand names are not printed anew for ten that moved. */
const rowNames = new WeakMap<ServiceRows, number>();

const longestRowName = (service: ServiceRows): number => {
  const known = rowNames.get(service);
  if (known !== undefined) return known;
  const longest = service.rows.reduce(
    (most, row) => Math.max(most, 5 + printDestinationName(row, service.id, {}).length),
    0,
  );
  rowNames.set(service, longest);
  return longest;
};

/** Whether a service's line carries numbers of its own (--stats, --rate) instead of scheduler and flags. */
export const hasServiceCells = (view: ShownView): boolean =>
  listingColumns(view).some((column) => column.service !== undefined);

export interface HeadLine {
  readonly name: string;
  readonly words: readonly string[];
}

/** Both header lines; the words stand in the line where ipvsadm puts them. */
export const headLines = (view: ShownView): readonly [HeadLine, HeadLine] => {
  const [first, second] = listingHeader(view);
  const words = listingColumns(view).map((column) => padCell(column, column.word));
  if (view === "plain")
    return [
      { name: first, words: [] },
      { name: second.slice(0, nameWidth), words },
    ];
  return [
    { name: first.slice(0, nameWidth), words },
    { name: second, words: [] },
  ];
};

export interface ServiceCells {
  readonly name: string;
  /** Scheduler and flags; empty where numbers stand instead. */
  readonly flags: string;
  readonly cells: readonly string[];
}

export const serviceCells = (service: VirtualService, view: ShownView): ServiceCells => {
  const name = printServiceName(service.id, {});
  if (!hasServiceCells(view)) return { name, flags: printServiceFlags(service), cells: [] };
  const cells = listingColumns(view).flatMap((column) =>
    column.service === undefined ? [] : [padCell(column, column.service(service, true))],
  );
  return { name: name.padEnd(nameWidth), flags: "", cells };
};

export const rowName = (
  row: Pick<RealServerRow, "address" | "port">,
  id: ServiceId,
  mark: "->" | " ×",
): string => `  ${mark} ${printDestinationName(row, id, {}).padEnd(nameWidth - 5)}`;

export const rowCells = (destination: Destination, view: ShownView): string[] => {
  const columns = listingColumns(view);
  return printDestinationCells(destination, options(view)).map((text, index) => {
    const column = columns[index];
    return column === undefined ? text : padCell(column, text);
  });
};

/** Which cell of a row carries ActiveConn; undefined where the view has none. */
export const activeColumn = (view: ShownView): number | undefined => {
  const at = listingColumns(view).findIndex(({ word }) => word === "ActiveConn");
  return at < 0 ? undefined : at;
};

/** The page that lists the connections of one service, or of one of its real servers. */
export const connectionsHref = (directorId: string, service: string, realServer?: string): string =>
  `/connections?${new URLSearchParams({
    director: directorId,
    service,
    ...(realServer === undefined ? {} : { rs: realServer }),
  }).toString()}`;

/** Whether the Out columns of a service say nothing: its replies do not come back through the director. */
export const bypassesDirector = (service: ServiceRows): boolean => {
  const destinations = service.service?.destinations ?? [];
  return (
    destinations.length > 0 &&
    destinations.every((each) => each.forwarding === "Route" || each.forwarding === "Tunnel")
  );
};
