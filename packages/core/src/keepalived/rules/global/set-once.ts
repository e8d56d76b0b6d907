import { inInstance } from "../examples.ts";
import type { Rule, TopEntry } from "../rule.ts";

const names = ["net_namespace", "net_namespace_ipvs", "instance", "SSL"] as const;

export const setOnce: Rule = {
  code: "set-once",
  severity: "error",
  title: "a top-level setting twice",
  reason: "keepalived passes over the second namespace or instance name, and replaces the first SSL block.",
  mend: "Remove one.",
  bad: "instance one\ninstance two\n" + inInstance(),
  good: "instance one\n" + inInstance(),
  ofFile: (file) => {
    for (const name of names) {
      const [first, ...more]: readonly TopEntry[] = file.of(name);
      if (first === undefined) continue;
      const related = [{ spot: first.absolute(first.entry.spot), message: "the first" }];
      for (const { entry, absolute } of more)
        file.report(absolute(entry.spot), `${name} stands before`, { related });
    }
    for (const { entry, absolute } of file.of("SSL")) {
      const seen = new Set<string>();
      for (const { keyword, spot } of entry.inside?.entries ?? []) {
        if (seen.has(keyword.name))
          file.report(absolute(spot), `${keyword.name} stands before: this one replaces it`);
        seen.add(keyword.name);
      }
    }
  },
};
