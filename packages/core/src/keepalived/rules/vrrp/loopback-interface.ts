import { inInstance } from "../examples.ts";
import { inBlock } from "../rule.ts";
import type { Rule } from "../rule.ts";

export const loopbackInterface: Rule = {
  code: "loopback-interface",
  severity: "warning",
  title: "VRRP on the loopback interface",
  reason: "Nobody hears adverts there. keepalived passes over the line, so the instance has no interface.",
  mend: "Write the interface that leads to the other director.",
  bad: inInstance().replace("eth0", "lo"),
  good: inInstance(),
  ofEntry: {
    concerns: inBlock("vrrp_instance", "interface", "vrf"),
    check: ({ keyword, words, spot }, report) => {
      if (words[1] === "lo") report(spot, `${keyword.name} lo: VRRP does not run on the loopback interface`);
    },
  },
};
