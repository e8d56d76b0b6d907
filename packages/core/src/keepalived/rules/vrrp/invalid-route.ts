import { inInstance } from "../examples.ts";
import type { Rule } from "../rule.ts";
import { readRouteItem } from "./route-item.ts";

export const invalidRoute: Rule = {
  code: "invalid-route",
  severity: "error",
  title: "a route keepalived cannot read",
  reason: "keepalived passes over the line, or over a word of it. Often a } is missing before it.",
  mend: "Write DESTINATION via ADDRESS dev INTERFACE, as in ip-route(8).",
  bad: inInstance("virtual_routes {", "10.0.0.0/8 gateway 192.0.2.1 dev eth0", "}"),
  good: inInstance("virtual_routes {", "10.0.0.0/8 via 192.0.2.1 dev eth0", "}"),
  ofEntry: {
    concerns: ({ list }) => list === "routes" || list === "static-routes",
    check: ({ keyword, items = [] }, report) => {
      for (const { words, spot } of items) {
        const { faults, old, hasForeignProtocol } = readRouteItem(words, {
          isStatic: keyword.list === "static-routes",
        });
        for (const { message, severity, isFatal } of faults) {
          report(spot, isFatal ? `${message}: keepalived passes over this route` : message, { severity });
        }
        for (const word of old) {
          report(spot, `${word} is out of use in routes: write ${word === "gw" ? "via" : "nexthop"}`, {
            severity: "warning",
          });
        }
        if (hasForeignProtocol) {
          report(
            spot,
            "a route with a protocol of its own cannot be followed: write no_track, or leave the protocol out",
            { severity: "warning" },
          );
        }
      }
    },
  },
};
