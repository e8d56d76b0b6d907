import { readAddressItem } from "../address-item.ts";
import { inInstance } from "../examples.ts";
import type { Rule } from "../rule.ts";
import { holdsAddresses } from "./invalid-vip.ts";

export const addressOption: Rule = {
  code: "address-option",
  severity: "error",
  title: "an option of an address that keepalived does not take",
  reason: "keepalived passes over the option, or over the whole address if the option has no value.",
  mend: "Write dev, label, scope, brd, peer and their values, as in ip-address(8).",
  bad: inInstance("virtual_ipaddress_excluded {", "192.0.2.30/24 device eth1", "}"),
  good: inInstance("virtual_ipaddress_excluded {", "192.0.2.30/24 dev eth1", "}"),
  ofEntry: {
    concerns: holdsAddresses,
    check: ({ keyword, items = [] }, report) => {
      for (const { words, spot } of items) {
        const { optionFaults } = readAddressItem(words, { isStatic: keyword.list === "static-addresses" });
        for (const { message, severity } of optionFaults) report(spot, message, { severity });
      }
    },
  },
};
