import type { Rule } from "../rule.ts";

export const unexpectedOpenBrace: Rule = {
  code: "unexpected-open-brace",
  severity: "error",
  title: "an opening brace after a line that opens no block",
  reason:
    "keepalived passes over the {, reads the lines after it as part of the surrounding block, and lets the } close that one.",
  mend: "Remove the brace and its partner, or correct the keyword before it.",
  bad: "global_defs {\n    router_id lvs1 {\n    }\n}\n",
  good: "global_defs {\n    router_id lvs1\n}\n",
};
