import { toTable } from "../keepalived/to-table.ts";
import type { KeepalivedModel, RealServer, VirtualServer, VrrpInstance } from "../keepalived/model.ts";
import type { Checker } from "../keepalived/model-parts.ts";
import type { Destination, ServiceId, VirtualService } from "../ipvs/model.ts";
import { serviceKey } from "../ipvs/table.ts";
import type {
  Configured,
  ConfiguredCheck,
  ConfiguredInstance,
  ConfiguredRealServer,
  ConfiguredService,
} from "./configured.ts";

/**
 * The small secret-free summary of a file that travels with a director's facts. Ports are those of the kernel's rows (Route and
 * Tunnel take the service's), groups and ranges are expanded, what keepalived leaves out of the table is left out.
 */
export function configuredFromModel(model: KeepalivedModel): Configured {
  const { lvsTimeouts, routerId } = model.global;
  return {
    ...(routerId === undefined ? {} : { routerId }),
    ...(lvsTimeouts === undefined ? {} : { timeouts: lvsTimeouts }),
    instances: model.instances.map((instance) => configuredInstance(model, instance)),
    services: model.virtualServers.flatMap((server) => configuredServices(model, server)),
  };
}

function configuredInstance(model: KeepalivedModel, instance: VrrpInstance): ConfiguredInstance {
  const group = model.syncGroups.find((each) => each.instances.some(({ name }) => name === instance.name));
  const hasIpv6 = instance.virtualAddresses.some((each) => each.family === "inet6");
  return {
    name: instance.name,
    initialState: instance.state,
    interface: instance.interface ?? model.global.defaultInterface,
    virtualRouterId: instance.virtualRouterId ?? 0,
    priority: instance.priority,
    advertIntervalCs: Math.round(instance.advertIntervalS * 100),
    version: instance.version ?? (hasIpv6 ? 3 : model.global.vrrpVersion),
    preempt: instance.canPreempt,
    preemptDelayS: instance.preemptDelayS,
    hasPassword: instance.authentication !== undefined,
    unicastPeers: instance.unicastPeers.map((peer) => peer.address),
    ...(group === undefined ? {} : { syncGroup: group.name }),
    virtualAddresses: [
      ...instance.virtualAddresses.map((each) => ({ ...addressAndDevice(each), isExcluded: false })),
      ...instance.excludedAddresses.map((each) => ({ ...addressAndDevice(each), isExcluded: true })),
    ],
    trackFiles: instance.tracks.files.flatMap((track) => {
      const file = model.trackFiles.find((each) => each.name === track.name);
      if (file?.file === undefined) return [];
      return [{ name: track.name, path: file.file, weight: track.weight ?? file.weight }];
    }),
    trackInterfaces: instance.tracks.interfaces.map((track) => track.name),
    line: instance.source.line,
  };
}

type Address = VrrpInstance["virtualAddresses"][number];

function addressAndDevice({ address, prefixLength, device }: Address): { address: string; device?: string } {
  const text = `${address}/${prefixLength}`;
  return device === undefined ? { address: text } : { address: text, device };
}

/** One per service of the kernel: a group or a range stands for several. */
function configuredServices(model: KeepalivedModel, server: VirtualServer): ConfiguredService[] {
  const services = tableOf(model, server).map((service) => configuredService(server, service));
  const byKey = new Map(services.map((service) => [serviceKey(service.id), service]));
  for (const real of server.realServers) {
    for (const { id, destinations } of tableOf(model, { ...server, realServers: [real] })) {
      const [row] = destinations;
      const service = byKey.get(serviceKey(id));
      if (row === undefined || service === undefined) continue;
      const first = service.realServers.find(
        (each) => each.address === row.address && each.port === row.port,
      );
      if (first === undefined) service.realServers.push(configuredRealServer(server, real, row));
      else first.writtenPorts = [...(first.writtenPorts ?? [first.port]), writtenPort(server, real)];
    }
  }
  return services;
}

/** A service without its real servers, its settings as the kernel gets them. */
function configuredService(server: VirtualServer, service: VirtualService): ConfiguredService {
  const { id, onePacket, persistence, scheduler, schedulerFlags } = service;
  const { persistenceTimeoutS = persistence?.timeoutS } = server;
  return {
    id,
    ...(server.target.kind === "group" ? { group: server.target.name } : {}),
    scheduler,
    ...(schedulerFlags.length === 0 ? {} : { schedulerFlags }),
    forwarding: server.forwarding,
    ...(persistenceTimeoutS === undefined ? {} : { persistenceTimeoutS }),
    ...(persistence?.mask === undefined ? {} : { persistenceMask: persistence.mask }),
    ...(persistence?.engine === undefined ? {} : { persistenceEngine: persistence.engine }),
    ...(onePacket ? { onePacket } : {}),
    quorum: server.quorum,
    delayLoopS: server.delayLoopS,
    ...configuredSorryServer(server, id),
    realServers: [],
    line: server.source.line,
  };
}

/** Only Masq can change the port: keepalived resets another one to the service's (check_data.c). */
function configuredSorryServer(
  { forwarding, sorryServer: sorry }: VirtualServer,
  id: ServiceId,
): Pick<ConfiguredService, "sorryServer"> {
  if (sorry === undefined) return {};
  const method = sorry.forwarding ?? forwarding;
  return {
    sorryServer: {
      address: sorry.address,
      port: method === "Masq" ? (sorry.port ?? portOf(id)) : portOf(id),
      ...(method === forwarding ? {} : { forwarding: method }),
      ...(sorry.inhibits ? { inhibits: true } : {}),
    },
  };
}

/** Without a port of its own a block has the service's; a group and a mark have none to give. */
function writtenPort({ target }: VirtualServer, { port }: RealServer): number {
  return port ?? (target.kind === "address" ? target.port : 0);
}

function tableOf(model: KeepalivedModel, server: VirtualServer) {
  return toTable({ ...model, virtualServers: [server] }).value.services;
}

function portOf(id: ServiceId): number {
  return id.kind === "address" ? id.port : 0;
}

function configuredRealServer(
  server: VirtualServer,
  real: RealServer,
  { forwarding, port, tunnel }: Destination,
): ConfiguredRealServer {
  return {
    address: real.address,
    port,
    ...(writtenPort(server, real) === port ? {} : { writtenPorts: [writtenPort(server, real)] }),
    weight: real.weight,
    forwarding,
    upperThreshold: real.upperThreshold,
    lowerThreshold: real.lowerThreshold,
    inhibitOnFailure: real.inhibitsOnFailure ?? server.inhibitsOnFailure,
    ...(tunnel === undefined ? {} : { tunnel }),
    ...(real.checkers.some(setsWeight) ? { hasDynamicWeight: true } : {}),
    checks: real.checkers.map((checker) => configuredCheck(server, checker)),
    line: real.source.line,
  };
}

/** keepalived.conf(5): the exit code of a misc_dynamic script, the value in a tracked file. */
function setsWeight(checker: Checker): boolean {
  return (checker.type === "MISC_CHECK" && checker.isDynamic) || checker.type === "FILE_CHECK";
}

/** Defaults as keepalived.conf(5) gives them: retry 1; delay_before_retry delay_loop, 3 s or 1 s by kind; connect_timeout 5 s. */
function configuredCheck(server: VirtualServer, checker: Checker): ConfiguredCheck {
  return {
    kind: checker.type,
    ...(checker.connectPort === undefined ? {} : { connectPort: checker.connectPort }),
    connectTimeoutS: checker.connectTimeoutS ?? 5,
    retry: checker.retry ?? 1,
    delayBeforeRetryS: checker.delayBeforeRetryS ?? usualDelayS(server, checker),
    detail: detailOf(checker),
  };
}

function usualDelayS(server: VirtualServer, checker: Checker): number {
  switch (checker.type) {
    case "DNS_CHECK":
      return checker.delayLoopS ?? server.delayLoopS;
    case "HTTP_GET":
    case "SSL_GET":
      return 3;
    case "TCP_CHECK":
    case "SMTP_CHECK":
    case "UDP_CHECK":
    case "PING_CHECK":
    case "MISC_CHECK":
    case "BFD_CHECK":
    case "FILE_CHECK":
      return 1;
  }
}

function detailOf(checker: Checker): string {
  switch (checker.type) {
    case "HTTP_GET":
    case "SSL_GET":
      return checker.urls
        .map((url) =>
          [url.path ?? "/", url.statusCodes.join(","), url.digest ?? ""]
            .filter((each) => each !== "")
            .join(" "),
        )
        .join("; ");
    case "MISC_CHECK":
      return checker.script?.argv.join(" ") ?? "";
    case "DNS_CHECK":
      return [checker.queryType, checker.queryName].filter((each) => each !== undefined).join(" ");
    case "BFD_CHECK":
      return checker.bfdName ?? "";
    case "FILE_CHECK":
      return checker.trackFile ?? "";
    case "SMTP_CHECK":
      return checker.heloName ?? "";
    case "TCP_CHECK":
    case "UDP_CHECK":
    case "PING_CHECK":
      return "";
  }
}
