import type { Destination, IpvsTable, ServiceId, VirtualService } from "../ipvs/model.ts";
import { noCounters, noRates } from "../ipvs/model.ts";
import { schedulerFlagBits, schedulerFlagNames } from "../ipvs/schedulers.ts";
import { serviceKey } from "../ipvs/table.ts";
import { addressFamily, addressFromBytes, addressToBytes, compareAddresses } from "../net/address.ts";
import { defaultPersistenceS } from "./compose-virtual-server.ts";
import type { Diagnostic, Parsed } from "./diagnostic.ts";
import type { KeepalivedModel, RealServer, ServerGroup, VirtualServer } from "./model.ts";
import type { Source } from "./model-parts.ts";

/** A table larger than this is not programmed from one file; expansion stops there. */
const maxServices = 65_536;

interface TableDraft {
  readonly services: Map<string, VirtualService>;
  readonly diagnostics: Diagnostic[];
  readonly groups: ReadonlyMap<string, ServerGroup>;
}

/**
 * The IPVS table that the file asks for when every check is good, in the file's order: keepalived's port rules
 * (Route and Tunnel take the service's port, marks have none), ranges of groups expanded, what keepalived drops left out
 * with a diagnostic. Sorry servers are not in it: they serve only while the quorum is lost.
 */
export const toTable = (model: KeepalivedModel): Parsed<IpvsTable> => {
  const draft: TableDraft = {
    services: new Map(),
    diagnostics: [],
    groups: new Map(model.serverGroups.map((group) => [group.name, group])),
  };
  for (const server of model.virtualServers) addServer(draft, server);
  const services = [...draft.services.values()];
  return { value: { version: "1.2.1", size: 4096, services }, diagnostics: draft.diagnostics };
};

const say = (draft: TableDraft, code: string, at: Source & { message: string }): void => {
  const { path, line, message } = at;
  draft.diagnostics.push({ code, severity: "warning", message, path, line, column: 1 });
};

const addServer = (draft: TableDraft, server: VirtualServer): void => {
  if (server.realServers.length === 0) {
    const message = "a virtual_server without real servers: keepalived leaves it out of the table";
    say(draft, "no-real-servers", { ...server.source, message });
    return;
  }
  for (const id of idsOf(draft, server)) {
    if (draft.services.size >= maxServices) {
      const message = `more than ${maxServices} services: the rest is not shown`;
      return say(draft, "too-many-services", { ...server.source, message });
    }
    addService(draft, { server, id });
  }
};

const addService = (draft: TableDraft, asked: { server: VirtualServer; id: ServiceId }): void => {
  const { server, id } = asked;
  const key = serviceKey(id);
  const known = draft.services.get(key);
  if (known !== undefined) {
    const message = `${key} is defined before: its real servers are added to that service`;
    say(draft, "duplicate-virtual-server", { ...server.source, message });
  }
  const service = known ?? serviceOf(server, id);
  draft.services.set(key, service);
  const taken = new Set(service.destinations.map(({ address, port }) => `${address} ${port}`));
  for (const real of server.realServers) {
    const destination = destinationOf(real, { server, id });
    const place = `${destination.address} ${destination.port}`;
    if (taken.has(place)) {
      say(draft, "duplicate-real-server", {
        ...real.source,
        message: `${place} is in ${key} before: keepalived drops this one`,
      });
    } else {
      taken.add(place);
      service.destinations.push(destination);
    }
  }
};

const serviceOf = (server: VirtualServer, id: ServiceId): VirtualService => {
  const { scheduler, persistenceMask, persistenceEngine } = server;
  const timeoutS = server.persistenceTimeoutS ?? (needsPersistence(id) ? defaultPersistenceS : undefined);
  return {
    id,
    scheduler,
    schedulerFlags: schedulerFlagNames(scheduler, schedulerFlagBits(scheduler, server.schedulerFlags)),
    ...(timeoutS === undefined
      ? {}
      : {
          persistence: {
            timeoutS,
            ...(persistenceMask === undefined ? {} : { mask: persistenceMask }),
            ...(persistenceEngine === undefined ? {} : { engine: persistenceEngine }),
          },
        }),
    onePacket: server.isOnePacket && server.protocol === "UDP",
    counters: noCounters,
    rates: noRates,
    destinations: [],
  };
};

/** All ports of an address: the kernel takes it only with persistence, so keepalived sets it. */
const needsPersistence = (id: ServiceId): boolean => id.kind === "address" && id.port === 0;

const destinationOf = (real: RealServer, at: { server: VirtualServer; id: ServiceId }): Destination => {
  const forwarding = real.forwarding ?? at.server.forwarding;
  const tunnel = real.forwarding === undefined ? at.server.tunnel : real.tunnel;
  return {
    address: real.address,
    port: destinationPort(real, at),
    forwarding,
    weight: real.weight,
    upperThreshold: real.upperThreshold,
    lowerThreshold: real.lowerThreshold,
    activeConnections: 0,
    inactiveConnections: 0,
    persistentConnections: 0,
    counters: noCounters,
    rates: noRates,
    ...(forwarding === "Tunnel" && tunnel !== undefined ? { tunnel } : {}),
  };
};

/** Only Masq can change the port; without one it takes the service's, but 0 in a group (check_data.c, ipvswrapper.c). */
const destinationPort = (real: RealServer, at: { server: VirtualServer; id: ServiceId }): number => {
  const servicePort = at.id.kind === "address" ? at.id.port : 0;
  if ((real.forwarding ?? at.server.forwarding) !== "Masq") return servicePort;
  return real.port ?? (at.server.target.kind === "group" ? 0 : servicePort);
};

const familyOf = (server: VirtualServer): "inet" | "inet6" => {
  const first = server.realServers.find((real) => (real.forwarding ?? server.forwarding) !== "Tunnel");
  return server.family ?? addressFamily((first ?? server.realServers[0])?.address ?? "0.0.0.0");
};

const idsOf = (draft: TableDraft, server: VirtualServer): ServiceId[] => {
  const { target, protocol } = server;
  switch (target.kind) {
    case "address":
      return [{ kind: "address", protocol, address: target.address, port: target.port }];
    case "fwmark":
      return [{ kind: "fwmark", mark: target.mark, family: familyOf(server) }];
    case "group": {
      const group = draft.groups.get(target.name);
      if (group !== undefined) return idsOfGroup(draft, { server, group });
      const message = `virtual_server_group ${target.name} does not exist`;
      say(draft, "unknown-server-group", { ...server.source, message });
      return [];
    }
  }
};

type Family = "inet" | "inet6";

const familyOfMember = (member: ServerGroup["members"][number]): Family | undefined =>
  member.kind === "fwmark" ? member.family : addressFamily(member.address);

/** Why keepalived passes over a virtual server of this group without a word. */
const mismatchOf = (server: VirtualServer, { name, members }: ServerGroup): string | undefined => {
  const families = members.map(familyOfMember);
  if (families.length === 0) return `virtual_server_group ${name} is empty`;
  const isMixed = families.includes("inet") && families.includes("inet6");
  if (isMixed && families.includes(undefined))
    return `virtual_server_group ${name} holds IPv4, IPv6 and a mark of no family`;
  const fixed = server.realServers.find((real) => (real.forwarding ?? server.forwarding) !== "Tunnel");
  const own = server.family ?? (fixed === undefined ? undefined : addressFamily(fixed.address));
  const isOther = own !== undefined && families.includes(own === "inet" ? "inet6" : "inet");
  return isOther ? `virtual_server_group ${name} is not of the family of its real servers` : undefined;
};

const idsOfGroup = (draft: TableDraft, of: { server: VirtualServer; group: ServerGroup }): ServiceId[] => {
  const { server, group } = of;
  const mismatch = mismatchOf(server, group);
  if (mismatch !== undefined) {
    say(draft, "unsuitable-server-group", { ...server.source, message: mismatch });
    return [];
  }
  const ids: ServiceId[] = [];
  const shared = group.members.map(familyOfMember).find((family) => family !== undefined);
  for (const member of group.members) {
    if (member.kind === "fwmark") {
      const family = member.family ?? shared ?? familyOf(server);
      ids.push({ kind: "fwmark", mark: member.mark, family });
      continue;
    }
    const { port } = member;
    for (const address of addressesBetween(member.address, member.lastAddress ?? member.address)) {
      if (ids.length >= maxServices) {
        say(draft, "too-many-services", {
          ...member.source,
          message: "this range is not expanded to its end",
        });
        return ids;
      }
      ids.push({ kind: "address", protocol: server.protocol, address, port });
    }
  }
  return ids;
};

/** Addresses of a range, both ends included; a range that runs backwards is its first address. */
function* addressesBetween(first: string, last: string): IterableIterator<string> {
  yield first;
  const bytes = addressToBytes(first).slice();
  let current = first;
  while (compareAddresses(current, last) < 0) {
    for (let at = bytes.length - 1; at >= 0; at -= 1) {
      const value = ((bytes[at] ?? 0) + 1) & 255;
      bytes[at] = value;
      if (value !== 0) break;
    }
    const next = addressFromBytes(bytes);
    if (next === undefined) return;
    current = next;
    yield current;
  }
}
