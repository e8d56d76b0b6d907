import { inInstance } from "../examples.ts";
import type { Rule } from "../rule.ts";

export const punctuation: Rule = {
  code: "punctuation",
  severity: "warning",
  title: "an equals sign or a semicolon of another file format",
  reason:
    "keepalived reads it as part of the value: interface eth0; is an interface named eth0; that does not exist.",
  mend: "Write KEYWORD VALUE, without = and ;.",
  bad: inInstance("mcast_src_ip 192.0.2.1;"),
  good: inInstance("mcast_src_ip 192.0.2.1"),
  ofEntry: {
    concerns: ({ values, opens }) =>
      opens === undefined &&
      values.some(({ kind }) => kind !== "script" && kind !== "text" && kind !== "special"),
    check: (entry, report) => {
      const { keyword, words } = entry;
      const [, value = ""] = words;
      if (value === "=" || value === ":")
        report(entry.spot, `${keyword.name} reads ${value} as its value: leave it out`);
      else if (value.endsWith(";"))
        report(entry.spot, `the semicolon is part of the value ${value}: leave it out`);
    },
  },
};
