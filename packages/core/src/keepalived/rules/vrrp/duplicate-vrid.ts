import { inInstance } from "../examples.ts";
import { nameOfFamily } from "../families.ts";
import type { Family } from "../families.ts";
import { lastOf } from "../rule.ts";
import type { FileView, Rule } from "../rule.ts";
import { instancesOf, vrrpGlobalsOf } from "./instance.ts";
import type { Instance, VrrpGlobals } from "./instance.ts";

export const duplicateVrid: Rule = {
  code: "duplicate-vrid",
  severity: "error",
  title: "two VRRP instances with one virtual_router_id on one interface",
  reason:
    "Their adverts cannot be told apart. keepalived refuses the whole configuration, unless dynamic_interfaces allow_if_changes says that interfaces may come to differ.",
  mend: "Give each instance its own virtual_router_id, the same on both directors.",
  bad: inInstance() + inInstance().replace("VI_1", "VI_2"),
  good: inInstance() + inInstance().replace("VI_1", "VI_2").replace("51", "52"),
  ofFile: (file) => {
    const globals = vrrpGlobalsOf(file);
    const all = instancesOf(file);
    const isReached = all.every((instance) => instance.interface !== undefined);
    const byAdverts = Map.groupBy(all, (instance) => spaceOf(instance, globals));
    for (const [space, instances] of byAdverts) {
      if (space === "" || instances.length < 2) continue;
      for (const [index, second] of instances.entries()) {
        const rival = rivalBefore(instances, index);
        if (rival !== undefined) reportPair(file, { first: rival, second, globals, isReached });
      }
    }
  },
};

/** The first of those before that is in conflict. */
const rivalBefore = (instances: readonly Instance[], index: number): Instance | undefined => {
  const second = instances[index];
  for (const first of instances) {
    if (second === undefined || first === second) return undefined;
    if (conflicts(first, second)) return first;
  }
  return undefined;
};

const familyOf = ({ family }: Instance): Family => family ?? "inet";

/** Instances whose adverts could meet; empty where that cannot be told. Unicast and multicast are apart. */
const spaceOf = (instance: Instance, globals: VrrpGlobals): string => {
  const { virtualRouterId, peers, multicastGroup, interface: on, sourceAddress } = instance;
  if (virtualRouterId === undefined) return "";
  const family = familyOf(instance);
  if (peers.length > 0) return `unicast ${virtualRouterId} ${family} ${sourceAddress ?? ""}`;
  return on === undefined
    ? ""
    : `multicast ${virtualRouterId} ${family} ${on} ${multicastGroup ?? globals.multicastGroups[family]}`;
};

/** Unicast instances of one space are in conflict if they send from one address to one peer. */
const conflicts = (first: Instance, second: Instance): boolean => {
  if (first.peers.length === 0) return true;
  const areApart = first.interface !== undefined && second.interface !== undefined;
  if (areApart && first.interface !== second.interface) return false;
  return (
    first.sourceAddress === second.sourceAddress && first.peers.some((peer) => second.peers.includes(peer))
  );
};

interface Pair {
  readonly first: Instance;
  readonly second: Instance;
  readonly globals: VrrpGlobals;
  /** keepalived ends at an instance without an interface, before it compares any. */
  readonly isReached: boolean;
}

const reportPair = (file: FileView, { first, second, globals, isReached }: Pair): void => {
  const spotOf = ({ top }: Instance) =>
    top.absolute((lastOf(top.entry, "virtual_router_id") ?? top.entry).spot);
  const family = nameOfFamily(familyOf(second));
  const where = second.interface === undefined ? "" : ` on ${second.interface}`;
  const message = `${first.name} and ${second.name} both use virtual_router_id ${second.virtualRouterId ?? 0} with ${family}${where}`;
  // Which address an interface has, and whether it may change, is known on the director only.
  const isCertain =
    second.peers.length > 0 ? second.sourceAddress !== undefined : !globals.canInterfacesChange;
  file.report(spotOf(second), message, {
    severity: isCertain && isReached ? "error" : "warning",
    related: [{ spot: spotOf(first), message: first.name }],
  });
};
