import { inService } from "../examples.ts";
import { readService, settledMethod } from "../lvs/service.ts";
import type { Server } from "../lvs/service.ts";
import { named } from "../rule.ts";
import type { Rule } from "../rule.ts";

/** The first three octets, or the first four groups: the net servers of one segment nearly always share. */
const netOf = ({ address, family }: Server): string =>
  family === "inet" ? address.slice(0, address.lastIndexOf(".")) : address.split(":").slice(0, 4).join(":");

const more = "    real_server 192.0.2.22 80 {\n    }\n    real_server 192.0.20.23 80 {\n    }\n}\n";

export const oddSubnet: Rule = {
  code: "odd-subnet",
  severity: "warning",
  title: "one real server outside the net of all others, with direct routing",
  reason:
    "Direct routing reaches real servers on the director's own segment only. Often a slip in one digit.",
  mend: "Correct the address, or use lb_kind TUN for it.",
  bad: inService().replace(/\}\n$/u, more),
  good: inService().replace(/\}\n$/u, more.replace("192.0.20.23", "192.0.2.23")),
  ofEntry: {
    concerns: named("virtual_server"),
    check: (entry, report) => {
      const service = readService(entry);
      if (service === undefined) return;
      const servers = service.servers.filter(
        (server) => settledMethod(service, server) === "DR" && !server.address.startsWith("127."),
      );
      if (servers.length < 3) return;
      const byNet = Map.groupBy(servers, netOf);
      const odd = [...byNet.values()].filter((group) => group.length === 1);
      if (byNet.size !== 2 || odd.length !== 1) return;
      const [server] = odd[0] ?? [];
      const fellow = servers.find((other) => server !== undefined && netOf(other) !== netOf(server));
      if (server === undefined || fellow === undefined) return;
      report(
        server.entry.spot,
        `${server.address} is not in the net of the other real servers (${netOf(fellow)}…): DR does not reach another segment`,
      );
    },
  },
};
