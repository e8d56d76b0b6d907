import { inInstance } from "../examples.ts";
import { nameOfFamily } from "../families.ts";
import { lastOf } from "../rule.ts";
import type { Rule } from "../rule.ts";
import { instancesOf } from "./instance.ts";
import type { Instance } from "./instance.ts";

export const duplicateVrid: Rule = {
  code: "duplicate-vrid",
  severity: "error",
  title: "two VRRP instances with one virtual_router_id on one interface",
  reason: "Their adverts cannot be told apart. keepalived refuses the whole configuration.",
  mend: "Give each instance its own virtual_router_id, the same on both directors.",
  bad: inInstance() + inInstance().replace("VI_1", "VI_2"),
  good: inInstance() + inInstance().replace("VI_1", "VI_2").replace("51", "52"),
  ofFile: (file) => {
    const firsts = new Map<string, Instance>();
    for (const instance of instancesOf(file)) {
      const key = keyOf(instance);
      if (key === undefined) continue;
      const first = firsts.get(key);
      if (first === undefined) firsts.set(key, instance);
      else if (instance.peers.length === 0 || sharesPeer(first, instance))
        reportPair(file.report, first, instance);
    }
  },
};

/** Instances with the same key share adverts. Undefined where that depends on addresses the file does not tell. */
const keyOf = (instance: Instance): string | undefined => {
  const { virtualRouterId, family = "inet", peers, sourceAddress, multicastGroup = "" } = instance;
  if (virtualRouterId === undefined) return undefined;
  const on = instance.interface;
  if (peers.length > 0) {
    return sourceAddress === undefined
      ? undefined
      : `unicast ${virtualRouterId} ${family} ${on ?? ""} ${sourceAddress}`;
  }
  return on === undefined ? undefined : `multicast ${virtualRouterId} ${family} ${on} ${multicastGroup}`;
};

const sharesPeer = (one: Instance, other: Instance): boolean =>
  one.peers.some((peer) => other.peers.includes(peer));

const reportPair = (
  report: Parameters<NonNullable<Rule["ofFile"]>>[0]["report"],
  first: Instance,
  second: Instance,
): void => {
  const lineOf = ({ top }: Instance) =>
    top.absolute((lastOf(top.entry, "virtual_router_id") ?? top.entry).spot);
  const family = nameOfFamily(second.family ?? "inet");
  const where = second.interface === undefined ? "" : ` on ${second.interface}`;
  const message = `${first.name} and ${second.name} both use virtual_router_id ${second.virtualRouterId ?? 0} with ${family}${where}`;
  report(lineOf(second), message, { related: [{ spot: lineOf(first), message: first.name }] });
};
