import { inService } from "../examples.ts";
import { named } from "../rule.ts";
import type { Rule } from "../rule.ts";
import { nameOfServer, nameOfService, readService, settledMethod } from "./service.ts";

export const portMismatch: Rule = {
  code: "port-mismatch",
  severity: "error",
  title: "a real server on another port, without NAT",
  reason:
    "Direct routing and tunnels do not rewrite packets, so the port cannot change. keepalived takes the virtual server's port: the real server is asked on a port it may not serve. In a service by mark it clears the port; the check still goes to the one that is written.",
  mend: "Write the virtual server's port, or use lb_kind NAT.",
  bad: inService().replace("192.0.2.21 80", "192.0.2.21 8080"),
  good: inService(),
  ofEntry: {
    concerns: named("virtual_server"),
    check: (entry, report) => {
      const service = readService(entry);
      if (service === undefined || service.kind === "group" || service.servers.length === 0) return;
      const sorry = service.sorryServer === undefined ? [] : [service.sorryServer];
      for (const server of [...service.servers, ...sorry]) {
        if (server.port === 0 || settledMethod(service, server) === "NAT") continue;
        const name = server === service.sorryServer ? "sorry server" : "real server";
        const spot = server.entry.spot;
        const on = nameOfService(service);
        if (service.kind === "fwmark") {
          report(
            spot,
            `${name} ${nameOfServer(service, server)} of ${on} has a port: without NAT keepalived clears it`,
          );
        } else if (server.port !== service.port) {
          const method = settledMethod(service, server);
          report(
            spot,
            `${name} ${nameOfServer(service, server)} of ${on}: ${method} cannot change the port, keepalived takes ${service.port}`,
          );
        }
      }
    },
  },
};
