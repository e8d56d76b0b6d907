import { inServer } from "../examples.ts";
import { inBlock } from "../rule.ts";
import type { Rule } from "../rule.ts";

export const dnsName: Rule = {
  code: "dns-name",
  severity: "error",
  title: "a name with an empty part, or a first one of one letter, in DNS_CHECK",
  reason:
    "keepalived drops it and asks for the root instead. 2.2.7 takes a first part of one letter for an empty one.",
  mend: "Write the name without doubled or leading dots, and a first part of two letters or more.",
  bad: inServer("DNS_CHECK {", "name www..example.net", "}"),
  good: inServer("DNS_CHECK {", "name www.example.net", "}"),
  ofEntry: {
    concerns: inBlock("DNS_CHECK", "name"),
    check: ({ words, spot }, report) => {
      const [, name = ""] = words;
      if (name.includes("..") || (name.startsWith(".") && name !== "."))
        report(spot, `${name} has an empty part`);
      else if (/^[^.]\./u.test(name))
        report(spot, `keepalived takes the first letter of ${name} for an empty part`);
    },
  },
};
