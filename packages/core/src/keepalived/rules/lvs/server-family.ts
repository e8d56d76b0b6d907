import { inService } from "../examples.ts";
import { nameOfFamily } from "../families.ts";
import { endOf, lastOf, linesOf, named } from "../rule.ts";
import type { Rule } from "../rule.ts";
import { nameOfService, readService } from "./service.ts";

export const serverFamily: Rule = {
  code: "server-family",
  severity: "error",
  title: "a real server of another address family",
  reason: "Only tunnels join IPv4 and IPv6. keepalived drops the real server; some versions crash.",
  mend: "Use a real server of the virtual server's family, or lb_kind TUN.",
  bad: inService().replace("192.0.2.21", "2001:db8::21"),
  good: inService(),
  ofEntry: {
    concerns: named("virtual_server"),
    check: (entry, report) => {
      const service = readService(entry);
      if (service === undefined) return;
      const own = nameOfFamily(service.family ?? "inet");
      for (const { words, spot } of linesOf(entry, "ip_family")) {
        const isOther = words[1] === (service.family === "inet6" ? "inet" : "inet6");
        if (service.kind === "address" && isOther)
          report(spot, `${nameOfService(service)} is ${own}: ip_family ${words[1] ?? ""} is not read`);
      }
      for (const { entry: line, address } of service.strangers) {
        report(
          endOf(line),
          `real server ${address} is not of ${own} like ${nameOfService(service)}: keepalived drops it`,
        );
      }
      if (!service.hasStrangeSorryServer) return;
      const sorry = lastOf(entry, "sorry_server") ?? entry;
      report(
        sorry.spot,
        `the sorry server is not of ${own} like ${nameOfService(service)}: keepalived drops it`,
      );
      report(endOf(entry), `the sorry server of ${nameOfService(service)} is dropped here`);
    },
  },
};
