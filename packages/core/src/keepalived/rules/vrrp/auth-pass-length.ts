import { inInstance } from "../examples.ts";
import { byteLength } from "../good-word.ts";
import { named } from "../rule.ts";
import type { Rule } from "../rule.ts";

export const authPassLength: Rule = {
  code: "auth-pass-length",
  severity: "warning",
  title: "a password longer than eight characters",
  reason:
    "The packet holds eight bytes. keepalived cuts the password: it is weaker than it looks, and two passwords that differ after the eighth character are the same.",
  mend: "Write at most eight characters, the same on both directors.",
  bad: inInstance("authentication {", "auth_type PASS", "auth_pass verysecret", "}"),
  good: inInstance("authentication {", "auth_type PASS", "auth_pass secret", "}"),
  ofEntry: {
    concerns: named("auth_pass"),
    check: ({ words, spot }, report) => {
      const length = byteLength(words[1] ?? "");
      if (length > 8) report(spot, `auth_pass has ${length} characters: only the first 8 are used`);
    },
  },
};
