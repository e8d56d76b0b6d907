import { inInstance } from "../examples.ts";
import { firstOf, inBlock, linesOf } from "../rule.ts";
import type { Rule } from "../rule.ts";
import { itemsOf } from "./instance.ts";

export const vrfUse: Rule = {
  code: "vrf-use",
  severity: "error",
  title: "vrf beside an interface, or without unicast",
  reason: "An interface belongs to a VRF already, and multicast needs an interface. keepalived drops vrf.",
  mend: "Remove vrf, or remove interface and write unicast peers.",
  bad: inInstance("vrf blue"),
  good: inInstance("unicast_peer {", "192.0.2.2", "}", "unicast_src_ip 192.0.2.1", "vrf blue").replace(
    "    interface eth0\n",
    "",
  ),
  ofEntry: {
    concerns: inBlock("root", "vrrp_instance"),
    check: (entry, report) => {
      const [first, ...more] = linesOf(entry, "vrf");
      for (const { spot } of more) report(spot, "vrf stands before: this line is not read");
      if (first === undefined) return;
      if (firstOf(entry, "interface") !== undefined)
        report(first.spot, "vrf does not go with interface: keepalived drops one");
      else if (itemsOf(entry, "unicast_peer").length === 0)
        report(first.spot, "vrf needs unicast peers: keepalived drops it");
    },
  },
};
