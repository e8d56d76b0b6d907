import { inService } from "../examples.ts";
import { lastOf, named } from "../rule.ts";
import type { Rule } from "../rule.ts";
import { nameOfService, readService } from "./service.ts";

export const quorumWeight: Rule = {
  code: "quorum-weight",
  severity: "warning",
  title: "a quorum that can never be reached",
  reason:
    "The quorum counts weight. keepalived lowers it to the total weight of the real servers: one failure then takes the service down.",
  mend: "Write a quorum below the total weight, and a hysteresis below the quorum.",
  bad: inService("quorum 3"),
  good: inService("quorum 1"),
  ofEntry: {
    concerns: named("virtual_server"),
    check: (entry, report) => {
      const service = readService(entry);
      if (service === undefined || service.servers.length === 0) return;
      const total = service.servers.reduce((sum, { weight }) => sum + weight, 0);
      const quorum = Math.min(service.quorum, total);
      const line = lastOf(entry, "quorum") ?? entry;
      if (service.quorum > total) {
        report(
          line.spot,
          `quorum ${service.quorum} of ${nameOfService(service)} exceeds the total weight ${total}`,
        );
      }
      if (service.hysteresis < quorum || quorum === 0) return;
      const spot = (lastOf(entry, "hysteresis") ?? entry).spot;
      report(
        spot,
        `hysteresis ${service.hysteresis} of ${nameOfService(service)} is not below the quorum ${quorum}`,
      );
    },
  },
};
