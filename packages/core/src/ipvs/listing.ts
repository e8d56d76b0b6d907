import type { Address } from "../net/address.ts";
import { addressFamily } from "../net/address.ts";
import type { Endpoint } from "../net/endpoint.ts";
import type { Counters, Destination, Protocol, Rates, Tunnel, VirtualService } from "./model.ts";

/**
 * The listings of ipvsadm 1.31 as data: which words stand over which columns, how wide, and what each cell says. Printing, reading
 * and the web page's table all go through these definitions (source: ipvsadm.c print_title, print_service_entry).
 */

/** Which columns follow the name. Given several, ipvsadm takes the first of stats, rate, thresholds, persistent-conn, tun-info. */
export type ListingView = "plain" | "stats" | "rate" | "thresholds" | "persistent-conn" | "tun-info";

export const listingViews: readonly ListingView[] = [
  "plain",
  "stats",
  "rate",
  "thresholds",
  "persistent-conn",
  "tun-info",
];

/** Names instead of numbers, as ipvsadm prints without `-n`. Undefined = no name known, the number is printed. */
export type NameLookup = {
  readonly host: (address: Address) => string | undefined;
  /** `protocol` is undefined under a firewall mark: no port has a name there. */
  readonly port: (port: number, protocol: Protocol | undefined) => string | undefined;
};

export type ListingOptions = {
  readonly view: ListingView;
  /** `--exact`: every digit. Otherwise large numbers are cut to thousands (K), millions (M) … of ten. */
  readonly isExact?: boolean;
  /** Present: without `-n`. Absent: `-n`. */
  readonly names?: NameLookup;
};

export type ListingColumn = {
  /** The word in the header line. */
  readonly word: string;
  readonly align: "left" | "right";
  /** Characters without the one blank that stands before every cell. Longer texts push the rest to the right. */
  readonly width: number;
  /** The cell of a real server, without padding. */
  readonly destination: (destination: Destination, isExact: boolean) => string;
  /** The cell of a service, without padding. Absent where a service line ends with scheduler and flags instead. */
  readonly service?: (service: VirtualService, isExact: boolean) => string;
};

/** As C's %u prints a 32-bit number. */
const unsigned = (value: number): string => String(value >>> 0);

/**
 * A counter as ipvsadm writes it without `--exact`: whole below 10^8, then cut (not rounded) to K, M, G, T of powers of 1000.
 */
export const printLargeNumber = (value: number): string => {
  if (value < 1e8) return String(value);
  if (value < 1e9) return `${Math.floor(value / 1e3)}K`;
  if (value < 1e11) return `${Math.floor(value / 1e6)}M`;
  if (value < 1e14) return `${Math.floor(value / 1e9)}G`;
  return `${Math.floor(value / 1e12)}T`;
};

const largeNumber = (value: number, isExact: boolean): string =>
  isExact ? String(value) : printLargeNumber(value);

/**
 * Of a real server ipvsadm 1.31 keeps only 32 bits of its connections, packets and rates (libipvs.c ipvs_dests_parse_cb), so past
 * 4,294,967,295 it prints a remainder; the true number stands here.
 */
const counterColumn = (word: string, field: keyof Counters): ListingColumn => ({
  word,
  align: "right",
  width: 8,
  destination: ({ counters }, isExact) => largeNumber(counters[field], isExact),
  service: ({ counters }, isExact) => largeNumber(counters[field], isExact),
});

/** A real server's connection and packet rates are always whole numbers; only its byte rates are ever cut. */
const rateColumn = (word: string, field: keyof Rates, isDestinationCut: boolean): ListingColumn => ({
  word,
  align: "right",
  width: 8,
  destination: ({ rates }, isExact) => largeNumber(rates[field], isExact || !isDestinationCut),
  service: ({ rates }, isExact) => largeNumber(rates[field], isExact),
});

const leftColumn = (
  word: string,
  width: number,
  destination: ListingColumn["destination"],
): ListingColumn => ({
  word,
  align: "left",
  width,
  destination,
});

const checksumMarks = { none: "-c", csum: "+c", remcsum: "r+c" } as const;

/** "ipip", "gue:6080:+c", "gre:-c": how a Tunnel real server is wrapped, in ipvsadm's words. */
export const printTunnelInfo = (tunnel: Tunnel): string => {
  switch (tunnel.type) {
    case "ipip":
      return "ipip";
    case "gue":
      return `gue:${tunnel.port}:${checksumMarks[tunnel.checksum]}`;
    case "gre":
      return `gre:${checksumMarks[tunnel.checksum]}`;
  }
};

/** The reverse of `printTunnelInfo`; undefined for anything else. */
export const parseTunnelInfo = (text: string): Tunnel | undefined => {
  if (text === "ipip") return { type: "ipip", port: 0, checksum: "none" };
  const match = /^(?:gue:([0-9]{1,5})|gre):(-c|\+c|r\+c)$/.exec(text);
  if (match === null) return undefined;
  const port = match[1];
  const checksum = match[2] === "-c" ? "none" : match[2] === "+c" ? "csum" : "remcsum";
  return port === undefined
    ? { type: "gre", port: 0, checksum }
    : { type: "gue", port: Number(port), checksum };
};

const tunnelInfo = ({ forwarding, tunnel }: Destination): string =>
  forwarding === "Tunnel" ? printTunnelInfo(tunnel ?? { type: "ipip", port: 0, checksum: "none" }) : "n/a";

const forward = leftColumn("Forward", 7, ({ forwarding }) => forwarding);
const weight = leftColumn("Weight", 6, ({ weight: value }) => String(value));
const activeConnections = leftColumn("ActiveConn", 10, ({ activeConnections: value }) => unsigned(value));
const inactiveConnections = leftColumn("InActConn", 10, ({ inactiveConnections: value }) => unsigned(value));

const columnsOfView: Readonly<Record<ListingView, readonly ListingColumn[]>> = {
  plain: [forward, weight, activeConnections, inactiveConnections],
  stats: [
    counterColumn("Conns", "connections"),
    counterColumn("InPkts", "inPackets"),
    counterColumn("OutPkts", "outPackets"),
    counterColumn("InBytes", "inBytes"),
    counterColumn("OutBytes", "outBytes"),
  ],
  rate: [
    rateColumn("CPS", "connectionsPerSecond", false),
    rateColumn("InPPS", "inPacketsPerSecond", false),
    rateColumn("OutPPS", "outPacketsPerSecond", false),
    rateColumn("InBPS", "inBytesPerSecond", true),
    rateColumn("OutBPS", "outBytesPerSecond", true),
  ],
  thresholds: [
    leftColumn("Uthreshold", 10, ({ upperThreshold }) => unsigned(upperThreshold)),
    leftColumn("Lthreshold", 10, ({ lowerThreshold }) => unsigned(lowerThreshold)),
    activeConnections,
    inactiveConnections,
  ],
  "persistent-conn": [
    leftColumn("Weight", 9, ({ weight: value }) => unsigned(value)),
    leftColumn("PersistConn", 11, ({ persistentConnections }) => unsigned(persistentConnections)),
    activeConnections,
    inactiveConnections,
  ],
  "tun-info": [
    forward,
    leftColumn("TunnelInfo", 13, tunnelInfo),
    weight,
    activeConnections,
    inactiveConnections,
  ],
};

/** The columns after the name, in order. Views whose columns have a `service` cell show no scheduler and flags. */
export const listingColumns = (view: ListingView): readonly ListingColumn[] => columnsOfView[view];

/** The two header lines over the rows, without line ends. */
export const listingHeader = (view: ListingView): readonly [string, string] => {
  switch (view) {
    case "plain":
      return [
        "Prot LocalAddress:Port Scheduler Flags",
        "  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn",
      ];
    case "tun-info":
      return [
        "Prot LocalAddress:Port Scheduler Flags",
        "  -> RemoteAddress:Port           Forward TunnelInfo    Weight ActiveConn InActConn",
      ];
    case "stats":
    case "rate":
    case "thresholds":
    case "persistent-conn": {
      const words = columnsOfView[view].map((column) => padCell(column, column.word));
      return [`${"Prot LocalAddress:Port".padEnd(33)}${words.join("")}`, "  -> RemoteAddress:Port"];
    }
  }
};

/** A cell as it stands in the line: one blank, then the text padded to the column's width. */
export const padCell = (column: Pick<ListingColumn, "align" | "width">, text: string): string =>
  column.align === "left" ? ` ${text.padEnd(column.width)}` : ` ${text.padStart(column.width)}`;

/** ipvsadm composes a name in 60 bytes, the last one being the end mark. */
const longestName = 59;

/** "192.0.2.1:80", "[2001:db8::1]:80", or names where a lookup is given. Not yet cut to the column. */
export const printListedEndpoint = (
  { address, port }: Endpoint,
  names: NameLookup | undefined,
  protocol: Protocol | undefined,
): string => {
  const host = names?.host(address) ?? address;
  const service = names?.port(port, protocol) ?? String(port);
  const text = addressFamily(address) === "inet6" ? `[${host}]:${service}` : `${host}:${service}`;
  return text.slice(0, longestName);
};
