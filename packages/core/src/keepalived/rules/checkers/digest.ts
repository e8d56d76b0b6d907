import { inServer } from "../examples.ts";
import { linesOf, named } from "../rule.ts";
import type { Rule } from "../rule.ts";

const page = (line: string): string => inServer("HTTP_GET {", "url {", "path /", line, "}", "}");

export const digest: Rule = {
  code: "digest",
  severity: "error",
  title: "a digest that is no MD5",
  reason: "keepalived drops it: the page is fetched but its content is not compared.",
  mend: "Write the 32 hex digits that keepalived --genhash prints.",
  bad: page("digest 0123456789abcdef"),
  good: page("digest 9b3a0c85a887a256d6939da88aabd8cd"),
  ofEntry: {
    concerns: named("url"),
    check: (entry, report) => {
      let hasDigest = false;
      for (const { words, spot } of linesOf(entry, "digest")) {
        const [, word] = words;
        if (word === undefined) continue;
        if (hasDigest) report(spot, "this url has a digest already: this one is not read");
        else if (word.length !== 32) report(spot, `a digest has 32 hex digits, this one ${word.length}`);
        else if (!/^[0-9a-f]{32}$/iu.test(word)) report(spot, "a digest has hex digits only");
        else hasDigest = true;
      }
    },
  },
};
