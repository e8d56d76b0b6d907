import { inService } from "../examples.ts";
import { named } from "../rule.ts";
import type { Rule } from "../rule.ts";
import { nameOfService, readService } from "./service.ts";

export const noRealServers: Rule = {
  code: "no-real-servers",
  severity: "error",
  title: "a virtual server without real servers",
  reason: "keepalived drops the virtual server, its sorry server too.",
  mend: "Write a real_server that keepalived can read.",
  bad: "virtual_server 192.0.2.10 80 {\n    lb_algo wlc\n    lb_kind DR\n    protocol TCP\n}\n",
  good: inService(),
  ofEntry: {
    concerns: named("virtual_server"),
    check: (entry, report) => {
      const service = readService(entry);
      if (service?.servers.length !== 0) return;
      report(entry.spot, `virtual server ${nameOfService(service)} has no real servers: keepalived drops it`);
    },
  },
};
