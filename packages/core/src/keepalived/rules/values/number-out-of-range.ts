import type { Value } from "../../keywords/keyword.ts";
import { readDecimal, readInteger } from "../../words.ts";
import { inInstance } from "../examples.ts";
import type { Rule } from "../rule.ts";

const rangeOf = ({ min, max, unit }: { min: number; max: number; unit?: string }): string =>
  `${min} to ${max}${unit === undefined ? "" : ` ${unit}`}`;

const isNumber = (value: Value): value is Extract<Value, { kind: "integer" | "decimal" }> =>
  value.kind === "integer" || value.kind === "decimal";

export const numberOutOfRange: Rule = {
  code: "number-out-of-range",
  severity: "error",
  title: "a number outside the range of its keyword",
  reason: "keepalived drops the line, or takes a default or the nearest number it allows.",
  mend: "Write a number within the range.",
  bad: inInstance("priority 300"),
  good: inInstance("priority 150"),
  ofValue: (value, word, keyword) => {
    if (!isNumber(value)) return undefined;
    const { fault } = value.kind === "integer" ? readInteger(word, value) : readDecimal(word, value);
    return fault === "out-of-range" ? `${keyword.name} must be ${rangeOf(value)}, not ${word}` : undefined;
  },
};
