import type { Entry } from "../../reading.ts";
import { inInstance } from "../examples.ts";
import { endOf, inBlock, lastOf } from "../rule.ts";
import type { Rule } from "../rule.ts";

const unicastKeywords = [
  "unicast_peer",
  "unicast_fault_no_peer",
  "check_unicast_src",
  "old_unicast_checksum",
  "unicast_src_ip",
];

const isUnicastConfigured = (entry: Entry): boolean =>
  unicastKeywords.some((name) => lastOf(entry, name) !== undefined);

export const unicastVmac: Rule = {
  code: "unicast-vmac",
  severity: "warning",
  title: "a VMAC with unicast adverts but without vmac_xmit_base",
  reason:
    "Unicast adverts cannot be sent from a VMAC. keepalived sets vmac_xmit_base itself, or drops the VMAC where no interface is given.",
  mend: "Write vmac_xmit_base, and the interface.",
  bad: inInstance("use_vmac", "unicast_peer {", "192.0.2.2", "}"),
  good: inInstance("use_vmac", "vmac_xmit_base", "unicast_peer {", "192.0.2.2", "}"),
  ofEntry: {
    concerns: inBlock("root", "vrrp_instance"),
    check: (entry, report) => {
      const vmac = lastOf(entry, "use_vmac") ?? lastOf(entry, "use_ipvlan");
      if (vmac === undefined || !isUnicastConfigured(entry)) return;
      if (lastOf(entry, "interface") === undefined) {
        report(endOf(entry), `${vmac.keyword.name} with unicast needs an interface: keepalived drops it`);
      } else if (lastOf(entry, "vmac_xmit_base") === undefined) {
        report(endOf(entry), `${vmac.keyword.name} with unicast needs vmac_xmit_base: keepalived sets it`);
      }
    },
  },
};
