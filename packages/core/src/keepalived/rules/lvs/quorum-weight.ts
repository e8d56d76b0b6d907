import { inService } from "../examples.ts";
import { lastOf } from "../rule.ts";
import type { Rule } from "../rule.ts";
import { ofServices } from "./known-service.ts";
import { nameOfService } from "./service.ts";
import type { Service } from "./service.ts";

/** Of two real servers that are the same the second is dropped. */
const totalWeight = ({ servers }: Service): number => {
  const firsts = new Map(
    servers.toReversed().map(({ address, port, weight }) => [`${address} ${port}`, weight]),
  );
  let total = 0;
  for (const weight of firsts.values()) total += weight;
  return total;
};

export const quorumWeight: Rule = {
  code: "quorum-weight",
  severity: "warning",
  title: "a quorum that can never be reached",
  reason:
    "The quorum counts weight. keepalived lowers it to the total weight of the real servers: one failure then takes the service down.",
  mend: "Write a quorum below the total weight, and a hysteresis below the quorum.",
  bad: inService("quorum 3"),
  good: inService("quorum 1"),
  ...ofServices((service, report) => {
    const { entry, servers, hysteresis } = service;
    const [first] = servers;
    if (first === undefined) return;
    if (first.weight >= service.quorum && hysteresis < service.quorum) return;
    const total = totalWeight(service);
    const quorum = Math.min(service.quorum, total);
    const name = nameOfService(service);
    if (service.quorum > total) {
      const line = lastOf(entry, "quorum") ?? entry;
      report(line.spot, `quorum ${service.quorum} of ${name} exceeds the total weight ${total}`);
    }
    if (hysteresis < quorum || quorum === 0) return;
    const line = lastOf(entry, "hysteresis") ?? entry;
    report(line.spot, `hysteresis ${hysteresis} of ${name} is not below the quorum ${quorum}`);
  }),
};
