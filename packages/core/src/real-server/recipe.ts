/**
 * What is run on a real server, as argv lists. A real server needs no software of ours: its own init script for the service, the
 * documents' `lvs_real` for the VIP, and iproute2 to look.
 */

export interface RealServerAccess {
  /** Not root: every changing command goes through `sudo -n`, which fails at once instead of asking. */
  readonly user: string;
  /** The init script that runs the service: "nginx". */
  readonly serviceName: string;
}

/** `service NAME start|stop`. */
export function serviceArgv(access: RealServerAccess, verb: "start" | "stop"): string[] {
  return asRoot(access, ["service", access.serviceName, verb]);
}

/** `/etc/init.d/lvs_real start|stop` (book 6.3.3): VIP on lo and the ARP sysctls, or both taken back. */
export function lvsRealArgv(access: RealServerAccess, verb: "start" | "stop"): string[] {
  return asRoot(access, ["/etc/init.d/lvs_real", verb]);
}

/** Addresses on lo, one line each. */
export const loopbackArgv: readonly string[] = ["ip", "-o", "addr", "show", "dev", "lo"];

/** The four ARP sysctls in the order `parseArpSysctls` reads them. */
export const arpArgv: readonly string[] = [
  "cat",
  "/proc/sys/net/ipv4/conf/all/arp_ignore",
  "/proc/sys/net/ipv4/conf/all/arp_announce",
  "/proc/sys/net/ipv4/conf/lo/arp_ignore",
  "/proc/sys/net/ipv4/conf/lo/arp_announce",
];

function asRoot(access: RealServerAccess, argv: readonly string[]): string[] {
  return access.user === "root" ? [...argv] : ["sudo", "-n", ...argv];
}
