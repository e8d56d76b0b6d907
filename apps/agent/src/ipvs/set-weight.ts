import { destinationSettings } from "@lvs/core/ipvs/change";
import { ipvsCommand } from "@lvs/core/ipvs/genl";
import {
  decodeDestinations,
  encodeDestination,
  encodeDumpDestinations,
} from "@lvs/core/ipvs/genl-destination";
import { decodeServices } from "@lvs/core/ipvs/decode-services";
import { encodeGetService } from "@lvs/core/ipvs/genl-service";
import type { Destination, ServiceId, VirtualService } from "@lvs/core/ipvs/model";
import { findDestination, serviceKey } from "@lvs/core/ipvs/table";
import { errnoName } from "../system/errno.ts";
import { ask, netlinkRefusal } from "../system/netlink.ts";
import type { System } from "../system/system.ts";
import { requireIpvsFamily } from "./family.ts";

export interface WeightTarget {
  readonly service: ServiceId;
  /** The real server's, canonical. */
  readonly address: string;
  readonly port: number;
  readonly weight: number;
  /** Where given: what the row must carry now, or nothing is written. */
  readonly expectedWeight?: number;
}

export type WeightResult =
  /** `destination`: the row read back from the kernel after the write. */
  | { readonly status: "done"; readonly previousWeight: number; readonly destination: Destination }
  /** Nothing was written. */
  | {
      readonly status: "refused";
      readonly reason: "no-such-service" | "no-such-destination" | "other-weight";
      /** The row as found, where there is one. */
      readonly found?: Destination;
    };

/**
 * One service with its real servers, without reading the rest of the table; undefined when the kernel has no such service.
 * Throws SystemError, `not-found` without the ip_vs module.
 */
export const readVirtualService = async (
  system: System,
  id: ServiceId,
): Promise<VirtualService | undefined> => {
  const family = await requireIpvsFamily(system);
  const name = `IPVS service ${serviceKey(id)}`;
  const head = await ask(system.netlink, "generic", { bytes: encodeGetService(family, id), name });
  if (errnoName(head.errno) === "ESRCH") return undefined;
  if (head.errno !== 0) throw netlinkRefusal(head.errno, name);
  const [service] = decodeServices(head.bytes).value;
  if (service === undefined) return undefined;
  const rows = await ask(system.netlink, "generic", { bytes: encodeDumpDestinations(family, id), name });
  if (rows.errno !== 0) throw netlinkRefusal(rows.errno, name);
  return { ...service, destinations: decodeDestinations(rows.bytes).value };
};

/**
 * Sets one weight and nothing else. The kernel takes all settings of a real server or none, so the present ones are read first;
 * a write of keepalived's between the two is the one race, and the next sweep shows it. Throws SystemError.
 */
export const setWeight = async (system: System, target: WeightTarget): Promise<WeightResult> => {
  const service = await readVirtualService(system, target.service);
  if (service === undefined) return { status: "refused", reason: "no-such-service" };
  const found = findDestination(service, target);
  if (found === undefined) return { status: "refused", reason: "no-such-destination" };
  if (target.expectedWeight !== undefined && found.weight !== target.expectedWeight)
    return { status: "refused", reason: "other-weight", found };
  const family = await requireIpvsFamily(system);
  const destination = { ...destinationSettings(found), weight: target.weight };
  const bytes = encodeDestination(family, ipvsCommand.setDestination, {
    service: target.service,
    destination,
  });
  const name = `weight of ${target.address} port ${target.port}`;
  const { errno } = await ask(system.netlink, "generic", { bytes, name });
  if (errnoName(errno) === "ENOENT") return { status: "refused", reason: "no-such-destination" };
  if (errno !== 0) throw netlinkRefusal(errno, name);
  const after = await readVirtualService(system, target.service);
  const written = after === undefined ? undefined : findDestination(after, target);
  if (written === undefined) return { status: "refused", reason: "no-such-destination" };
  return { status: "done", previousWeight: found.weight, destination: written };
};
