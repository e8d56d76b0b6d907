import type { Rule } from "../rule.ts";
import { instancesOf } from "./instance.ts";

export const interfaceMissing: Rule = {
  code: "interface-missing",
  severity: "warning",
  title: "a VRRP instance without an interface",
  reason:
    "keepalived does not start VRRP: it speaks of an unknown interface, as it does of one that the machine lacks. Newer ones than 2.2.7 need none for unicast from an address that is given.",
  mend: "Write interface.",
  bad: "vrrp_instance VI_1 {\n    virtual_router_id 51\n    virtual_ipaddress {\n        192.0.2.10\n    }\n}\n",
  good: "vrrp_instance VI_1 {\n    interface eth0\n    virtual_router_id 51\n    virtual_ipaddress {\n        192.0.2.10\n    }\n}\n",
  ofFile: (file) => {
    for (const instance of instancesOf(file)) {
      const { name, peers, sourceAddress, top } = instance;
      if (instance.interface !== undefined) continue;
      const isUnicast = peers.length > 0 && sourceAddress !== undefined;
      const message = isUnicast
        ? `${name} has no interface: keepalived 2.2.7 wants one for unicast too and does not start VRRP`
        : `${name} needs an interface: keepalived does not start VRRP`;
      file.report(top.absolute(top.entry.spot), message);
    }
  },
};
