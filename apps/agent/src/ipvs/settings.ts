import type { Fact } from "@lvs/core/director/fact";
import type { IpvsSettings } from "@lvs/core/director/state";
import {
  type ConnectionTimeouts,
  decodeDaemons,
  decodeTimeouts,
  encodeDumpDaemons,
  encodeGetTimeouts,
  encodeSetTimeouts,
  encodeStartDaemon,
  encodeStopDaemon,
  type SyncDaemon,
} from "@lvs/core/ipvs/genl-settings";
import { ask, netlinkRefusal } from "../system/netlink.ts";
import type { System } from "../system/system.ts";
import { SystemError } from "../system/system-error.ts";
import { readIpvsFamily, requireIpvsFamily } from "./family.ts";

const sysctlDirectory = "/proc/sys/net/ipv4/vs";

/**
 * The settings under net.ipv4.vs that change what the table means or what a change of it does (Documentation/networking/ipvs-sysctl.rst).
 * Not the whole directory: the rest tunes memory and timing.
 */
export const meaningfulSysctls = [
  "backup_only",
  "cache_bypass",
  "conn_reuse_mode",
  "conntrack",
  "drop_entry",
  "drop_packet",
  "expire_nodest_conn",
  "expire_quiescent_template",
  "nat_icmp_send",
  "run_estimation",
  "secure_tcp",
  "sloppy_sctp",
  "sloppy_tcp",
  "snat_reroute",
  "sync_persist_mode",
  "sync_threshold",
] as const;

/** Names that this kernel has, to their text with single blanks. Throws SystemError. */
const readSysctls = async (system: System): Promise<Record<string, string>> => {
  const present = new Set(await system.files.list(sysctlDirectory));
  const names = meaningfulSysctls.filter((name) => present.has(name));
  const texts = await Promise.all(names.map((name) => system.files.readText(`${sysctlDirectory}/${name}`)));
  return Object.fromEntries(
    names.map((name, index) => [name, (texts[index] ?? "").trim().replaceAll(/\s+/g, " ")]),
  );
};

const unreadable = (name: string): SystemError =>
  new SystemError({
    door: "netlink",
    code: "failed",
    subject: name,
    reason: "the kernel's answer could not be read",
  });

const readTimeouts = async (system: System, family: number): Promise<ConnectionTimeouts> => {
  const name = "IPVS timeouts";
  const answer = await ask(system.netlink, "generic", { bytes: encodeGetTimeouts(family), name });
  if (answer.errno !== 0) throw netlinkRefusal(answer.errno, name);
  const timeouts = decodeTimeouts(answer.bytes);
  if (timeouts === undefined) throw unreadable(name);
  return timeouts;
};

const readDaemons = async (system: System, family: number): Promise<SyncDaemon[]> => {
  const name = "IPVS sync daemons";
  const answer = await ask(system.netlink, "generic", { bytes: encodeDumpDaemons(family), name });
  if (answer.errno !== 0) throw netlinkRefusal(answer.errno, name);
  const { value, diagnostics } = decodeDaemons(answer.bytes);
  if (diagnostics.length > 0) throw unreadable(name);
  return value;
};

/** Timeouts, sync daemons and the sysctls that change what is seen, at one moment. Never throws a SystemError: that is `unknown`. */
export const readIpvsSettings = async (system: System): Promise<Fact<IpvsSettings>> => {
  try {
    const family = await readIpvsFamily(system);
    if (family === undefined)
      return { status: "absent", atMs: system.clock.nowMs(), reason: "no ip_vs module" };
    const [timeouts, daemons, sysctls] = await Promise.all([
      readTimeouts(system, family),
      readDaemons(system, family),
      readSysctls(system),
    ]);
    const syncDaemons = daemons.map(({ role, interfaceName, syncId }) => ({
      role,
      interface: interfaceName,
      syncId,
    }));
    return { status: "known", atMs: system.clock.nowMs(), value: { timeouts, sysctls, syncDaemons } };
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    return { status: "unknown", atMs: system.clock.nowMs(), reason: error.message };
  }
};

const command = async (system: System, request: { bytes: Uint8Array; name: string }): Promise<void> => {
  const { errno } = await ask(system.netlink, "generic", request);
  if (errno !== 0) throw netlinkRefusal(errno, request.name);
};

/**
 * `ipvsadm --set`. A timeout that is left out stays. Returns the timeouts read back. Throws SystemError. What an operator should know
 * beforehand is core's `timeoutConcerns`.
 */
export const setTimeouts = async (
  system: System,
  timeouts: Partial<ConnectionTimeouts>,
): Promise<ConnectionTimeouts> => {
  const family = await requireIpvsFamily(system);
  await command(system, { bytes: encodeSetTimeouts(family, timeouts), name: "set IPVS timeouts" });
  return await readTimeouts(system, family);
};

/** `ipvsadm --start-daemon`. Throws SystemError: `exists` when one of that role runs, `not-found` for an unknown interface. */
export const startSyncDaemon = async (system: System, daemon: SyncDaemon): Promise<void> => {
  const family = await requireIpvsFamily(system);
  const name = `start the ${daemon.role} sync daemon on ${daemon.interfaceName}`;
  await command(system, { bytes: encodeStartDaemon(family, daemon), name });
};

/** `ipvsadm --stop-daemon`. Throws SystemError: `not-found` when none of that role runs. */
export const stopSyncDaemon = async (system: System, role: SyncDaemon["role"]): Promise<void> => {
  const family = await requireIpvsFamily(system);
  await command(system, { bytes: encodeStopDaemon(family, role), name: `stop the ${role} sync daemon` });
};
