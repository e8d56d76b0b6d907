import { inService } from "../examples.ts";
import type { Rule, TopEntry } from "../rule.ts";
import { readService } from "../lvs/service.ts";
import type { Service } from "../lvs/service.ts";

/** Services with one key are one row of the kernel's table. */
const keyOf = ({ kind, target, port, protocol, family }: Service): string =>
  kind === "fwmark" ? `mark ${target} ${family ?? "inet"}` : `${kind} ${target} ${port} ${protocol ?? "udp"}`;

const nameOf = ({ kind, target, port, protocol }: Service): string =>
  kind === "address" ? `${target} port ${port} (${protocol ?? "udp"})` : `${kind} ${target}`;

export const duplicateService: Rule = {
  code: "duplicate-service",
  severity: "warning",
  title: "the same virtual server twice",
  reason:
    "keepalived says nothing. Both write to one row of the kernel's table: real servers of one come and go with the checks of the other.",
  mend: "Put all real servers into one virtual_server.",
  bad: inService() + inService("persistence_timeout 300"),
  good: inService() + inService().replace("192.0.2.10 80", "192.0.2.10 443"),
  ofFile: (file) => {
    const firsts = new Map<string, TopEntry>();
    for (const top of file.of("virtual_server")) {
      const service = readService(top.entry);
      if (service === undefined || service.servers.length === 0) continue;
      const key = keyOf(service);
      const first = firsts.get(key);
      if (first === undefined) firsts.set(key, top);
      else {
        const related = [{ spot: first.absolute(first.entry.spot), message: "the first" }];
        file.report(top.absolute(top.entry.spot), `virtual_server ${nameOf(service)} stands before`, {
          related,
        });
      }
    }
  },
};
