import { inInstance } from "../examples.ts";
import { inBlock, lastOf } from "../rule.ts";
import type { Rule } from "../rule.ts";
import { itemsOf, wordOf } from "./instance.ts";

const valueAfter = (words: readonly string[], option: string): string | undefined => {
  const at = words.lastIndexOf(option);
  return at < 0 ? undefined : words[at + 1];
};

export const vmacAddress: Rule = {
  code: "vmac-address",
  severity: "warning",
  title: "an address that is told twice to stand on a VMAC",
  reason:
    "use_vmac or use_vmac_addr of the instance says it already. keepalived passes over the word and complains.",
  mend: "Remove use_vmac from the address.",
  bad: inInstance("use_vmac", "virtual_ipaddress {", "192.0.2.10/24 use_vmac", "}"),
  good: inInstance("use_vmac", "virtual_ipaddress {", "192.0.2.10/24 dev eth1 use_vmac", "}"),
  ofEntry: {
    concerns: inBlock("root", "vrrp_instance"),
    check: (entry, report) => {
      const own = wordOf(lastOf(entry, "interface"));
      const hasVmac = lastOf(entry, "use_vmac") !== undefined;
      const hasVmacs = lastOf(entry, "use_vmac_addr") !== undefined;
      for (const list of ["virtual_ipaddress", "virtual_ipaddress_excluded"]) {
        for (const { words, spot } of itemsOf(entry, list)) {
          if (!words.includes("use_vmac", 1)) continue;
          const isOnOwn = (valueAfter(words, "dev") ?? own) === own;
          const [address = ""] = words;
          if (isOnOwn && hasVmac) report(spot, `${address} has use_vmac, as its instance has`);
          if (!isOnOwn && hasVmacs)
            report(spot, `${address} has use_vmac, which use_vmac_addr says of every address`);
        }
      }
    },
  },
};
