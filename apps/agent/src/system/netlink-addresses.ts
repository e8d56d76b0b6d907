import {
  decodeRouteMessages,
  encodeDumpAddresses,
  encodeDumpLinks,
  type InterfaceAddress,
  type Link,
  routeGroups,
} from "@lvs/core/net/netlink-address";
import type { AddressEvent, Addresses } from "./addresses.ts";
import type { Clock } from "./clock.ts";
import { type Netlink, type NetlinkEvent, netlinkRefusal } from "./netlink.ts";
import { SystemError } from "./system-error.ts";

const damaged = (diagnostics: readonly string[]): SystemError =>
  new SystemError({
    door: "addresses",
    code: "failed",
    subject: "rtnetlink",
    reason: `an answer could not be read: ${diagnostics.join("; ")}`,
  });

const eventsOf = (event: NetlinkEvent): AddressEvent[] => {
  switch (event.kind) {
    case "failed":
      return [event];
    case "overrun":
      return [event];
    case "messages": {
      const { value, diagnostics } = decodeRouteMessages(event.bytes);
      const events: AddressEvent[] = value.map((message) => ({ ...message, atMs: event.atMs }));
      if (diagnostics.length > 0) events.push({ kind: "failed", error: damaged(diagnostics) });
      return events;
    }
  }
};

/** Addresses and links over the route bus of any netlink door. */
export const netlinkAddresses = (netlink: Netlink, clock: Clock): Addresses => ({
  snapshot: async () => {
    const links: Link[] = [];
    const addresses: InterfaceAddress[] = [];
    for await (const answers of netlink.exchange("route", [encodeDumpLinks(), encodeDumpAddresses()])) {
      for (const answer of answers) {
        if (answer.errno !== 0) throw netlinkRefusal(answer.errno, "read links and addresses");
        const { value, diagnostics } = decodeRouteMessages(answer.bytes);
        if (diagnostics.length > 0) throw damaged(diagnostics);
        for (const message of value) {
          if (message.kind === "link-changed") links.push(message.link);
          if (message.kind === "address-added") addresses.push(message.address);
        }
      }
    }
    return { links, addresses, readAtMs: clock.nowMs() };
  },
  watch: async (listen) =>
    await netlink.listen("route", Object.values(routeGroups), (event) => {
      for (const change of eventsOf(event)) listen(change);
    }),
});
