import type { Keyword } from "../../keywords/keyword.ts";
import { readAddressItem } from "../address-item.ts";
import { inInstance } from "../examples.ts";
import type { Rule } from "../rule.ts";

/** Lists whose elements start with an address to be set on an interface. */
export const holdsAddresses = ({ list }: Keyword): boolean =>
  list === "addresses" || list === "static-addresses";

export const invalidVip: Rule = {
  code: "invalid-vip",
  severity: "error",
  title: "an element of an address list that is no address",
  reason: "keepalived passes over the line: the address is never set. Often a } is missing before it.",
  mend: "Write ADDRESS/LENGTH.",
  bad: inInstance("virtual_ipaddress_excluded {", "192.0.2.300/24", "}"),
  good: inInstance("virtual_ipaddress_excluded {", "192.0.2.30/24", "}"),
  ofEntry: {
    concerns: holdsAddresses,
    check: ({ keyword, items = [] }, report) => {
      for (const { words, spot } of items) {
        const { faults } = readAddressItem(words, { isStatic: keyword.list === "static-addresses" });
        for (const { message } of faults) report(spot, message);
      }
    },
  },
};
