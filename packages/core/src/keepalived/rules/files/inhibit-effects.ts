import { inService } from "../examples.ts";
import { readService } from "../lvs/service.ts";
import { firstOf, lastOf, named } from "../rule.ts";
import type { Rule } from "../rule.ts";

export const inhibitEffects: Rule = {
  code: "inhibit-effects",
  severity: "info",
  title: "inhibit_on_failure in a persistent service",
  reason:
    "A failed real server stays in the table with weight 0. Its persistent clients are still sent to it until their time is over, unless net.ipv4.vs.expire_quiescent_template is 1.",
  mend: "Remove inhibit_on_failure, or set that sysctl to 1.",
  bad: inService("persistence_timeout 300", "inhibit_on_failure"),
  good: inService("inhibit_on_failure"),
  ofEntry: {
    concerns: named("virtual_server"),
    check: (entry, report) => {
      const service = readService(entry);
      if (service?.isPersistent !== true) return;
      const server = service.servers.find(({ inhibits }) => inhibits === true);
      const line =
        lastOf(entry, "inhibit_on_failure") ??
        (server === undefined ? undefined : firstOf(server.entry, "inhibit_on_failure"));
      if (line === undefined) return;
      report(
        line.spot,
        "persistent clients of a failed real server are still sent to it: its weight is 0 but it stays",
      );
    },
  },
};
