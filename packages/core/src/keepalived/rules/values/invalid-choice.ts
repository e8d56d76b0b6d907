import { inService } from "../examples.ts";
import type { Rule } from "../rule.ts";

export const invalidChoice: Rule = {
  code: "invalid-choice",
  severity: "error",
  title: "a word that is none of those its keyword takes",
  reason: "keepalived drops the line. Case matters: lb_kind nat is not NAT.",
  mend: "Write one of the words the message names.",
  bad: inService("lb_algo fastest"),
  good: inService("lb_algo wrr"),
  ofValue: (value, word, keyword) =>
    value.kind === "choice" ? `${keyword.name} wants ${listed(value.choices)}, not ${word}` : undefined,
};

const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1) ?? ""}`;
