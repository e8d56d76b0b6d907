import type { Rule } from "../rule.ts";
import { lastOf } from "../rule.ts";
import { instancesOf, settle, vrrpGlobalsOf } from "./instance.ts";

export const noVip: Rule = {
  code: "no-vip",
  severity: "warning",
  title: "a VRRP instance without addresses",
  reason: "It holds nothing. Version 3 and strict mode refuse the whole configuration.",
  mend: "Write the addresses into virtual_ipaddress, or remove the instance.",
  bad: "vrrp_instance VI_1 {\n    interface eth0\n    virtual_router_id 51\n}\n",
  good: "vrrp_instance VI_1 {\n    interface eth0\n    virtual_router_id 51\n    virtual_ipaddress {\n        192.0.2.10\n    }\n}\n",
  ofFile: (file) => {
    const globals = vrrpGlobalsOf(file);
    for (const instance of instancesOf(file)) {
      const { name, vips, top } = instance;
      if (vips.length > 0 || lastOf(top.entry, "no_virtual_ipaddress") !== undefined) continue;
      const { version, isStrict } = settle(instance, globals);
      const spot = top.absolute(top.entry.spot);
      if (version === 3 || isStrict) {
        const why = isStrict ? "strict mode" : "VRRP version 3";
        file.report(spot, `${name} has no address in virtual_ipaddress: ${why} needs one`, {
          severity: "error",
        });
      } else file.report(spot, `${name} has no address in virtual_ipaddress`);
    }
  },
};
