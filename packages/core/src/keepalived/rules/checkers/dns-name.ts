import { inServer } from "../examples.ts";
import { inBlock } from "../rule.ts";
import type { Rule } from "../rule.ts";

export const dnsName: Rule = {
  code: "dns-name",
  severity: "error",
  title: "a name with an empty part in DNS_CHECK",
  reason: "keepalived drops it and asks for the root instead.",
  mend: "Write the name without doubled or leading dots.",
  bad: inServer("DNS_CHECK {", "name www..example.net", "}"),
  good: inServer("DNS_CHECK {", "name www.example.net", "}"),
  ofEntry: {
    concerns: inBlock("DNS_CHECK", "name"),
    check: ({ words, spot }, report) => {
      const [, name = ""] = words;
      if (name.includes("..") || (name.startsWith(".") && name !== "."))
        report(spot, `${name} has an empty part`);
    },
  },
};
