import { inInstance } from "../examples.ts";
import { inBlock, lastOf } from "../rule.ts";
import type { Rule } from "../rule.ts";

export const vmacSetting: Rule = {
  code: "vmac-setting",
  severity: "warning",
  title: "a setting that goes, or does not go, with a VMAC",
  reason:
    "vmac_xmit_base means nothing without use_vmac; promote_secondaries is always set on a VMAC. keepalived drops them.",
  mend: "Remove the line, or write use_vmac.",
  bad: inInstance("vmac_xmit_base"),
  good: inInstance("use_vmac", "vmac_xmit_base"),
  ofEntry: {
    concerns: inBlock("root", "vrrp_instance"),
    check: (entry, report) => {
      const name = entry.words[1] ?? "";
      const hasVmac = lastOf(entry, "use_vmac") !== undefined;
      const base = lastOf(entry, "vmac_xmit_base");
      if (base !== undefined && !hasVmac) report(base.spot, `${name} has vmac_xmit_base without use_vmac`);
      const promote = lastOf(entry, "promote_secondaries");
      const isVirtual = hasVmac || lastOf(entry, "use_ipvlan") !== undefined;
      if (promote !== undefined && isVirtual)
        report(promote.spot, `${name} has promote_secondaries on a VMAC, where it is always set`);
    },
  },
};
