import { inService } from "../examples.ts";
import type { FileView, Rule, TopEntry } from "../rule.ts";
import { lastOf } from "../rule.ts";
import type { GroupEntry } from "./group-entry.ts";
import { groupsOf, whyIgnored } from "./known-service.ts";
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
    const groups = groupsOf(file);
    for (const top of file.of("virtual_server")) {
      const service = readService(top.entry);
      if (service?.kind !== "group") continue;
      const why = whyIgnored(service, groups);
      const entries = groups.get(service.target) ?? [];
      if (why === undefined && service.servers.length > 0) checkMembers(file, top, { service, entries });
      if (why === undefined) continue;
      file.report(top.absolute(top.entry.spot), `${why}: this virtual server serves nothing`, {
        severity: "warning",
      });
    }
  },
};

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
