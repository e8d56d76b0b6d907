import { inService } from "../examples.ts";
import type { Rule } from "../rule.ts";
import { ofServices } from "./known-service.ts";
import { nameOfService } from "./service.ts";

export const noRealServers: Rule = {
  code: "no-real-servers",
  severity: "error",
  title: "a virtual server without real servers",
  reason: "keepalived drops the virtual server, its sorry server too.",
  mend: "Write a real_server that keepalived can read.",
  bad: "virtual_server 192.0.2.10 80 {\n    lb_algo wlc\n    lb_kind DR\n    protocol TCP\n}\n",
  good: inService(),
  ...ofServices((service, report) => {
    if (service.servers.length > 0) return;
    const message = `virtual server ${nameOfService(service)} has no real servers: keepalived drops it`;
    report(service.entry.spot, message);
  }),
};
