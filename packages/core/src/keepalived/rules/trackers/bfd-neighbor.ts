import type { Entry } from "../../reading.ts";
import { maxBfdName } from "../../refused-header.ts";
import { readInteger } from "../../words.ts";
import { familyOfAddress } from "../families.ts";
import { endOf, lastOf, named } from "../rule.ts";
import type { Rule } from "../rule.ts";
import { bfdAddressesOf } from "./bfd-addresses.ts";

const example = (...lines: readonly string[]): string =>
  `bfd_instance peer {\n${lines.map((line) => `    ${line}\n`).join("")}}\n`;

export const bfdNeighbor: Rule = {
  code: "bfd-neighbor",
  severity: "error",
  title: "a BFD session without a neighbour, or with addresses of two families",
  reason: "keepalived drops the session, and instances that follow it do not.",
  mend: "Write neighbor_ip and source_ip, both IPv4 or both IPv6.",
  bad: example("min_rx 50"),
  good: example("neighbor_ip 192.0.2.2", "min_rx 50"),
  ofEntry: {
    concerns: named("bfd_instance"),
    check: (entry, report) => {
      const [, name = ""] = entry.words;
      if (entry.inside === undefined) {
        if (name.length > maxBfdName)
          report(
            entry.spot,
            `the name ${name} is longer than ${maxBfdName} bytes: keepalived drops the session`,
          );
        return;
      }
      const { neighbor, source } = bfdAddressesOf(entry);
      if (neighbor === undefined)
        report(endOf(entry), `bfd_instance ${name} has no neighbor_ip: keepalived drops it`);
      else if (source !== undefined && familyOfAddress(source) !== familyOfAddress(neighbor)) {
        report(
          endOf(entry),
          `bfd_instance ${name} has source ${source} and neighbour ${neighbor}: keepalived drops it`,
        );
      } else if (neighbor !== undefined && hopsPastTtl(entry, neighbor)) {
        report(endOf(entry), `max_hops of bfd_instance ${name} is above its ttl: keepalived lowers it`);
      }
    },
  },
};

const hopsPastTtl = (entry: Entry, neighbor: string): boolean => {
  const hops = readInteger(lastOf(entry, "max_hops")?.words[1] ?? "0", { min: -1, max: 255 });
  const line = entry.inside?.entries.findLast(
    ({ keyword }) => keyword.name === "ttl" || keyword.name === "hoplimit",
  );
  const byDefault = familyOfAddress(neighbor) === "inet" ? 255 : 64;
  const ttl = line === undefined ? byDefault : readInteger(line.words[1] ?? "", { min: 1, max: 255 }).value;
  return hops.fault === undefined && hops.value > ttl;
};
