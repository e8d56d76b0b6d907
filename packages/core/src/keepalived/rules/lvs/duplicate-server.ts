import { inService } from "../examples.ts";
import type { Rule } from "../rule.ts";
import { ofServices } from "./known-service.ts";
import { nameOfServer, nameOfService } from "./service.ts";
import type { Server } from "./service.ts";

const second = "    real_server 192.0.2.21 80 {\n        weight 2\n    }\n}\n";

export const duplicateServer: Rule = {
  code: "duplicate-server",
  severity: "error",
  title: "the same real server twice in one virtual server",
  reason: "keepalived drops the second, its weight and checkers too.",
  mend: "Remove one.",
  bad: inService().replace(/\}\n$/u, second),
  good: inService(),
  ...ofServices((service, report) => {
    const firsts = new Map<string, Server>();
    for (const server of service.servers) {
      const { address, port } = server;
      // Mostly each address stands once, and is a key that need not be made.
      const isAlone = (firsts.get(address)?.port ?? port) === port;
      const key = isAlone ? address : `${address} ${port}`;
      const first = firsts.get(key);
      if (first === undefined) firsts.set(key, server);
      else {
        const message = `real server ${nameOfServer(service, server)} stands in ${nameOfService(service)} before`;
        report(server.entry.spot, message, { related: [{ spot: first.entry.spot, message: "the first" }] });
      }
    }
  }),
};
