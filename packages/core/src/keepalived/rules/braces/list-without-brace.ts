import type { Rule } from "../rule.ts";

export const listWithoutBrace: Rule = {
  code: "list-without-brace",
  severity: "warning",
  title: "a list without its opening brace",
  reason: "keepalived takes every line up to the next } as an element of the list, keywords included.",
  mend: "Write { after the keyword.",
  bad: "vrrp_sync_group G {\n    group\n        VI_1\n        VI_2\n    }\n}\n",
  good: "vrrp_sync_group G {\n    group {\n        VI_1\n        VI_2\n    }\n}\n",
};
