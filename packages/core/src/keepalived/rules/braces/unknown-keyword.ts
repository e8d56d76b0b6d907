import { inInstance } from "../examples.ts";
import type { Rule } from "../rule.ts";

export const unknownKeyword: Rule = {
  code: "unknown-keyword",
  severity: "error",
  title: "a word that is no keyword where it stands",
  reason:
    "keepalived passes over the line, so what it was meant to set is not set. If a block follows, its content is read as if it stood in the surrounding block, and its closing brace closes that one.",
  mend: "Correct the spelling, move the line to the block it belongs to, or remove it.",
  bad: inInstance("lvs_sync_daemon_inteface eth1"),
  good: inInstance("priority 150"),
};
