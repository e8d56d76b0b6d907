import { inInstance } from "../examples.ts";
import type { Keyword } from "../../keywords/keyword.ts";
import type { Rule } from "../rule.ts";

export const missingValue: Rule = {
  code: "missing-value",
  severity: "error",
  title: "a keyword without the value it needs",
  reason:
    "For most keywords keepalived stops reading the file at once and does not start. For some it drops the line.",
  mend: "Write the value, or remove the line.",
  bad: inInstance("priority"),
  good: inInstance("priority 150"),
  ofEntry: {
    concerns: (keyword) => keyword.required > 0 && !hasRuleOfItsOwn.has(keyword.name),
    check: (entry, report) => {
      const { keyword, words } = entry;
      if (words.length > keyword.required) return;
      const labels = [...keyword.values.map(({ label }) => label), keyword.rest?.label ?? ""];
      const missing = labels.slice(words.length - 1, keyword.required).join(" ");
      const severity = isPassedOver(keyword) ? "warning" : "error";
      report(entry.spot, `${keyword.name} needs a value: ${missing}`, { severity });
    },
  },
};

/** keepalived says nothing of these, and the check goes by its default. */
const isPassedOver = ({ block, name }: Keyword): boolean =>
  block === "url" && (name === "status_code" || name.startsWith("regex"));

/** Blocks that want exactly one name (block-name). */
const hasRuleOfItsOwn: ReadonlySet<string> = new Set(["vrrp_instance", "vrrp_sync_group", "track_group"]);
