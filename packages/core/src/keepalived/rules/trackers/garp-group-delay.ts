import type { Entry } from "../../reading.ts";
import { readDecimal } from "../../words.ts";
import { endOf, linesOf, named } from "../rule.ts";
import type { Rule } from "../rule.ts";

/** A pause out of range is not taken; a word that is no number is taken for one. */
const hasDelay = (entry: Entry): boolean =>
  ["garp_interval", "gna_interval"].some((name) =>
    linesOf(entry, name).some(({ words }) => {
      const { fault } = readDecimal(words[1] ?? "", { min: 0, max: 2147.483647, places: 6 });
      return words.length > 1 && fault !== "negative" && fault !== "out-of-range";
    }),
  );

const example = (...lines: readonly string[]): string =>
  `garp_group {\n${lines.map((line) => `    ${line}\n`).join("")}}\n`;

export const garpGroupDelay: Rule = {
  code: "garp-group-delay",
  severity: "error",
  title: "a garp_group without a pause, or an interface in two",
  reason: "keepalived drops the group, or the second mention.",
  mend: "Write garp_interval or gna_interval, and each interface once.",
  bad: example("interface eth0"),
  good: example("garp_interval 0.001", "interface eth0"),
  ofEntry: {
    concerns: named("garp_group"),
    check: (entry, report) => {
      if (entry.inside === undefined) return;
      if (!hasDelay(entry))
        report(endOf(entry), "this garp_group has no garp_interval and no gna_interval: keepalived drops it");
      for (const { items = [], spot, listEnd = spot } of linesOf(entry, "interfaces")) {
        if (items.length === 0) report(listEnd, "this list of interfaces is empty");
      }
    },
  },
  ofFile: (file) => {
    const seen = new Set<string>();
    for (const { entry, absolute } of file.of("garp_group")) {
      if (!hasDelay(entry)) continue;
      for (const { keyword, words, items = [], spot, listEnd } of entry.inside?.entries ?? []) {
        const named = keyword.name === "interface" ? [{ name: words[1] ?? "", spot }] : [];
        const listed =
          keyword.name === "interfaces"
            ? items.flatMap((item) => item.words.map((name) => ({ name, spot: listEnd ?? item.spot })))
            : [];
        for (const one of [...named, ...listed]) {
          if (seen.has(one.name)) file.report(absolute(one.spot), `${one.name} is in a garp_group already`);
          seen.add(one.name);
        }
      }
    }
  },
};
