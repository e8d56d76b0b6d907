import type { Entry } from "../../reading.ts";
import { familyOfAddress } from "../families.ts";
import { endOf } from "../rule.ts";
import type { Rule, TopEntry } from "../rule.ts";
import { bfdAddressesOf } from "./bfd-addresses.ts";

const session = (name: string, neighbor: string): string =>
  `bfd_instance ${name} {\n    neighbor_ip ${neighbor}\n}\n`;

interface Addresses {
  readonly neighbor: string;
  readonly source: string | undefined;
}

/** Undefined where keepalived drops the session for these addresses alone. */
const addressesOf = (entry: Entry): Addresses | undefined => {
  if (entry.inside === undefined) return undefined;
  const { neighbor, source } = bfdAddressesOf(entry);
  if (neighbor === undefined) return undefined;
  const isOneFamily = source === undefined || familyOfAddress(source) === familyOfAddress(neighbor);
  return isOneFamily ? { neighbor, source } : undefined;
};

/** Two sessions to one neighbour are one, unless each has its own source. */
const areOne = (one: Addresses, other: Addresses): boolean =>
  one.neighbor === other.neighbor &&
  (one.source === undefined || other.source === undefined || one.source === other.source);

export const duplicateBfdNeighbor: Rule = {
  code: "duplicate-bfd-neighbor",
  severity: "error",
  title: "two BFD sessions to one neighbour",
  reason: "keepalived drops the second, and instances that follow it do not.",
  mend: "Remove one, or give each a source_ip of its own.",
  bad: session("peer", "192.0.2.2") + session("other", "192.0.2.2"),
  good: session("peer", "192.0.2.2") + session("other", "192.0.2.3"),
  ofFile: (file) => {
    const kept: { readonly top: TopEntry; readonly addresses: Addresses }[] = [];
    const names = new Set<string>();
    for (const top of file.of("bfd_instance")) {
      const [, name = ""] = top.entry.words;
      const addresses = addressesOf(top.entry);
      if (addresses === undefined || names.has(name)) continue;
      const first = kept.find((other) => areOne(other.addresses, addresses));
      if (first === undefined) {
        names.add(name);
        kept.push({ top, addresses });
      } else {
        const related = [{ spot: first.top.absolute(first.top.entry.spot), message: "the first" }];
        const message = `bfd_instance ${name} has the neighbour ${addresses.neighbor} of another: keepalived drops it`;
        file.report(top.absolute(endOf(top.entry)), message, { related });
      }
    }
  },
};
