import type { Change } from "@lvs/core/ipvs/change";
import { ipvsCommand } from "@lvs/core/ipvs/genl";
import { encodeDeleteDestination, encodeDestination } from "@lvs/core/ipvs/genl-destination";
import { encodeService, encodeServiceCommand } from "@lvs/core/ipvs/genl-service";
import type { ServiceId } from "@lvs/core/ipvs/model";
import { errnoName } from "../system/errno.ts";
import { ask, netlinkRefusal } from "../system/netlink.ts";
import type { System } from "../system/system.ts";
import { SystemError } from "../system/system-error.ts";
import { requireIpvsFamily } from "./family.ts";
import { type IpvsReading, readTable } from "./read-table.ts";

/** A change that the kernel declined. */
export interface RefusedChange {
  readonly change: Change;
  /** "EEXIST" */
  readonly errno: string;
  /** ipvsadm's own words for it. */
  readonly reason: string;
}

export type ApplyResult =
  | { readonly status: "applied"; readonly count: number }
  /** Some were refused; the others, also those behind them, were done. `reached`: the table as it now is. */
  | {
      readonly status: "partly";
      readonly appliedCount: number;
      readonly refused: readonly RefusedChange[];
      readonly reached: IpvsReading;
    }
  /** The kernel could not be asked to the end; how far it came is in `reached`. */
  | { readonly status: "failed"; readonly error: SystemError; readonly reached: IpvsReading };

/**
 * Messages in one send. One in twenty acknowledged already makes the send's own cost vanish; far more would only let the
 * kernel work longer before anybody hears of it.
 */
const changesPerSend = 50;

/** Changes encoded at a time: 2-3 ms of work, then the event loop runs while the kernel does them. */
const changesPerSlice = 1000;

/** Under a chunk of work the kernel may wait for an RCU grace period for every removed entry. */
const timeoutMs = 30_000;

const encodeChange = (family: number, change: Change): Uint8Array => {
  switch (change.kind) {
    case "addService":
      return encodeService(family, ipvsCommand.newService, change.service);
    case "editService":
      return encodeService(family, ipvsCommand.setService, change.service);
    case "removeService":
      return encodeServiceCommand(family, ipvsCommand.deleteService, change.service);
    case "addDestination":
      return encodeDestination(family, ipvsCommand.newDestination, change);
    case "editDestination":
      return encodeDestination(family, ipvsCommand.setDestination, change);
    case "removeDestination":
      return encodeDeleteDestination(family, change);
  }
};

/** libipvs's words (ipvs_strerror), where the meaning depends on what was asked. */
const reasonOf = (change: Change, errno: string): string => {
  const isService = change.kind.endsWith("Service");
  switch (errno) {
    case "EEXIST":
      return isService ? "Service already exists" : "Destination already exists";
    case "ESRCH":
      return "No such service";
    case "ENOENT":
      return isService ? "Scheduler or persistence engine not found" : "No such destination";
    case "EPERM":
      return "Operation not permitted";
    case "EINVAL":
      return "Invalid operation. Possibly wrong module version, address not unicast, ...";
    default:
      return errno;
  }
};

/**
 * Writes changes into the kernel's table in their order, many to a send. A refused change does not stop those behind it (as
 * `ipvsadm -R`); what came of it is said for each. Hand over a difference (`diffTables`), never flush and add: entries
 * that were just removed are waited for by the kernel and make adding 3-20 times slower. Throws nothing but bugs.
 */
export const applyChanges = async (system: System, changes: readonly Change[]): Promise<ApplyResult> => {
  const refused: RefusedChange[] = [];
  try {
    const family = await requireIpvsFamily(system);
    for (let at = 0; at < changes.length; at += changesPerSlice)
      refused.push(...(await applySlice(system, family, changes.slice(at, at + changesPerSlice))));
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    return { status: "failed", error, reached: await readTable(system) };
  }
  if (refused.length === 0) return { status: "applied", count: changes.length };
  const reached = await readTable(system);
  return { status: "partly", appliedCount: changes.length - refused.length, refused, reached };
};

/** The refused ones of some changes. Throws SystemError. */
const applySlice = async (
  system: System,
  family: number,
  changes: readonly Change[],
): Promise<RefusedChange[]> => {
  const refused: RefusedChange[] = [];
  const requests = changes.map((change) => encodeChange(family, change));
  for await (const answers of system.netlink.exchange("generic", requests, {
    perSend: changesPerSend,
    timeoutMs,
  })) {
    for (const { index, errno } of answers) {
      const change = changes[index];
      if (errno === 0 || change === undefined) continue;
      const name = errnoName(errno);
      refused.push({ change, errno: name, reason: reasonOf(change, name) });
    }
  }
  return refused;
};

/** Clears counters of one service, or of all (`ipvsadm -Z`). Throws SystemError. */
export const zeroCounters = async (system: System, service?: ServiceId): Promise<void> => {
  const family = await requireIpvsFamily(system);
  const name = "zero IPVS counters";
  const bytes = encodeServiceCommand(family, ipvsCommand.zero, service);
  const { errno } = await ask(system.netlink, "generic", { bytes, name });
  if (errno !== 0) throw netlinkRefusal(errno, name);
};
