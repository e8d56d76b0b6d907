import { inInstance } from "../examples.ts";
import { endOf, inBlock, lastOf } from "../rule.ts";
import type { Rule } from "../rule.ts";
import { peersOf } from "./instance-family.ts";

export const ttlWithoutPeer: Rule = {
  code: "ttl-without-peer",
  severity: "warning",
  title: "unicast_ttl without unicast peers",
  reason: "Multicast adverts always have TTL 255. keepalived drops the setting.",
  mend: "Remove unicast_ttl, or write the unicast peers.",
  bad: inInstance("unicast_ttl 64"),
  good: inInstance("unicast_ttl 64", "unicast_peer {", "192.0.2.2", "}"),
  ofEntry: {
    concerns: inBlock("root", "vrrp_instance"),
    check: (entry, report) => {
      const ttl = lastOf(entry, "unicast_ttl");
      if (ttl === undefined) return;
      if (peersOf(entry).length === 0)
        report(endOf(entry), "unicast_ttl has no effect without unicast peers");
    },
  },
};
