import { addressFamily, parseAddress } from "../net/address.ts";
import type { Endpoint } from "../net/endpoint.ts";
import { parsePort } from "../net/endpoint.ts";
import type { Change, DestinationSettings, ServiceSettings } from "./change.ts";
import { parseListedMark, parseWhole } from "./listing-cells.ts";
import type { SyncDaemon, Timeouts } from "./listing-state.ts";
import type { ForwardingMethod, Persistence, Protocol, ServiceId, Tunnel } from "./model.ts";
import type { RuleWords } from "./save-options.ts";
import { schedulerFlagBit, schedulerFlagNames } from "./schedulers.ts";
import { serviceFamily } from "./table.ts";

/** From the words of a line to what it says, with ipvsadm's own checks and defaults (ipvsadm.c parse_options, process_options). */

/** What a line of `ipvsadm -R` can say. */
export type Rule =
  | Change
  | { readonly kind: "clearTable" }
  | { readonly kind: "zeroCounters"; readonly service: ServiceId | undefined }
  | { readonly kind: "setTimeouts"; readonly timeouts: Timeouts }
  | { readonly kind: "startDaemon"; readonly daemon: SyncDaemon }
  | { readonly kind: "stopDaemon"; readonly role: SyncDaemon["role"] };

/** Numbers for names, where a text was saved without `-n`. */
export type NumberLookup = {
  readonly address: (host: string) => string | undefined;
  readonly port: (name: string, protocol: Protocol) => number | undefined;
};

/** A value, or the reason why there is none. */
export type Read<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: string };
export const good = <T>(value: T): Read<T> => ({ ok: true, value });
export const bad = (reason: string): { readonly ok: false; readonly reason: string } => ({
  ok: false,
  reason,
});

/** "192.0.2.1:80", "[::1]:80", "::1", "192.0.2.1": the port may be missing. */
const readHostPort = (
  text: string,
  protocol: Protocol,
  lookup: NumberLookup | undefined,
): { address: string; port: number | undefined } | undefined => {
  const bare = parseAddress(text);
  if (bare !== undefined) return { address: bare, port: undefined };
  const match = /^(?:\[([^\]]*)\]|([^:[\]]+))(?::(.*))?$/.exec(text);
  if (match === null) return undefined;
  const [, bracketed, host = "", portText] = match;
  if (bracketed !== undefined && portText === undefined) return undefined;
  const address =
    bracketed === undefined ? (parseAddress(host) ?? lookup?.address(host)) : parseAddress(bracketed);
  const port = portText === undefined ? undefined : (parsePort(portText) ?? lookup?.port(portText, protocol));
  if (address === undefined || (portText !== undefined && port === undefined)) return undefined;
  return { address, port };
};

const protocolOptions = [
  ["tcp-service", "TCP"],
  ["udp-service", "UDP"],
  ["sctp-service", "SCTP"],
] as const;

const readMark = (text: string, options: RuleWords["options"]): Read<ServiceId> => {
  const mark = parseListedMark(text);
  if (mark === undefined) return bad(`invalid fwmark value ${text}`);
  const names = [...options.keys()];
  const isLate = options.has("ipv6") && names.indexOf("ipv6") < names.indexOf("fwmark-service");
  if (isLate) return bad("-6 used before -f");
  return good({ kind: "fwmark", mark, family: options.has("ipv6") ? "inet6" : "inet" });
};

export const readServiceId = ({ options }: RuleWords, lookup: NumberLookup | undefined): Read<ServiceId> => {
  const markText = options.get("fwmark-service");
  const given = protocolOptions.filter(([name]) => options.has(name));
  if (given.length + (markText === undefined ? 0 : 1) !== 1)
    return bad("exactly one of -t, -u, --sctp-service, -f is needed");
  if (markText !== undefined) return readMark(markText, options);
  const [name, protocol] = given[0] ?? ["tcp-service", "TCP"];
  if (options.has("ipv6")) return bad("-6 belongs to -f");
  const found = readHostPort(options.get(name) ?? "", protocol, lookup);
  if (found === undefined) return bad("illegal virtual server address[:port] specified");
  return good({ kind: "address", protocol, address: found.address, port: found.port ?? 0 });
};

/** Thirty-one days: ipvsadm takes no longer timeout. */
export const maximumTimeoutS = 31 * 24 * 60 * 60;
/** What `-p` without a number means to ipvsadm 1.31 (the manual page says 300; 360 was measured). */
const defaultTimeoutS = 360;

const readMask = (text: string, id: ServiceId): string | undefined => {
  if (serviceFamily(id) === "inet6") {
    const prefixLength = parseWhole(text);
    return prefixLength !== undefined && prefixLength >= 1 && prefixLength <= 128
      ? String(prefixLength)
      : undefined;
  }
  const mask = parseAddress(text);
  return mask !== undefined && addressFamily(mask) === "inet" ? mask : undefined;
};

const readPersistence = ({ options }: RuleWords, id: ServiceId): Read<Persistence | undefined> => {
  const timeoutText = options.get("persistent");
  const maskText = options.get("netmask");
  const mask = maskText === undefined ? undefined : readMask(maskText, id);
  if (maskText !== undefined && mask === undefined)
    return bad("illegal virtual server persistent mask specified");
  if (timeoutText === undefined) return good(undefined);
  const timeoutS = timeoutText === "" ? defaultTimeoutS : parseWhole(timeoutText);
  if (timeoutS === undefined || timeoutS < 1 || timeoutS > maximumTimeoutS)
    return bad(`invalid timeout value ${timeoutText}`);
  const engine = options.get("pe");
  const isOneHost = mask === undefined || mask === (serviceFamily(id) === "inet" ? "255.255.255.255" : "128");
  return good({ timeoutS, ...(isOneHost ? {} : { mask }), ...(engine === undefined ? {} : { engine }) });
};

const readFlags = (scheduler: string, text: string | undefined): Read<string[]> => {
  const names = (text ?? "").split(",").filter((name) => name !== "");
  const refused = names.find((name) => schedulerFlagBit(scheduler, name) === undefined);
  if (refused !== undefined) return bad(`${scheduler} takes no scheduler flag ${refused}`);
  const bits = names.reduce((sum, name) => sum | (schedulerFlagBit(scheduler, name) ?? 0), 0);
  return good(schedulerFlagNames(scheduler, bits));
};

const readServiceSettings = (words: RuleWords, id: ServiceId): Read<ServiceSettings> => {
  const scheduler = words.options.get("scheduler") ?? "wlc";
  const flags = readFlags(scheduler, words.options.get("sched-flags"));
  if (!flags.ok) return flags;
  const persistence = readPersistence(words, id);
  if (!persistence.ok) return persistence;
  const onePacket = words.options.has("ops");
  if (id.kind === "address" && id.port === 0 && persistence.value === undefined)
    return bad("Zero port specified for non-persistent service");
  if (onePacket && id.kind === "address" && id.protocol !== "UDP")
    return bad("One-Packet Scheduling is only for UDP virtual services");
  const engine = words.options.get("pe");
  const base = { id, scheduler, schedulerFlags: flags.value, onePacket };
  if (persistence.value !== undefined) return good({ ...base, persistence: persistence.value });
  return good(engine === undefined ? base : { ...base, idleEngine: engine });
};

const readForwarding = ({ options }: RuleWords): ForwardingMethod | undefined => {
  const given = [options.has("masquerading"), options.has("ipip"), options.has("gatewaying")];
  if (given.filter(Boolean).length > 1) return undefined;
  if (given[0] === true) return "Masq";
  return given[1] === true ? "Tunnel" : "Route";
};

const tunnelOptions = ["tun-type", "tun-port", "tun-nocsum", "tun-csum", "tun-remcsum"];

const readChecksum = ({ options }: RuleWords): Tunnel["checksum"] | undefined => {
  const given = tunnelOptions.slice(2).filter((name) => options.has(name));
  if (given.length > 1) return undefined;
  if (given[0] === "tun-csum") return "csum";
  return given[0] === "tun-remcsum" ? "remcsum" : "none";
};

/** Which options each kind of tunnel takes, as ipvsadm's table of them says. */
const readTunnel = (words: RuleWords): Read<Tunnel> => {
  const { options } = words;
  const type = options.get("tun-type") ?? "ipip";
  const checksum = readChecksum(words);
  const portText = options.get("tun-port");
  const port = portText === undefined ? undefined : parsePort(portText);
  if (checksum === undefined) return bad("only one of --tun-nocsum, --tun-csum, --tun-remcsum can be given");
  if (portText !== undefined && (port === undefined || port === 0))
    return bad("illegal tunnel port specified");
  switch (type) {
    case "ipip":
      if (tunnelOptions.slice(1).some((name) => options.has(name)))
        return bad("the ipip tunnel takes no tunnel options");
      return good({ type: "ipip", port: 0, checksum: "none" });
    case "gue":
      return port === undefined
        ? bad("the gue tunnel needs --tun-port")
        : good({ type: "gue", port, checksum });
    case "gre":
      if (port !== undefined || checksum === "remcsum")
        return bad("the gre tunnel takes neither --tun-port nor --tun-remcsum");
      return good({ type: "gre", port: 0, checksum });
    default:
      return bad("illegal tunnel type specified");
  }
};

/** A whole number up to `highest`, `otherwise` when none was given; undefined for what is none. */
export const readLimited = (
  text: string | undefined,
  otherwise: number,
  highest: number,
): number | undefined => {
  if (text === undefined) return otherwise;
  const number = parseWhole(text);
  return number !== undefined && number <= highest ? number : undefined;
};

/** Weights and thresholds are C ints; the manual page's limit of 65535 for weights is not kept by 1.31. */
const highestNumber = 2_147_483_647;

const readRealServer = (
  { options }: RuleWords,
  id: ServiceId,
  lookup: NumberLookup | undefined,
): Endpoint | undefined => {
  const protocol = id.kind === "address" ? id.protocol : "TCP";
  const found = readHostPort(options.get("real-server") ?? "", protocol, lookup);
  if (found === undefined) return undefined;
  return { address: found.address, port: found.port ?? (id.kind === "address" ? id.port : 0) };
};

/** Route and Tunnel keep the packet as it is, so the real server's port is the service's, whatever was written. */
const effectivePort = (id: ServiceId, forwarding: ForwardingMethod, port: number): number =>
  id.kind === "address" && forwarding !== "Masq" ? id.port : port;

const readDestinationSettings = (
  words: RuleWords,
  id: ServiceId,
  lookup: NumberLookup | undefined,
): Read<DestinationSettings> => {
  const endpoint = readRealServer(words, id, lookup);
  if (endpoint === undefined) return bad("illegal real server address[:port] specified");
  const forwarding = readForwarding(words);
  if (forwarding === undefined) return bad("only one of -g, -i, -m can be given");
  const { options } = words;
  const weight = readLimited(options.get("weight"), 1, highestNumber);
  if (weight === undefined) return bad("illegal weight specified");
  const upperThreshold = readLimited(options.get("u-threshold"), 0, highestNumber);
  const lowerThreshold = readLimited(options.get("l-threshold"), 0, highestNumber);
  if (upperThreshold === undefined || lowerThreshold === undefined) return bad("illegal threshold specified");
  if (lowerThreshold > upperThreshold) return bad("the lower threshold is above the upper one");
  const { address } = endpoint;
  const port = effectivePort(id, forwarding, endpoint.port);
  const settings = { address, port, forwarding, weight, upperThreshold, lowerThreshold };
  if (forwarding === "Tunnel") {
    const tunnel = readTunnel(words);
    return tunnel.ok ? good({ ...settings, tunnel: tunnel.value }) : tunnel;
  }
  if (addressFamily(address) !== serviceFamily(id))
    return bad("Different address family is allowed only for tunneling servers");
  return tunnelOptions.some((name) => options.has(name))
    ? bad("Tunnel options conflict with forward method")
    : good(settings);
};

const readDestinationRule = (
  words: RuleWords,
  service: ServiceId,
  lookup: NumberLookup | undefined,
): Read<Rule> => {
  if (words.command === "delete-server") {
    const destination = readRealServer(words, service, lookup);
    if (destination === undefined) return bad("illegal real server address[:port] specified");
    return good({ kind: "removeDestination", service, destination });
  }
  const settings = readDestinationSettings(words, service, lookup);
  if (!settings.ok) return settings;
  const kind = words.command === "add-server" ? "addDestination" : "editDestination";
  return good({ kind, service, destination: settings.value });
};

/** A rule about a service or one of its real servers; undefined when the command is another. */
export const readTableRule = (words: RuleWords, lookup: NumberLookup | undefined): Read<Rule> | undefined => {
  const isServer = words.command.endsWith("-server");
  if (!isServer && !words.command.endsWith("-service")) return undefined;
  const id = readServiceId(words, lookup);
  if (!id.ok) return id;
  if (isServer) return readDestinationRule(words, id.value, lookup);
  if (words.command === "delete-service") return good({ kind: "removeService", service: id.value });
  const settings = readServiceSettings(words, id.value);
  if (!settings.ok) return settings;
  return good({
    kind: words.command === "add-service" ? "addService" : "editService",
    service: settings.value,
  });
};
