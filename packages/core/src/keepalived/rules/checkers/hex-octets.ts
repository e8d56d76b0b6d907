import { inServer } from "../examples.ts";
import { inBlock } from "../rule.ts";
import type { Rule } from "../rule.ts";

export const hexOctets: Rule = {
  code: "hex-octets",
  severity: "error",
  title: "payload or require_reply with anything but hex digits",
  reason: "keepalived drops the octets: it sends random ones, or takes any answer.",
  mend: "Write hex digits; x stands for any digit in require_reply.",
  bad: inServer("UDP_CHECK {", "payload hello", "}"),
  good: inServer("UDP_CHECK {", "payload 68656c6c6f", "}"),
  ofEntry: {
    concerns: inBlock("UDP_CHECK", "payload", "require_reply"),
    check: ({ keyword, words, spot }, report) => {
      const canMask = keyword.rest?.kind === "hex" && keyword.rest.canMask;
      const allowed = canMask ? /^[0-9a-fx]+$/iu : /^[0-9a-f]+$/iu;
      const bad = words.slice(1).find((word) => !allowed.test(word.replace(/[ \t]/gu, "")));
      if (bad !== undefined) report(spot, `${bad} has more than hex digits`);
    },
  },
};
