import type { Rule } from "../rule.ts";

export const missingOpenBrace: Rule = {
  code: "missing-open-brace",
  severity: "error",
  title: "a block without its opening brace",
  reason: "keepalived reads the lines as the content of the block all the same, and the next } ends it.",
  mend: "Write { after the name of the block.",
  bad: "vrrp_instance VI_1\n    interface eth0\n    virtual_router_id 51\n}\n",
  good: "vrrp_instance VI_1 {\n    interface eth0\n    virtual_router_id 51\n}\n",
};
