import type { Rule } from "../rule.ts";

export const unexpectedCloseBrace: Rule = {
  code: "unexpected-close-brace",
  severity: "error",
  title: "a closing brace where no block is open",
  reason:
    "The block it should close was never opened for keepalived: an earlier brace is missing, doubled, or belongs to a word that is no keyword.",
  mend: "Find the unknown keyword or the stray brace before it.",
  bad: "no_such_block {\n}\n",
  good: "global_defs {\n}\n",
};
