import { inService } from "../examples.ts";
import { named } from "../rule.ts";
import type { Rule } from "../rule.ts";

const flags: ReadonlySet<string> = new Set(["sh-port", "sh-fallback", "mh-port", "mh-fallback", "hashed"]);

export const schedulerFlag: Rule = {
  code: "scheduler-flag",
  severity: "error",
  title: "a flag of another scheduler",
  reason: "sh-port and mh-port count only after lb_algo sh or mh. keepalived drops them otherwise.",
  mend: "Write lb_algo sh or mh before the flag.",
  bad: inService("sh-port"),
  good: inService("lb_algo sh", "sh-port"),
  ofEntry: {
    concerns: named("virtual_server"),
    check: (entry, report) => {
      let scheduler = "";
      for (const { keyword, words, spot } of entry.inside?.entries ?? []) {
        if (keyword.name === "lb_algo" || keyword.name === "lvs_sched") scheduler = words[1] ?? scheduler;
        if (!flags.has(keyword.name) || keyword.name.startsWith(`${scheduler}-`)) continue;
        const isSilent = scheduler === "sh" || scheduler === "mh";
        report(
          spot,
          `${keyword.name} needs its scheduler before it`,
          isSilent ? { severity: "warning" } : {},
        );
      }
    },
  },
};
