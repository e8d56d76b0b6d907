import type { Rule } from "../rule.ts";
import { instancesOf } from "./instance.ts";

export const interfaceMissing: Rule = {
  code: "interface-missing",
  severity: "warning",
  title: "a VRRP instance without an interface",
  reason:
    "Without an interface adverts can only be unicast, from an address that is given. Otherwise keepalived does not start VRRP: it speaks of an unknown interface, as it does of one that the machine lacks.",
  mend: "Write interface.",
  bad: "vrrp_instance VI_1 {\n    virtual_router_id 51\n    virtual_ipaddress {\n        192.0.2.10\n    }\n}\n",
  good: "vrrp_instance VI_1 {\n    interface eth0\n    virtual_router_id 51\n    virtual_ipaddress {\n        192.0.2.10\n    }\n}\n",
  ofFile: (file) => {
    for (const instance of instancesOf(file)) {
      const { name, peers, sourceAddress, top } = instance;
      if (instance.interface !== undefined) continue;
      if (peers.length > 0 && sourceAddress !== undefined) continue;
      const need = peers.length > 0 ? "an interface or unicast_src_ip" : "an interface";
      file.report(top.absolute(top.entry.spot), `${name} needs ${need}: keepalived does not start VRRP`);
    }
  },
};
