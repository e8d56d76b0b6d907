import type { Rule } from "../rule.ts";
import { instancesOf, settle, vrrpGlobalsOf } from "./instance.ts";

const addresses = Array.from(
  { length: 256 },
  (_, index) => `        10.0.${index >> 7}.${(index % 128) + 1}\n`,
);
const withAddresses = (count: number): string =>
  `vrrp_instance VI_1 {\n    interface eth0\n    virtual_router_id 51\n    virtual_ipaddress {\n${addresses.slice(0, count).join("")}    }\n}\n`;

/** Header fields before the addresses, with an MTU of 1500: ethernet 14, IPv4 20 or IPv6 40, VRRP 8, password 8. */
const mostAddresses = (family: "inet" | "inet6", version: number): number =>
  Math.min(
    255,
    family === "inet6" ? Math.floor((1500 - 62) / 16) : Math.floor((1500 - 42 - (version === 2 ? 8 : 0)) / 4),
  );

export const tooManyVips: Rule = {
  code: "too-many-vips",
  severity: "error",
  title: "more addresses than fit into an advert",
  reason:
    "An advert lists at most 255 addresses, fewer of IPv6. keepalived sets the rest without listing them.",
  mend: "Move addresses to virtual_ipaddress_excluded.",
  bad: withAddresses(256),
  good: withAddresses(20),
  ofFile: (file) => {
    const globals = vrrpGlobalsOf(file);
    for (const instance of instancesOf(file)) {
      const most = mostAddresses(instance.family ?? "inet", settle(instance, globals).version);
      const { length } = instance.vips;
      if (length <= most) continue;
      const spot = instance.top.absolute(instance.top.entry.spot);
      file.report(
        spot,
        `${instance.name} lists ${length} addresses, an advert holds ${most}: the rest is not announced`,
      );
    }
  },
};
