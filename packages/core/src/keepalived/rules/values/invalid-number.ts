import { readDecimal, readInteger } from "../../words.ts";
import { inInstance } from "../examples.ts";
import type { Rule } from "../rule.ts";

export const invalidNumber: Rule = {
  code: "invalid-number",
  severity: "error",
  title: "a word where a number must stand",
  reason: "keepalived drops the line or takes a default.",
  mend: "Write decimal digits, without a unit.",
  bad: inInstance("priority high"),
  good: inInstance("priority 150"),
  ofValue: (value, word, keyword) => {
    if (value.kind !== "integer" && value.kind !== "decimal") return undefined;
    const { fault } = value.kind === "integer" ? readInteger(word, value) : readDecimal(word, value);
    if (fault === "not-a-number") return `${keyword.name} wants a number, not ${word}`;
    return fault === "negative" ? `${keyword.name} cannot be negative` : undefined;
  },
};
