import type { Rule } from "../rule.ts";
import { instancesOf } from "./instance.ts";

export const vridMissing: Rule = {
  code: "vrid-missing",
  severity: "error",
  title: "a VRRP instance without virtual_router_id",
  reason: "keepalived refuses the whole configuration.",
  mend: "Write virtual_router_id, the same on both directors and unique on the segment.",
  bad: "vrrp_instance VI_1 {\n    interface eth0\n    virtual_ipaddress {\n        192.0.2.10\n    }\n}\n",
  good: "vrrp_instance VI_1 {\n    interface eth0\n    virtual_router_id 51\n    virtual_ipaddress {\n        192.0.2.10\n    }\n}\n",
  ofFile: (file) => {
    for (const { name, virtualRouterId, top } of instancesOf(file)) {
      if (virtualRouterId !== undefined) continue;
      file.report(
        top.absolute(top.entry.spot),
        `${name} has no virtual_router_id: keepalived does not start VRRP`,
      );
    }
  },
};
