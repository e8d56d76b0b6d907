import { inInstance } from "../examples.ts";
import type { Rule } from "../rule.ts";

export const invalidAddress: Rule = {
  code: "invalid-address",
  severity: "error",
  title: "a word where an address must stand",
  reason: "keepalived takes numeric addresses only and drops the line. Host names are not looked up.",
  mend: "Write the address in numbers.",
  bad: inInstance("unicast_src_ip lvs1.example.net"),
  good: inInstance("mcast_src_ip 192.0.2.1"),
  ofValue: (value, word, keyword) => {
    if (value.kind === "address") return `${keyword.name} wants a numeric address, not ${word}`;
    if (value.kind !== "multicast") return undefined;
    return `${keyword.name} wants an IPv${value.family} multicast address, not ${word}`;
  },
};
