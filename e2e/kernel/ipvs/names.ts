import { readFileSync } from "node:fs";
import type { NameLookup } from "@lvs/core/ipvs/listing";
import type { IpvsTable } from "@lvs/core/ipvs/model";

/** Names that both sides of a comparison know: hosts from a file made for the table, ports from the machine's /etc/services. */

/** Addresses of the table that get a name, and names from short ones to ones wider than any column. */
export function nameHosts(table: IpvsTable, random: () => number): ReadonlyMap<string, string> {
  const addresses = table.services.flatMap((service) => [
    ...(service.id.kind === "address" ? [service.id.address] : []),
    ...service.destinations.map(({ address }) => address),
  ]);
  const chosen = [...new Set(addresses)].filter(() => random() < 0.4).slice(0, 20);
  return new Map(
    chosen.map((address, index) => {
      const name = `h${index}${"-abcdefghij".repeat(Math.floor(random() * 6))}`;
      return [address, random() < 0.5 ? `${name}.example.org` : name];
    }),
  );
}

/** The text of /etc/hosts with these names. */
export const printHosts = (hosts: ReadonlyMap<string, string>): string =>
  ["127.0.0.1 localhost", ...[...hosts].map(([address, name]) => `${address} ${name}`), ""].join("\n");

/** getservbyport(3): the first name in the file's order for that port and protocol. */
function readPortNames(): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const line of readFileSync("/etc/services", "latin1").split("\n")) {
    const match = /^([^\s#]+)\s+([0-9]+\/[a-z]+)/.exec(line);
    const [, name, key] = match ?? [];
    if (name !== undefined && key !== undefined && !names.has(key)) names.set(key, name);
  }
  return names;
}

/** What ipvsadm finds without `-n` in a guest with these hosts. */
export function lookupOf(hosts: ReadonlyMap<string, string>): NameLookup {
  const ports = readPortNames();
  return {
    host: (address) => (address === "127.0.0.1" ? "localhost" : hosts.get(address)),
    port: (port, protocol) =>
      protocol === undefined ? undefined : ports.get(`${port}/${protocol.toLowerCase()}`),
  };
}
