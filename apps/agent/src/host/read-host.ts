import type { Host } from "@lvs/core/director/state";
import type { System } from "../system/system.ts";

/** What this machine says of itself; the interfaces come from whoever watches them. Throws SystemError. */
export async function readHost(
  system: System,
  known: Pick<Host, "agentVersion" | "hasIpvsadm" | "interfaces">,
): Promise<Host> {
  const read = async (path: string): Promise<string> => (await system.files.readText(path)).trim();
  const [hostname, kernelRelease, bootId, load] = await Promise.all([
    read("/proc/sys/kernel/hostname"),
    read("/proc/sys/kernel/osrelease"),
    read("/proc/sys/kernel/random/boot_id"),
    read("/proc/loadavg"),
  ]);
  return { hostname, kernelRelease, bootId, load1: Number(load.split(" ")[0]), ...known };
}
