import { inService } from "../examples.ts";
import { lastOf } from "../rule.ts";
import type { Rule } from "../rule.ts";
import { ofServices } from "./known-service.ts";
import { nameOfService } from "./service.ts";
import type { Service } from "./service.ts";

export const serviceSetting: Rule = {
  code: "service-setting",
  severity: "error",
  title: "a setting that does not go with the kind of virtual server",
  reason:
    "keepalived changes or drops it: a service by mark has no protocol, one-packet scheduling is for UDP, port 0 needs persistence.",
  mend: "Remove the setting, or change the service.",
  bad: inService("ops"),
  good: inService("persistence_timeout 300"),
  ...ofServices((service, report) => {
    if (service.servers.length === 0) return;
    for (const { keyword, message } of conflictsOf(service)) {
      const line = lastOf(service.entry, keyword) ?? service.entry;
      report(line.spot, `virtual server ${nameOfService(service)}: ${message}`);
    }
  }),
};

function* conflictsOf(service: Service): IterableIterator<{ keyword: string; message: string }> {
  const { entry, kind, protocol, sorryServer, servers } = service;
  if (kind === "fwmark" && protocol !== undefined) {
    yield { keyword: "protocol", message: "a service by mark takes every protocol, protocol is dropped" };
  }
  if (kind === "fwmark" && lastOf(entry, "ha_suspend") !== undefined) {
    yield { keyword: "ha_suspend", message: "ha_suspend does not work with marks" };
  }
  if (
    kind === "address" &&
    lastOf(entry, "ops") !== undefined &&
    (protocol === "tcp" || protocol === "sctp")
  ) {
    yield { keyword: "ops", message: "ops is for UDP" };
  }
  if (kind === "address" && service.port === 0 && !service.isPersistent) {
    yield { keyword: "", message: "port 0 needs persistence_timeout, keepalived sets 360" };
  }
  const twin = servers.find(
    ({ address, port }) => address === sorryServer?.address && port === sorryServer.port,
  );
  const inhibits = twin?.inhibits ?? lastOf(entry, "inhibit_on_failure") !== undefined;
  if (twin !== undefined && (sorryServer?.inhibits ?? false) !== inhibits) {
    yield {
      keyword: "sorry_server",
      message: "the sorry server is a real server too, with another inhibit setting",
    };
  }
}
