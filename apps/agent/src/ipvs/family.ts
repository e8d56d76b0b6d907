import { decodeFamilyId, encodeGetFamily, ipvsFamilyName } from "@lvs/core/ipvs/genl";
import { ask, netlinkRefusal } from "../system/netlink.ts";
import type { System } from "../system/system.ts";
import { SystemError } from "../system/system-error.ts";

const noSuchFamily = 2; // ENOENT

/**
 * The number of the IPVS family; undefined is the kernel's own clean answer that it has no IPVS (module absent or not loaded).
 * The number changes when the module is loaded again, so a reader asks anew after an ENOENT. Throws SystemError.
 */
export const readIpvsFamily = async (system: System): Promise<number | undefined> => {
  const name = "ask for the IPVS family";
  const answer = await ask(system.netlink, "generic", { bytes: encodeGetFamily(ipvsFamilyName), name });
  if (answer.errno === noSuchFamily) return undefined;
  if (answer.errno !== 0) throw netlinkRefusal(answer.errno, name);
  const family = decodeFamilyId(answer.bytes);
  if (family !== undefined) return family;
  const reason = "the kernel's answer holds no family number";
  throw new SystemError({ door: "netlink", code: "failed", subject: name, reason });
};

/** The family's number where there must be one. Throws SystemError `not-found` without the ip_vs module. */
export const requireIpvsFamily = async (system: System): Promise<number> => {
  const family = await readIpvsFamily(system);
  if (family !== undefined) return family;
  throw new SystemError({
    door: "netlink",
    code: "not-found",
    subject: "IPVS",
    reason: "the kernel has no ip_vs module loaded",
  });
};
