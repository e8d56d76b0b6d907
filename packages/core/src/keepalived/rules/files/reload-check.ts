import { inGlobals, inInstance } from "../examples.ts";
import type { Rule } from "../rule.ts";
import { lastOf } from "../rule.ts";

export const reloadCheck: Rule = {
  code: "reload-check",
  severity: "info",
  title: "no reload_check_config",
  reason:
    "A reload with a bad file kills keepalived and leaves its addresses on the interface: the other director takes over and both hold them. With reload_check_config the old configuration stays.",
  mend: "Write reload_check_config into global_defs.",
  bad: inGlobals("router_id lvs1") + inInstance(),
  good: inGlobals("router_id lvs1", "reload_check_config") + inInstance(),
  ofFile: (file) => {
    const globals = file.of("global_defs");
    if (globals.some(({ entry }) => lastOf(entry, "reload_check_config") !== undefined)) return;
    const place = globals[0] ?? file.of("vrrp_instance")[0];
    if (place === undefined || file.of("vrrp_instance").length === 0) return;
    file.report(
      place.absolute(place.entry.spot),
      "a reload with a bad file stops keepalived: reload_check_config is not set",
    );
  },
};
