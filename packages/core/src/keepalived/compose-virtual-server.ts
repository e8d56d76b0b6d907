import type { ForwardingMethod, Tunnel } from "../ipvs/model.ts";
import { composeChecker } from "./compose-checker.ts";
import { rememberServer, repeatedServer } from "./compose-repeated.ts";
import { portOf } from "./compose-server-group.ts";
import {
  decimalOf,
  fieldsOf,
  flagOf,
  integerOf,
  notUsed,
  readFields,
  scriptOf,
  sourceOf,
} from "./compose-fields.ts";
import type { Composition, Fields } from "./compose-fields.ts";
import { schedulers } from "./keywords/virtual-server.ts";
import type { RealServer, VirtualServer, VirtualServerTarget } from "./model.ts";
import type { Checker } from "./model-parts.ts";
import type { Entry } from "./reading.ts";
import { readAddress, readInteger } from "./words.ts";

const maxInteger = 2147483647;
const maxUnsigned = 4294967295;
const maxPersistence = 86400 * 31;
/** What keepalived takes for `persistence_timeout` without a number (IPVS_SVC_PERSISTENT_TIMEOUT, ipvswrapper). */
export const defaultPersistenceS = 360;

type Forwarding = Exclude<ForwardingMethod, "Local">;

const forwardingMethods: Readonly<Record<string, Forwarding>> = { NAT: "Masq", DR: "Route", TUN: "Tunnel" };

/** `lb_kind TUN type gue port 6080 csum`: method and, for TUN, how packets are wrapped. */
const forwardingOf = (
  entry: Entry,
  composition: Composition,
): { method: Forwarding; tunnel?: Tunnel } | undefined => {
  const { words } = entry;
  const name = words[1] ?? "";
  const method = Object.hasOwn(forwardingMethods, name) ? forwardingMethods[name] : undefined;
  if (method === undefined) return notUsed(entry, composition);
  if (method !== "Tunnel" || words.length < 3) return { method };
  const after = (option: string): string => words[words.indexOf(option) + 1] ?? "";
  const type = words.includes("type") ? after("type") : "ipip";
  const tunnel: Tunnel = {
    type: type === "gue" || type === "gre" ? type : "ipip",
    port: words.includes("port") ? readInteger(after("port"), { min: 1, max: 65535 }).value : 0,
    checksum: words.includes("remcsum") ? "remcsum" : words.includes("csum") ? "csum" : "none",
  };
  return tunnel.type === "ipip" ? { method } : { method, tunnel };
};

const targetOf = (words: readonly string[]): VirtualServerTarget | undefined => {
  const [, kind = "", value = ""] = words;
  if (kind === "group") return { kind: "group", name: value };
  if (kind === "fwmark")
    return { kind: "fwmark", mark: readInteger(value, { min: 0, max: maxUnsigned }).value };
  const address = readAddress(kind);
  return address === undefined ? undefined : { kind: "address", address, port: portOf(words[2]) };
};

const checkerReader =
  (type: Checker["type"]) =>
  (real: RealServer, entry: Entry, composition: Composition): void => {
    real.checkers.push(composeChecker(type, entry, composition));
  };

const realServerFields: Fields<RealServer> = fieldsOf<RealServer>({
  weight: (real, entry, composition) => {
    real.weight = integerOf(entry, { min: 0, max: maxInteger }, composition) ?? real.weight;
  },
  lvs_method: (real, entry, composition) => {
    const forwarding = forwardingOf(entry, composition);
    if (forwarding === undefined) return;
    real.forwarding = forwarding.method;
    if (forwarding.tunnel !== undefined) real.tunnel = forwarding.tunnel;
  },
  uthreshold: (real, entry, composition) => {
    real.upperThreshold = integerOf(entry, { min: 0, max: maxUnsigned }, composition) ?? 0;
  },
  lthreshold: (real, entry, composition) => {
    real.lowerThreshold = integerOf(entry, { min: 0, max: maxUnsigned }, composition) ?? 0;
  },
  inhibit_on_failure: (real, entry) => {
    real.inhibitsOnFailure = flagOf(entry);
  },
  notify_up: (real, entry, composition) => {
    real.notifyUp = scriptOf(entry, composition);
  },
  notify_down: (real, entry, composition) => {
    real.notifyDown = scriptOf(entry, composition);
  },
  TCP_CHECK: checkerReader("TCP_CHECK"),
  HTTP_GET: checkerReader("HTTP_GET"),
  SSL_GET: checkerReader("SSL_GET"),
  SMTP_CHECK: checkerReader("SMTP_CHECK"),
  DNS_CHECK: checkerReader("DNS_CHECK"),
  UDP_CHECK: checkerReader("UDP_CHECK"),
  PING_CHECK: checkerReader("PING_CHECK"),
  MISC_CHECK: checkerReader("MISC_CHECK"),
  BFD_CHECK: checkerReader("BFD_CHECK"),
  FILE_CHECK: checkerReader("FILE_CHECK"),
});

/** The weight of a real server that names none, until the whole virtual server is read. */
const weightNotGiven = -1;

const composeRealServer = (entry: Entry, composition: Composition): RealServer | undefined => {
  const address = readAddress(entry.words[1] ?? "");
  if (address === undefined || entry.inside === undefined) return notUsed(entry, composition);
  const port = portOf(entry.words[2]);
  const source = sourceOf(entry.spot, composition);
  const head = port > 0 ? { address, port, source } : { address, source };
  const repeated = repeatedServer(head, entry.inside, composition);
  if (repeated !== undefined) return repeated;
  const draft: RealServer = {
    ...head,
    weight: weightNotGiven,
    upperThreshold: 0,
    lowerThreshold: 0,
    checkers: [],
    settings: [],
  };
  const complaints = composition.diagnostics.length;
  const real = readFields(draft, entry.inside.entries, { fields: realServerFields, composition });
  if (composition.diagnostics.length === complaints) rememberServer(real, entry.inside, composition);
  return real;
};

/** Only tunnels may lead to another family, and the method must be named before the real server. */
const canHold = (server: VirtualServer, real: RealServer): boolean => {
  if (server.target.kind !== "address" || (real.forwarding ?? server.forwarding) === "Tunnel") return true;
  return server.target.address.includes(":") === real.address.includes(":");
};

interface ServerDraft extends VirtualServer {
  defaultWeight: number;
}

type Reader = (draft: ServerDraft, entry: Entry, composition: Composition) => void;

const schedulerReader: Reader = (server, entry, composition) => {
  const name = entry.words[1] ?? "";
  if (schedulers.some((known) => known === name)) server.scheduler = name;
  else notUsed(entry, composition);
};

const methodReader: Reader = (server, entry, composition) => {
  const forwarding = forwardingOf(entry, composition);
  if (forwarding === undefined) return;
  server.forwarding = forwarding.method;
  if (forwarding.tunnel !== undefined) server.tunnel = forwarding.tunnel;
};

/** A flag of sh or mh counts only after the scheduler it belongs to was named. */
const schedulerFlag: Reader = (server, entry, composition) => {
  const flag = entry.keyword.name;
  const owner = /^(?:sh|mh)(?=-)/u.exec(flag)?.[0];
  if (owner !== undefined && server.scheduler !== owner) return notUsed(entry, composition);
  if (!server.schedulerFlags.includes(flag)) server.schedulerFlags.push(flag);
};

const serverFields: Fields<ServerDraft> = fieldsOf<ServerDraft>({
  lvs_sched: schedulerReader,
  lb_algo: schedulerReader,
  lvs_method: methodReader,
  lb_kind: methodReader,
  "flag-1": schedulerFlag,
  "flag-2": schedulerFlag,
  "flag-3": schedulerFlag,
  "sh-port": schedulerFlag,
  "sh-fallback": schedulerFlag,
  "mh-port": schedulerFlag,
  "mh-fallback": schedulerFlag,
  protocol: (server, entry, composition) => {
    const name = (entry.words[1] ?? "").toUpperCase();
    if (name === "TCP" || name === "UDP" || name === "SCTP") {
      server.protocol = name;
      server.isProtocolGiven = true;
    } else notUsed(entry, composition);
  },
  ip_family: (server, { words }) => {
    if (words[1] === "inet" || words[1] === "inet6") server.family = words[1];
  },
  persistence_timeout: (server, entry, composition) => {
    const isGiven = entry.words.length > 1;
    const value = isGiven
      ? integerOf(entry, { min: 1, max: maxPersistence }, composition)
      : defaultPersistenceS;
    if (value !== undefined) server.persistenceTimeoutS = value;
  },
  persistence_granularity: (server, { words }) => {
    if (words[1] !== undefined) server.persistenceMask = words[1];
  },
  persistence_engine: (server, { words }) => {
    if (words[1] !== undefined) server.persistenceEngine = words[1];
  },
  ops: (server) => {
    server.isOnePacket = true;
  },
  delay_loop: (server, entry, composition) => {
    server.delayLoopS =
      decimalOf(entry, { min: 0.000001, max: 18446744073709 }, composition) ?? server.delayLoopS;
  },
  quorum: (server, entry, composition) => {
    server.quorum = integerOf(entry, { min: 1, max: maxUnsigned }, composition) ?? server.quorum;
  },
  hysteresis: (server, entry, composition) => {
    server.hysteresis = integerOf(entry, { min: 0, max: maxUnsigned }, composition) ?? server.hysteresis;
  },
  weight: (server, entry, composition) => {
    server.defaultWeight = integerOf(entry, { min: 1, max: maxInteger }, composition) ?? server.defaultWeight;
  },
  inhibit_on_failure: (server) => {
    server.inhibitsOnFailure = true;
  },
  alpha: (server) => {
    server.isAlpha = true;
  },
  omega: (server) => {
    server.isOmega = true;
  },
  ha_suspend: (server) => {
    server.isHaSuspended = true;
  },
  virtualhost: (server, { words }) => {
    if (words[1] !== undefined) server.virtualhost = words[1];
  },
  quorum_up: (server, entry, composition) => {
    server.quorumUp = scriptOf(entry, composition);
  },
  quorum_down: (server, entry, composition) => {
    server.quorumDown = scriptOf(entry, composition);
  },
  sorry_server: (server, entry, composition) => {
    const address = readAddress(entry.words[1] ?? "");
    if (address === undefined) return notUsed(entry, composition);
    const port = portOf(entry.words[2]);
    const source = sourceOf(entry.spot, composition);
    server.sorryServer = { address, ...(port > 0 ? { port } : {}), inhibits: false, source };
  },
  sorry_server_inhibit: (server) => {
    if (server.sorryServer !== undefined) server.sorryServer.inhibits = true;
  },
  sorry_server_lvs_method: (server, entry, composition) => {
    const forwarding = forwardingOf(entry, composition);
    if (server.sorryServer !== undefined && forwarding !== undefined)
      server.sorryServer.forwarding = forwarding.method;
  },
  real_server: (server, entry, composition) => {
    const real = composeRealServer(entry, composition);
    if (real === undefined) return;
    if (canHold(server, real)) server.realServers.push(real);
    else notUsed(entry, composition);
  },
});

/** A virtual_server block; undefined where keepalived drops it for the line that opens it. */
export const composeVirtualServer = (entry: Entry, composition: Composition): VirtualServer | undefined => {
  const target = targetOf(entry.words);
  if (target === undefined || entry.inside === undefined) return notUsed(entry, composition);
  const { defaultWeight, ...server } = readFields<ServerDraft>(
    {
      target,
      protocol: "UDP",
      isProtocolGiven: false,
      scheduler: "wlc",
      schedulerFlags: [],
      forwarding: "Masq",
      isOnePacket: false,
      delayLoopS: 60,
      quorum: 1,
      hysteresis: 0,
      inhibitsOnFailure: false,
      isAlpha: false,
      isOmega: false,
      isHaSuspended: false,
      realServers: [],
      settings: [],
      source: sourceOf(entry.spot, composition),
      defaultWeight: 1,
    },
    entry.inside.entries,
    { fields: serverFields, composition },
  );
  for (const real of server.realServers) {
    if (real.weight === weightNotGiven) real.weight = defaultWeight;
  }
  return server;
};
