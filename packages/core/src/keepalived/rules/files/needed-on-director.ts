import type { Entry } from "../../reading.ts";
import { readInteger } from "../../words.ts";
import { inGlobals } from "../examples.ts";
import { named } from "../rule.ts";
import type { Rule } from "../rule.ts";

/** Where the user stands among the words, and the group behind it. */
const userAt: Record<string, number> = { user: 1, startup_script: 2, shutdown_script: 2 };

const processors: readonly string[] = ["vrrp_cpu_affinity", "checker_cpu_affinity", "bfd_cpu_affinity"];

const neededBy = ({ keyword, words }: Entry): string | undefined => {
  const position = userAt[keyword.name];
  if (position === undefined) {
    const numbers = words.slice(1).map((word) => readInteger(word, { min: 0, max: 8191 }).value);
    const highest = Math.max(0, ...numbers);
    return highest === 0 ? undefined : `processor ${highest}`;
  }
  const [user, group] = words.slice(position);
  if (user !== undefined && user !== "root") return `user ${user}`;
  return group === undefined || group === "root" ? undefined : `group ${group}`;
};

export const neededOnDirector: Rule = {
  code: "needed-on-director",
  severity: "info",
  title: "a user, group or processor that the director must have",
  reason: "Where it does not exist keepalived drops the script, or leaves the process to every processor.",
  mend: "See that every director with this file has it.",
  bad: inGlobals('startup_script "/usr/local/sbin/up" operator'),
  good: inGlobals('startup_script "/usr/local/sbin/up" root'),
  ofEntry: {
    concerns: named(...Object.keys(userAt), ...processors),
    check: (entry, report) => {
      const needed = neededBy(entry);
      if (needed !== undefined) report(entry.spot, `the director must have ${needed}`);
    },
  },
};
