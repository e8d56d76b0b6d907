import { inInstance } from "../examples.ts";
import type { Entry } from "../../reading.ts";
import type { Rule } from "../rule.ts";

/** How many words a line may have; undefined where any number is read or checked elsewhere. */
const wordLimit = ({ keyword }: Entry): number | undefined => {
  if (keyword.rest !== undefined || keyword.values.some(({ kind }) => kind === "script" || kind === "user"))
    return undefined;
  return keyword.values.length + 1;
};

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
      const { keyword, words, spot } = entry;
      const limit = wordLimit(entry);
      if (limit === undefined || words.length <= limit) return;
      if (keyword.name === "vrrp_instance" || keyword.name.endsWith("_group")) return;
      const extra = words.slice(limit).join(" ");
      const isSecret = secret.has(keyword.name);
      const message = isSecret
        ? `${keyword.name} reads one word only`
        : `${keyword.name} does not read ${extra.length > 60 ? `${extra.slice(0, 57)}…` : extra}`;
      report(spot, message, keyword.list === undefined ? {} : { severity: "error" });
    },
  },
};
