import type { Fact } from "@lvs/core/director/fact";
import type { IpvsSettings } from "@lvs/core/director/state";
import {
  decodeDaemons,
  decodeTimeouts,
  encodeDumpDaemons,
  encodeGetTimeouts,
} from "@lvs/core/ipvs/genl-settings";
import type { SyncDaemon, Timeouts } from "@lvs/core/ipvs/listing-state";
import { ask, netlinkRefusal } from "../system/netlink.ts";
import type { System } from "../system/system.ts";
import { SystemError } from "../system/system-error.ts";
import { readIpvsFamily } from "./family.ts";

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
  "ignore_tunneled",
  "nat_icmp_send",
  "pmtu_disc",
  "run_estimation",
  "schedule_icmp",
  "secure_tcp",
  "sloppy_sctp",
  "sloppy_tcp",
  "snat_reroute",
  "sync_persist_mode",
  "sync_refresh_period",
  "sync_threshold",
  "sync_version",
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

/** `ipvsadm -L --timeout`; `family`: the number of IPVS. Throws SystemError. */
export const readTimeouts = async (system: System, family: number): Promise<Timeouts> => {
  const name = "IPVS timeouts";
  const answer = await ask(system.netlink, "generic", { bytes: encodeGetTimeouts(family), name });
  if (answer.errno !== 0) throw netlinkRefusal(answer.errno, name);
  const timeouts = decodeTimeouts(answer.bytes);
  if (timeouts === undefined) throw unreadable(name);
  return timeouts;
};

/** `ipvsadm -L --daemon`: none, one or both. Throws SystemError. */
export const readSyncDaemons = async (system: System, family: number): Promise<SyncDaemon[]> => {
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
    const [timeouts, syncDaemons, sysctls] = await Promise.all([
      readTimeouts(system, family),
      readSyncDaemons(system, family),
      readSysctls(system),
    ]);
    return { status: "known", atMs: system.clock.nowMs(), value: { timeouts, sysctls, syncDaemons } };
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    return { status: "unknown", atMs: system.clock.nowMs(), reason: error.message };
  }
};
