import { inInstance } from "../examples.ts";
import type { Rule } from "../rule.ts";
import { readRuleItem } from "./rule-item.ts";

export const invalidRule: Rule = {
  code: "invalid-rule",
  severity: "error",
  title: "a routing rule keepalived cannot read",
  reason: "keepalived passes over the line, or over a word of it. Often a } is missing before it.",
  mend: "Write from ADDRESS table N preference N, as in ip-rule(8).",
  bad: inInstance("virtual_rules {", "src 192.0.2.0/24 table 5 preference 100", "}"),
  good: inInstance("virtual_rules {", "from 192.0.2.0/24 table 5 preference 100", "}"),
  ofEntry: {
    concerns: ({ list }) => list === "rules" || list === "static-rules",
    check: ({ keyword, items = [] }, report) => {
      for (const { words, spot } of items) {
        const { faults } = readRuleItem(words, keyword.list === "static-rules");
        for (const { message, severity, isFatal } of faults) {
          report(spot, isFatal ? `${message}: keepalived passes over this rule` : message, { severity });
        }
      }
    },
  },
};
