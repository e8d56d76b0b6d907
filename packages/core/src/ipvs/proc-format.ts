import { addressFamily, addressFromBytes } from "../net/address.ts";
import { ByteWriter } from "../net/bytes.ts";
import type { Endpoint } from "../net/endpoint.ts";
import { parseForwarding, parseProtocol, parseWhole } from "./listing-cells.ts";
import type { ForwardingMethod, Protocol } from "./model.ts";
import { parseHex, parseHexEndpoint } from "./proc-cells.ts";
import type { Parsed, TextDiagnostic } from "./text-diagnostic.ts";

/**
 * /proc/net/ip_vs (source: kernel ip_vs_ctl.c ip_vs_info_seq_show). It knows less than netlink: no counters per real server, no
 * thresholds, no scheduler flags, no family of a mark, and persistence in jiffies.
 */

export type ProcDestination = Endpoint & {
  readonly forwarding: ForwardingMethod;
  readonly weight: number;
  readonly activeConnections: number;
  readonly inactiveConnections: number;
};

export type ProcService = {
  readonly id:
    | ({ readonly kind: "address"; readonly protocol: Protocol } & Endpoint)
    /** Hexadecimal in the file: "10001000" is 0x10001000. */
    | { readonly kind: "fwmark"; readonly mark: number };
  readonly scheduler: string;
  readonly onePacket: boolean;
  readonly persistence?: {
    /** Kernel ticks; how many make a second (CONFIG_HZ) the file does not say. */
    readonly timeoutJiffies: number;
    /** Netmask text for IPv4, prefix length text for IPv6; of a mark whose family is unknown, the netmask reading. */
    readonly mask: string;
  };
  readonly destinations: readonly ProcDestination[];
};

export type ProcTable = {
  readonly version: string;
  readonly size: number;
  readonly services: readonly ProcService[];
};

type OpenService = Omit<ProcService, "destinations"> & { destinations: ProcDestination[] };

const readId = (head: string, name: string): ProcService["id"] | undefined => {
  if (head === "FWM") {
    const mark = parseHex(name);
    return mark === undefined || mark < 1 || mark > 4_294_967_295 ? undefined : { kind: "fwmark", mark };
  }
  const protocol = parseProtocol(head);
  const endpoint = parseHexEndpoint(name);
  return protocol === undefined || endpoint === undefined
    ? undefined
    : { kind: "address", protocol, ...endpoint };
};

/** The kernel writes the mask in host order: of IPv4 the netmask, of IPv6 the prefix length with its bytes swapped. */
const readMask = (text: string, id: ProcService["id"]): string | undefined => {
  const number = parseHex(text);
  if (number === undefined || number > 4_294_967_295) return undefined;
  const bytes = new ByteWriter(4).u32be(number).finish();
  if (id.kind === "address" && addressFamily(id.address) === "inet6") return String(bytes[0]);
  return addressFromBytes(bytes);
};

const readService = (words: readonly string[]): OpenService | string => {
  const [head, name, scheduler, ...rest] = words;
  const id = readId(head ?? "", name ?? "");
  if (id === undefined) return "not a line of /proc/net/ip_vs";
  if (scheduler === undefined) return "a service without its scheduler";
  const onePacket = rest[0] === "ops";
  const [persistent, ticks, maskText, ...surplus] = onePacket ? rest.slice(1) : rest;
  const base = { id, scheduler, onePacket, destinations: [] };
  if (persistent === undefined) return base;
  const timeoutJiffies = parseWhole(ticks ?? "");
  const mask = readMask(maskText ?? "", id);
  if (
    persistent !== "persistent" ||
    timeoutJiffies === undefined ||
    mask === undefined ||
    surplus.length > 0
  ) {
    return `unknown words after the scheduler: ${rest.join(" ")}`;
  }
  return { ...base, persistence: { timeoutJiffies, mask } };
};

const readDestination = (words: readonly string[]): ProcDestination | string => {
  const [name, method, ...numbers] = words;
  const endpoint = parseHexEndpoint(name ?? "");
  if (endpoint === undefined) return "the real server's name is no hexadecimal address:port";
  const forwarding = parseForwarding(method ?? "");
  const [weight, activeConnections, inactiveConnections, surplus] = numbers.map(parseWhole);
  if (forwarding === undefined || weight === undefined || activeConnections === undefined)
    return "unreadable cells of a real server";
  if (inactiveConnections === undefined || surplus !== undefined) return "unreadable cells of a real server";
  return { ...endpoint, forwarding, weight, activeConnections, inactiveConnections };
};

const bannerPattern = /^IP Virtual Server version ([0-9]+\.[0-9]+\.[0-9]+) \(size=([0-9]{1,10})\)$/;
const headers = new Set([
  "Prot LocalAddress:Port Scheduler Flags",
  "-> RemoteAddress:Port Forward Weight ActiveConn InActConn",
]);

/** Reads /proc/net/ip_vs. Any line that is not understood is a diagnostic; real servers after it belong to nobody. */
export const parseProcTable = (text: string): Parsed<ProcTable> => {
  const services: OpenService[] = [];
  const diagnostics: TextDiagnostic[] = [];
  let banner = { version: "", size: 0 };
  let service: OpenService | undefined;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const words = line.trim().split(/\s+/);
    const squeezed = words.join(" ");
    if (squeezed === "" || headers.has(squeezed)) continue;
    const match = bannerPattern.exec(squeezed);
    const report = (reason: string): void => {
      diagnostics.push({ line: index + 1, text: line, reason });
    };
    if (match !== null) {
      banner = { version: match[1] ?? "", size: Number(match[2]) };
    } else if (words[0] !== "->") {
      const read = readService(words);
      service = typeof read === "string" ? undefined : read;
      if (typeof read === "string") report(read);
      else services.push(read);
    } else if (service === undefined) {
      report("a real server that belongs to no readable service");
    } else {
      const read = readDestination(words.slice(1));
      if (typeof read === "string") report(read);
      else service.destinations.push(read);
    }
  }
  return { value: { ...banner, services }, diagnostics };
};
