import { isNumericAddress } from "../../words.ts";
import { inInstance } from "../examples.ts";
import { isMulticast } from "../good-word.ts";
import { named } from "../rule.ts";
import type { Rule } from "../rule.ts";

export const multicastTarget: Rule = {
  code: "multicast-target",
  severity: "error",
  title: "mcast_dst_ip that is no multicast address",
  reason: "keepalived passes over the line and uses the group of the RFC.",
  mend: "Write an IPv4 multicast address, or a link-local IPv6 one.",
  bad: inInstance("mcast_dst_ip 192.0.2.1"),
  good: inInstance("mcast_dst_ip 224.0.0.19"),
  ofEntry: {
    concerns: named("mcast_dst_ip", "vrrp_mcast_group6"),
    check: ({ keyword, words, spot }, report) => {
      const [, word = ""] = words;
      const isGood =
        isMulticast(word, word.includes(":") ? 6 : 4) && (!word.includes(":") || /^ff.2:/iu.test(word));
      if (!isNumericAddress(word) || isGood) return;
      if (keyword.name === "mcast_dst_ip") report(spot, `${word} is no multicast address adverts can go to`);
      else if (isMulticast(word, 6))
        report(spot, `${word} is not link-local: routers may carry adverts out of the segment`, {
          severity: "warning",
        });
    },
  },
};
