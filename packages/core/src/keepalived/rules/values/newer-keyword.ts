import { inInstance } from "../examples.ts";
import type { Rule } from "../rule.ts";

export const newerKeyword: Rule = {
  code: "newer-keyword",
  severity: "error",
  title: "a keyword newer than the keepalived of Debian 12",
  reason: "The keepalived of Debian 12 is 2.2.7: it passes over the line, and over nothing else of a block.",
  mend: "Remove the line, or run a newer keepalived on every director of the pair.",
  bad: inInstance("no_virtual_ipaddress"),
  good: inInstance("nopreempt"),
  ofEntry: {
    concerns: (keyword) => keyword.since !== undefined,
    check: ({ keyword, spot }, report) => {
      report(spot, `${keyword.name} is known from keepalived ${keyword.since ?? ""} on`);
    },
  },
};
