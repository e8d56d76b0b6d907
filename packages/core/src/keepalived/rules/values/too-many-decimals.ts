import { readDecimal } from "../../words.ts";
import { inInstance } from "../examples.ts";
import type { Rule } from "../rule.ts";

export const tooManyDecimals: Rule = {
  code: "too-many-decimals",
  severity: "warning",
  title: "more decimals than keepalived reads",
  reason: "keepalived counts in microseconds and rounds the rest.",
  mend: "Write at most six digits after the point.",
  bad: inInstance("advert_int 1.0000001"),
  good: inInstance("advert_int 1"),
  ofValue: (value, word, keyword) =>
    value.kind === "decimal" && readDecimal(word, value).fault === "too-many-decimals"
      ? `${keyword.name} takes at most ${value.places} decimals`
      : undefined,
};
