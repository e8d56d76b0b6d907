import { inService } from "../examples.ts";
import type { FileView, Rule, TopEntry } from "../rule.ts";
import { lastOf } from "../rule.ts";
import { readGroupEntry } from "./group-entry.ts";
import type { GroupEntry } from "./group-entry.ts";
import { nameOfServer, nameOfService, readService, settledMethod } from "./service.ts";
import type { Service } from "./service.ts";

const group = "virtual_server_group web {\n    192.0.2.10 80\n}\n";
const byGroup = inService().replace("192.0.2.10 80", "group web");

export const serverGroup: Rule = {
  code: "server-group",
  severity: "error",
  title: "a virtual server whose group is missing or does not suit it",
  reason:
    "Without its group a virtual server has no address: keepalived says nothing and serves nothing. Ports and protocol follow the entries of the group.",
  mend: "Write the virtual_server_group, with the ports of the real servers.",
  bad: group.replace("web", "wep") + byGroup,
  good: group + byGroup,
  ofFile: (file) => {
    const groups = new Map(
      file.of("virtual_server_group").map((top) => [top.entry.words[1] ?? "", entriesOf(top)]),
    );
    for (const top of file.of("virtual_server")) {
      const service = readService(top.entry);
      if (service?.kind !== "group" || service.servers.length === 0) continue;
      const entries = groups.get(service.target);
      if (entries === undefined) {
        file.report(
          top.absolute(top.entry.spot),
          `there is no virtual_server_group ${service.target}: this virtual server serves nothing`,
          { severity: "warning" },
        );
      } else checkMembers(file, top, { service, entries });
    }
  },
};

const entriesOf = ({ entry }: TopEntry): readonly GroupEntry[] =>
  (entry.items ?? []).flatMap((item) => {
    const read = readGroupEntry(item);
    return typeof read === "string" ? [] : [read];
  });

const checkMembers = (
  file: FileView,
  top: TopEntry,
  { service, entries }: { service: Service; entries: readonly GroupEntry[] },
): void => {
  const report = (keyword: string, message: string): void =>
    file.report(
      top.absolute((lastOf(top.entry, keyword) ?? top.entry).spot),
      `virtual server ${nameOfService(service)}: ${message}`,
    );
  const addresses = entries.flatMap((entry) => (entry.kind === "addresses" ? [entry] : []));
  const hasMarks = addresses.length < entries.length;
  if (addresses.length > 0 && service.protocol === undefined) report("", "no protocol, keepalived takes UDP");
  if (addresses.length === 0 && hasMarks && service.protocol !== undefined) {
    report("protocol", "the group holds marks only, protocol is dropped");
  }
  if (!service.isPersistent && addresses.some(({ port }) => port === 0)) {
    report("", "the group has an entry without port, that needs persistence_timeout, keepalived sets 360");
  }
  if (hasMarks && lastOf(top.entry, "ha_suspend") !== undefined)
    report("ha_suspend", "ha_suspend does not work with marks");
  for (const server of service.servers) {
    if (server.port === 0 || settledMethod(service, server) === "NAT") continue;
    const name = `real server ${nameOfServer(service, server)}`;
    const spot = top.absolute(server.entry.spot);
    if (hasMarks) file.report(spot, `${name} has a port, which is dropped for marks without NAT`);
    const other = addresses.find(({ port }) => port !== server.port);
    if (other !== undefined)
      file.report(
        spot,
        `${name}: [${service.target}] has ${other.address} on port ${other.port}, which cannot be changed without NAT`,
      );
  }
};
