import { named } from "../rule.ts";
import type { Rule } from "../rule.ts";

export const blockName: Rule = {
  code: "block-name",
  severity: "error",
  title: "a block that needs exactly one name",
  reason: "keepalived passes over the whole block; of a virtual_server_group, it ends.",
  mend: "Write one name; put it in double quotes if it holds blanks.",
  bad: "vrrp_instance inside network {\n}\n",
  good: "vrrp_instance inside {\n}\n",
  ofEntry: {
    concerns: named("vrrp_instance", "vrrp_sync_group", "track_group", "virtual_server_group"),
    check: ({ keyword, words, spot }, report) => {
      const isFatal = keyword.name === "virtual_server_group";
      if (words.length === 2 || (isFatal && words.length < 2)) return;
      const count = words.length < 2 ? "has none" : `has ${words.length - 1} words`;
      const effect = isFatal ? "keepalived reads no further" : "the whole block is passed over";
      report(spot, `${keyword.name} wants one name and ${count}: ${effect}`);
    },
  },
};
