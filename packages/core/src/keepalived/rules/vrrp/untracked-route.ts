import { inInstance } from "../examples.ts";
import type { Rule } from "../rule.ts";
import { readRouteItem } from "./route-item.ts";

export const untrackedRoute: Rule = {
  code: "untracked-route",
  severity: "warning",
  title: "a route without an interface",
  reason: "keepalived before 2.3.2 cannot follow such a route: if somebody removes it, it is not put back.",
  mend: "Write dev INTERFACE, or no_track if that is meant.",
  bad: inInstance("virtual_routes {", "10.0.0.0/8 via 192.0.2.1", "}"),
  good: inInstance("virtual_routes {", "10.0.0.0/8 via 192.0.2.1 dev eth0", "}"),
  ofEntry: {
    concerns: ({ list }) => list === "routes" || list === "static-routes",
    check: ({ keyword, items = [] }, report) => {
      for (const { words, spot } of items) {
        const route = readRouteItem(words, { isStatic: keyword.list === "static-routes" });
        if (route.isUntracked)
          report(spot, `the route to ${route.destination} names no interface: it is not followed`);
      }
    },
  },
};
