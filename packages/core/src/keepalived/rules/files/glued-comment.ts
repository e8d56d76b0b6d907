import { inInstance } from "../examples.ts";
import type { Rule } from "../rule.ts";

/** A number or an address: what follows it is nearly always meant as a comment. */
const isComplete = (word: string): boolean => /^[\d.:/]+$/u.test(word);

/** Not to be shown, not even in part. */
const secret: ReadonlySet<string> = new Set(["auth_pass", "password", "key"]);

export const gluedComment: Rule = {
  code: "glued-comment",
  severity: "warning",
  title: "a # or ! inside a word",
  reason:
    "Both begin a comment wherever they stand outside double quotes: a password or a path that holds one is cut short without a word.",
  mend: "Put the value in double quotes, or a blank before the comment.",
  bad: inInstance("authentication {", "auth_type PASS", "auth_pass pass#1", "}"),
  good: inInstance("authentication {", "auth_type PASS", 'auth_pass "pass#1"', "}"),
  ofFile: (file) => {
    for (const { spot, words } of file.text.gluedComments()) {
      const [keyword = ""] = words;
      const word = words.at(-1) ?? "";
      const kept = secret.has(keyword) ? "the value ends before it" : `keepalived reads ${word}`;
      const severity = isComplete(word) ? "info" : "warning";
      file.report(spot, `a comment begins inside this word: ${kept}`, { severity });
    }
  },
};
