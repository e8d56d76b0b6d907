import { inInstance } from "../examples.ts";
import { lastOf } from "../rule.ts";
import type { Rule } from "../rule.ts";
import { instancesOf } from "./instance.ts";

const unicastKeywords = [
  "unicast_peer",
  "unicast_src_ip",
  "check_unicast_src",
  "old_unicast_checksum",
] as const;

export const unicastWithoutPeers: Rule = {
  code: "unicast-without-peers",
  severity: "warning",
  title: "a unicast keyword without unicast peers",
  reason: "keepalived falls back to multicast: where multicast does not pass, both directors become MASTER.",
  mend: "Write the address of the other director into unicast_peer, or remove the unicast keywords.",
  bad: inInstance("unicast_src_ip 192.0.2.1"),
  good: inInstance("unicast_src_ip 192.0.2.1", "unicast_peer {", "192.0.2.2", "}"),
  ofFile: (file) => {
    for (const { name, top, isUnicastConfigured, peers } of instancesOf(file)) {
      if (
        !isUnicastConfigured ||
        peers.length > 0 ||
        lastOf(top.entry, "unicast_fault_no_peer") !== undefined
      )
        continue;
      const keyword = unicastKeywords.find((one) => lastOf(top.entry, one) !== undefined);
      const line = keyword === undefined ? top.entry : (lastOf(top.entry, keyword) ?? top.entry);
      const message = `${name} has ${keyword ?? "unicast"} but no unicast peer: keepalived uses multicast`;
      file.report(top.absolute(line.spot), message);
    }
  },
};
