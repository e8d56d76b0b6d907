import { inInstance } from "../examples.ts";
import { nameOfFamily } from "../families.ts";
import type { Family } from "../families.ts";
import { inBlock } from "../rule.ts";
import type { Rule } from "../rule.ts";
import { familyClues, familyOfClue } from "./instance-family.ts";

export const mixedFamilies: Rule = {
  code: "mixed-families",
  severity: "error",
  title: "IPv4 and IPv6 addresses in one VRRP instance",
  reason: "An advert carries addresses of one family. keepalived passes over those of the other.",
  mend: "Put addresses of the other family into virtual_ipaddress_excluded, or into an instance of their own.",
  bad: inInstance("unicast_src_ip 2001:db8::1"),
  good: inInstance("mcast_src_ip 192.0.2.1"),
  ofEntry: {
    concerns: inBlock("root", "vrrp_instance"),
    check: (entry, report) => {
      let family: Family | undefined;
      for (const { address, line } of familyClues(entry)) {
        const own = familyOfClue(address);
        family ??= own;
        if (own === family) continue;
        const message = `${address} is ${nameOfFamily(own)} in an instance of ${nameOfFamily(family)} addresses`;
        report(line.spot, message);
      }
    },
  },
};
