import { inInstance } from "../examples.ts";
import type { Keyword } from "../../keywords/keyword.ts";
import type { Rule } from "../rule.ts";

/** How many words a line may have; Infinity where any number is read or checked elsewhere. */
const wordLimit = (keyword: Keyword): number => {
  const known = limits.get(keyword);
  if (known !== undefined) return known;
  const isOpen =
    keyword.rest !== undefined || keyword.values.some(({ kind }) => kind === "script" || kind === "user");
  const limit = isOpen ? Infinity : keyword.values.length + 1;
  limits.set(keyword, limit);
  return limit;
};

const limits = new WeakMap<Keyword, number>();

/** Their values are not to be shown. */
const secret: ReadonlySet<string> = new Set(["auth_pass", "password", "key"]);

export const extraWords: Rule = {
  code: "extra-words",
  severity: "warning",
  title: "words after the last one a keyword reads",
  reason:
    "keepalived reads the words it expects and says nothing of the rest: two settings on one line are one.",
  mend: "Put each setting on its own line; put a value with blanks in double quotes.",
  bad: inInstance("priority 150 advert_int 1"),
  good: inInstance("priority 150", "advert_int 1"),
  ofEntry: {
    concerns: () => true,
    check: (entry, report) => {
      const { keyword, words } = entry;
      const limit = wordLimit(keyword);
      if (words.length <= limit) return;
      if (keyword.name === "vrrp_instance" || keyword.name.endsWith("_group")) return;
      const extra = words.slice(limit).join(" ");
      const isSecret = secret.has(keyword.name);
      const message = isSecret
        ? `${keyword.name} reads one word only`
        : `${keyword.name} does not read ${extra.length > 60 ? `${extra.slice(0, 57)}…` : extra}`;
      report(entry.spot, message, keyword.list === undefined ? {} : { severity: "error" });
    },
  },
};
