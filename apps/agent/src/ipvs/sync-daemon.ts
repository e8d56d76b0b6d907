import { encodeStartDaemon, encodeStopDaemon } from "@lvs/core/ipvs/genl-settings";
import { type SyncDaemon, syncDaemonSchema } from "@lvs/core/ipvs/listing-state";
import type { System } from "../system/system.ts";
import { command, type Failed, type NoModule, withIpvs, writtenOver } from "./ask-ipvs.ts";
import { readSyncDaemons } from "./settings.ts";

export type StartDaemonResult =
  /** The daemon as the kernel runs it, with what was left to its choice filled in, and all that run now. */
  | { readonly status: "done"; readonly daemon: SyncDaemon; readonly daemons: readonly SyncDaemon[] }
  /** Nothing was started. */
  | NoModule
  /** `running`: the daemon of that role that is there already; it may be on another interface or of another id. */
  | { readonly status: "refused"; readonly reason: "already-runs"; readonly running: SyncDaemon | undefined }
  | {
      readonly status: "refused";
      /**
       * "invalid": settings that no daemon can have, or the table has real servers of another family than their service, which the
       * protocol cannot carry.
       */
      readonly reason: "no-such-interface" | "invalid";
    }
  | Failed;

export type StopDaemonResult =
  /** `stopped`: as it ran; `daemons`: those that still run. */
  | { readonly status: "done"; readonly stopped: SyncDaemon; readonly daemons: readonly SyncDaemon[] }
  | NoModule
  | { readonly status: "refused"; readonly reason: "not-running" }
  | Failed;

/** start_sync_thread in the kernel's ip_vs_sync.c. */
const startRefusals = {
  EEXIST: "already-runs",
  ENODEV: "no-such-interface",
  EINVAL: "invalid",
  ERANGE: "invalid",
} as const;

/** `ipvsadm --start-daemon`: group, port, ttl and maxLength that are left out are the kernel's choice. Throws nothing but bugs. */
export const startSyncDaemon = async (system: System, wanted: SyncDaemon): Promise<StartDaemonResult> => {
  // The kernel does not look at the range of an id and sends its lowest byte.
  if (!syncDaemonSchema.safeParse(wanted).success) return { status: "refused", reason: "invalid" };
  return await withIpvs(system, async (family): Promise<StartDaemonResult> => {
    const name = `${wanted.role} sync daemon on ${wanted.interface}`;
    const bytes = encodeStartDaemon(family, wanted);
    const reason = await command(system, { bytes, name }, startRefusals);
    const daemons = await readSyncDaemons(system, family);
    const daemon = daemons.find(({ role }) => role === wanted.role);
    if (reason === "already-runs") return { status: "refused", reason, running: daemon };
    if (reason !== undefined) return { status: "refused", reason };
    if (daemon?.interface !== wanted.interface || daemon.syncId !== wanted.syncId)
      throw writtenOver(name, daemon === undefined ? "none" : `one on ${daemon.interface}`);
    return { status: "done", daemon, daemons };
  });
};

/** `ipvsadm --stop-daemon`. Connections that were told by the other director stay. Throws nothing but bugs. */
export const stopSyncDaemon = async (system: System, role: SyncDaemon["role"]): Promise<StopDaemonResult> =>
  await withIpvs(system, async (family): Promise<StopDaemonResult> => {
    const name = `${role} sync daemon`;
    const running = await readSyncDaemons(system, family);
    const stopped = running.find((daemon) => daemon.role === role);
    if (stopped === undefined) return { status: "refused", reason: "not-running" };
    const bytes = encodeStopDaemon(family, role);
    const reason = await command(system, { bytes, name }, { ESRCH: "not-running" as const });
    if (reason !== undefined) return { status: "refused", reason };
    const daemons = await readSyncDaemons(system, family);
    const left = daemons.find((daemon) => daemon.role === role);
    if (left !== undefined) throw writtenOver(name, `one on ${left.interface}`);
    return { status: "done", stopped, daemons };
  });
