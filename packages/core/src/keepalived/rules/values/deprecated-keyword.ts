import { inServer } from "../examples.ts";
import type { Rule } from "../rule.ts";

export const deprecatedKeyword: Rule = {
  code: "deprecated-keyword",
  severity: "warning",
  title: "a keyword that has another name now",
  reason: "keepalived still takes it, complains about some of them, and may drop them in a later version.",
  mend: "Write the present keyword.",
  bad: inServer("HTTP_GET {", "url {", "path /", "}", "nb_get_retry 3", "}"),
  good: inServer("HTTP_GET {", "url {", "path /", "}", "retry 3", "}"),
  ofEntry: {
    concerns: (keyword) => keyword.deprecated !== undefined,
    check: ({ keyword, spot }, report) => {
      const use = keyword.deprecated?.use ?? "";
      const isWord = /^[a-z_]+$/u.test(use);
      const replacement = isWord
        ? { spot: { ...spot, end: spot.start + keyword.name.length }, text: use, title: `write ${use}` }
        : undefined;
      report(spot, `${keyword.name} is out of use: write ${use}`, { replacement });
    },
  },
};
