import { inService } from "../examples.ts";
import { named } from "../rule.ts";
import type { Rule } from "../rule.ts";

export const sorryServerOrder: Rule = {
  code: "sorry-server-order",
  severity: "error",
  title: "a setting of the sorry server without or before it",
  reason: "keepalived passes over it: it needs the sorry server first.",
  mend: "Move it below sorry_server.",
  bad: inService("sorry_server_inhibit", "sorry_server 192.0.2.99 80"),
  good: inService("sorry_server 192.0.2.99 80", "sorry_server_inhibit"),
  ofEntry: {
    concerns: named("virtual_server"),
    check: (entry, report) => {
      let hasSorryServer = false;
      for (const { keyword, spot } of entry.inside?.entries ?? []) {
        if (keyword.name === "sorry_server") hasSorryServer = true;
        const needsIt = keyword.name === "sorry_server_inhibit" || keyword.name === "sorry_server_lvs_method";
        if (needsIt && !hasSorryServer) report(spot, `${keyword.name} has no effect before sorry_server`);
      }
    },
  },
};
