import { inService } from "../examples.ts";
import type { Rule } from "../rule.ts";
import { ofServices } from "./known-service.ts";
import { nameOfService } from "./service.ts";
import type { Service } from "./service.ts";

const base = "virtual_server 192.0.2.10 80 {\n    lb_kind DR\n    real_server 192.0.2.21 80 {\n    }\n}\n";

export const defaultTaken: Rule = {
  code: "default-taken",
  severity: "error",
  title: "a virtual server without protocol, scheduler or forwarding method",
  reason:
    "keepalived takes UDP, wlc and NAT: a web server without protocol TCP is a UDP service, and without lb_kind packets are rewritten.",
  mend: "Write protocol, lb_algo and lb_kind.",
  bad: base,
  good: inService(),
  ...ofServices((service, report) => {
    if (service.servers.length === 0) return;
    for (const { missing, taken } of defaultsOf(service)) {
      report(
        service.entry.spot,
        `virtual server ${nameOfService(service)} has no ${missing}: keepalived takes ${taken}`,
      );
    }
  }),
};

function* defaultsOf(service: Service): IterableIterator<{ missing: string; taken: string }> {
  if (service.kind === "address" && service.protocol === undefined)
    yield { missing: "protocol", taken: "UDP" };
  if (service.scheduler === undefined) yield { missing: "lb_algo", taken: "wlc" };
  const needing = [...service.servers, ...(service.sorryServer === undefined ? [] : [service.sorryServer])];
  if (service.method === undefined && needing.some(({ method }) => method === undefined)) {
    yield { missing: "lb_kind", taken: "NAT" };
  }
}
