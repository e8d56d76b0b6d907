import { inInstance } from "../examples.ts";
import type { Rule } from "../rule.ts";

export const invalidBoolean: Rule = {
  code: "invalid-boolean",
  severity: "error",
  title: "a word where on or off must stand",
  reason: "keepalived drops the line. Only on, true, yes, off, false and no are known, in small letters.",
  mend: "Write on or off.",
  bad: inInstance("smtp_alert 1"),
  good: inInstance("smtp_alert on"),
  ofValue: (value, word, keyword) =>
    value.kind === "boolean" ? `${keyword.name} wants on or off, not ${word}` : undefined,
};
