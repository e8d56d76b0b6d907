import { type Change, destinationSettings, serviceSettings } from "@lvs/core/ipvs/change";
import { applyChanges } from "@lvs/core/ipvs/diff";
import {
  commandAttribute,
  genericControl,
  genericPayloadOffset,
  infoAttribute,
  ipvsCommand,
} from "@lvs/core/ipvs/genl";
import { readDestination, writeDestinationAnswer } from "@lvs/core/ipvs/genl-destination";
import { readService } from "@lvs/core/ipvs/decode-services";
import { writeServiceAnswer } from "@lvs/core/ipvs/genl-service";
import { readDaemon, writeDaemon } from "@lvs/core/ipvs/genl-settings";
import type { SyncDaemon, Timeouts } from "@lvs/core/ipvs/listing-state";
import type { Destination, IpvsTable, VirtualService } from "@lvs/core/ipvs/model";
import { findService } from "@lvs/core/ipvs/table";
import type { ByteWriter } from "@lvs/core/net/bytes";
import {
  AttributeReader,
  encodeMessage,
  MessageReader,
  netlinkFlags,
  writeU16,
  writeU32,
} from "@lvs/core/net/netlink";
import { constants } from "node:os";

/** The number that this kernel gave the IPVS family. */
const family = 32;

const { ENOENT, ESRCH, EEXIST, EINVAL, EOPNOTSUPP } = constants.errno;

/** What a request names. */
interface Named {
  service: VirtualService | undefined;
  destination: Destination | undefined;
  daemon: SyncDaemon | undefined;
  timeouts: { tcpS?: number; tcpFinS?: number; udpS?: number };
}

export interface Reply {
  readonly errno: number;
  /** Whole messages, without the final one. */
  readonly messages: readonly Uint8Array[];
}

const refuse = (errno: number): Reply => ({ errno, messages: [] });
const done: Reply = { errno: 0, messages: [] };

const reply = (command: number, write: (writer: ByteWriter) => void): Uint8Array =>
  encodeMessage({ type: family, flags: netlinkFlags.multi, sequence: 0 }, (writer) => {
    writer.u8(command).u8(1).u16le(0);
    write(writer);
  });

/**
 * IPVS of a simulated kernel: it speaks the same bytes as the real one, so that everything above the socket is what runs on a
 * director. Its rules (what exists, what is refused) are core's `applyChanges`.
 */
export class SimulatedIpvs {
  table: IpvsTable;
  timeouts: Timeouts = { tcpS: 900, tcpFinS: 120, udpS: 300 };
  daemons: SyncDaemon[] = [];

  constructor(table: IpvsTable) {
    this.table = table;
  }

  /** The controller's answer for the family name "IPVS". */
  static familyAnswer(): Reply {
    const message = encodeMessage({ type: genericControl.type, flags: 0, sequence: 0 }, (writer) => {
      writer.u8(genericControl.newFamily).u8(2).u16le(0);
      writeU16(writer, genericControl.attributeFamilyId, family);
    });
    return { errno: 0, messages: [message] };
  }

  answer(request: Uint8Array): Reply {
    const message = new MessageReader(request);
    if (!message.next() || message.type !== family) return refuse(ENOENT);
    const isDump = (message.flags & netlinkFlags.dump) === netlinkFlags.dump;
    const named = this.#named(message);
    if (named === undefined) return refuse(EINVAL);
    const command = message.view.getUint8(message.payload);
    return isDump ? this.#dump(command, named) : this.#run(command, named);
  }

  #named(message: MessageReader): Named | undefined {
    const named: Named = { service: undefined, destination: undefined, daemon: undefined, timeouts: {} };
    const { view } = message;
    const attribute = new AttributeReader(view, message.offset + genericPayloadOffset, message.end);
    while (attribute.next()) {
      const end = attribute.start + attribute.length;
      if (attribute.type === commandAttribute.service)
        named.service = readService(view, attribute.start, end);
      if (attribute.type === commandAttribute.destination)
        named.destination = readDestination(view, attribute.start, end);
      if (attribute.type === commandAttribute.daemon) named.daemon = readDaemon(view, attribute.start, end);
      if (attribute.type === commandAttribute.timeoutTcp) named.timeouts.tcpS = attribute.u32();
      if (attribute.type === commandAttribute.timeoutTcpFin) named.timeouts.tcpFinS = attribute.u32();
      if (attribute.type === commandAttribute.timeoutUdp) named.timeouts.udpS = attribute.u32();
    }
    return attribute.isMalformed ? undefined : named;
  }

  #dump(command: number, named: Named): Reply {
    if (command === ipvsCommand.getService)
      return this.#replies(this.table.services, (writer, service) => writeServiceAnswer(writer, service));
    if (command === ipvsCommand.getDestination) {
      // As the kernel: a service that is not there is one without real servers.
      const service = named.service === undefined ? undefined : findService(this.table, named.service.id);
      return this.#replies(service?.destinations ?? [], (writer, row) => writeDestinationAnswer(writer, row));
    }
    if (command === ipvsCommand.getDaemon)
      return this.#replies(this.daemons, (writer, daemon) => writeDaemon(writer, daemon));
    return refuse(EOPNOTSUPP);
  }

  #replies<Row>(rows: readonly Row[], write: (writer: ByteWriter, row: Row) => void): Reply {
    return { errno: 0, messages: rows.map((row) => reply(1, (writer) => write(writer, row))) };
  }

  #run(command: number, named: Named): Reply {
    switch (command) {
      case ipvsCommand.getInfo:
        return this.#one(command, (writer) => {
          const [major = 0, minor = 0, patch = 0] = this.table.version.split(".").map(Number);
          writeU32(writer, infoAttribute.version, (major << 16) | (minor << 8) | patch);
          writeU32(writer, infoAttribute.connectionTableSize, this.table.size);
        });
      case ipvsCommand.getConfig:
        return this.#one(command, (writer) => {
          writeU32(writer, commandAttribute.timeoutTcp, this.timeouts.tcpS);
          writeU32(writer, commandAttribute.timeoutTcpFin, this.timeouts.tcpFinS);
          writeU32(writer, commandAttribute.timeoutUdp, this.timeouts.udpS);
        });
      case ipvsCommand.setConfig:
        return this.#setTimeouts(named.timeouts);
      case ipvsCommand.newDaemon:
        return this.#startDaemon(named.daemon);
      case ipvsCommand.deleteDaemon:
        return this.#stopDaemon(named.daemon);
      case ipvsCommand.zero:
        return done;
      case ipvsCommand.flush:
        this.table = { ...this.table, services: [] };
        return done;
      case ipvsCommand.getService: {
        const service = named.service === undefined ? undefined : findService(this.table, named.service.id);
        if (service === undefined) return refuse(ESRCH);
        return this.#one(command, (writer) => writeServiceAnswer(writer, service));
      }
      default:
        return this.#change(command, named);
    }
  }

  #one(command: number, write: (writer: ByteWriter) => void): Reply {
    return { errno: 0, messages: [reply(command, write)] };
  }

  /** As ip_vs_set_timeout: 0 stays, and what overflows the kernel's ticks is refused whole. */
  #setTimeouts(wanted: Named["timeouts"]): Reply {
    if (Object.values(wanted).some((seconds) => seconds > 2_147_483_647 / 100)) return refuse(EINVAL);
    const set = Object.entries(wanted).filter(([, seconds]) => seconds > 0);
    this.timeouts = { ...this.timeouts, ...Object.fromEntries(set) };
    return done;
  }

  #startDaemon(daemon: SyncDaemon | undefined): Reply {
    if (daemon === undefined) return refuse(EINVAL);
    if (this.daemons.some(({ role }) => role === daemon.role)) return refuse(EEXIST);
    this.daemons = [...this.daemons, daemon].toSorted((a, b) => b.role.localeCompare(a.role));
    return done;
  }

  #stopDaemon(daemon: SyncDaemon | undefined): Reply {
    const left = this.daemons.filter(({ role }) => role !== daemon?.role);
    if (left.length === this.daemons.length) return refuse(ESRCH);
    this.daemons = left;
    return done;
  }

  #change(command: number, named: Named): Reply {
    const change = changeOf(command, named);
    if (change === undefined) return refuse(EOPNOTSUPP);
    const { table, problems } = applyChanges(this.table, [change]);
    const reason = problems[0]?.reason;
    if (reason !== undefined) return refuse(errnoOfReason(reason));
    this.table = table;
    return done;
  }
}

const errnoOfReason = (reason: string): number => {
  if (reason === "No such service") return ESRCH;
  if (reason === "No such destination") return ENOENT;
  return reason.endsWith("already exists") ? EEXIST : EINVAL;
};

const changeOf = (command: number, { service, destination }: Named): Change | undefined => {
  if (service === undefined) return undefined;
  if (command === ipvsCommand.newService) return { kind: "addService", service: serviceSettings(service) };
  if (command === ipvsCommand.setService) return { kind: "editService", service: serviceSettings(service) };
  if (command === ipvsCommand.deleteService) return { kind: "removeService", service: service.id };
  if (destination === undefined) return undefined;
  const settings = destinationSettings(destination);
  const target = { service: service.id, destination: settings };
  if (command === ipvsCommand.newDestination) return { kind: "addDestination", ...target };
  if (command === ipvsCommand.setDestination) return { kind: "editDestination", ...target };
  return command === ipvsCommand.deleteDestination ? { kind: "removeDestination", ...target } : undefined;
};
