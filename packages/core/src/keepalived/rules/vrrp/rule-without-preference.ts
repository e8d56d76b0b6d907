import { inInstance } from "../examples.ts";
import type { Rule } from "../rule.ts";
import { readRuleItem } from "./rule-item.ts";

export const ruleWithoutPreference: Rule = {
  code: "rule-without-preference",
  severity: "warning",
  title: "a routing rule without a preference",
  reason:
    "keepalived numbers such rules itself, in the order instances become MASTER: it changes from run to run.",
  mend: "Write preference N.",
  bad: inInstance("virtual_rules {", "from 192.0.2.0/24 table 5", "}"),
  good: inInstance("virtual_rules {", "from 192.0.2.0/24 table 5 preference 100", "}"),
  ofEntry: {
    concerns: ({ list }) => list === "rules" || list === "static-rules",
    check: ({ keyword, items = [] }, report) => {
      for (const { words, spot } of items) {
        const { isLost, hasPreference } = readRuleItem(words, keyword.list === "static-rules");
        if (!isLost && !hasPreference)
          report(spot, "this rule has no preference: keepalived numbers it itself");
      }
    },
  },
};
