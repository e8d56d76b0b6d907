import type { Entry } from "../../reading.ts";
import { inInstance } from "../examples.ts";
import { endOf, linesOf, named } from "../rule.ts";
import type { Rule } from "../rule.ts";

/** The command of a vrrp_script: undefined where there is none. */
export const commandOf = (entry: Entry): string | undefined => {
  let command: string | undefined;
  for (const { words } of linesOf(entry, "script")) if ((words[1] ?? "").trim() !== "") command = words[1];
  return command;
};

interface Need {
  readonly keyword: string;
  readonly message: (name: string) => string;
}

const needs: Record<string, Need> = {
  vrrp_script: {
    keyword: "script",
    message: (name) => `vrrp_script ${name} has no script: keepalived drops it`,
  },
  track_file: { keyword: "file", message: (name) => `track_file ${name} has no file: keepalived drops it` },
  vrrp_track_file: {
    keyword: "file",
    message: (name) => `track_file ${name} has no file: keepalived drops it`,
  },
  vrrp_track_process: {
    keyword: "process",
    message: (name) => `vrrp_track_process ${name} names no process: keepalived drops it`,
  },
};

export const emptyTracker: Rule = {
  code: "empty-tracker",
  severity: "error",
  title: "a tracker without what it should watch",
  reason: "keepalived drops it, and instances that follow it do not.",
  mend: "Write script, file or process.",
  bad: "vrrp_script web {\n    interval 2\n}\n" + inInstance(),
  good: 'vrrp_script web {\n    script "/usr/bin/true"\n    interval 2\n}\n' + inInstance(),
  ofEntry: {
    concerns: named(...Object.keys(needs)),
    check: (entry, report) => {
      const need = needs[entry.keyword.name];
      if (need === undefined || entry.inside === undefined) return;
      const hasIt =
        need.keyword === "script"
          ? commandOf(entry) !== undefined
          : linesOf(entry, need.keyword).some(({ words }) => words.length > 1);
      if (!hasIt) report(endOf(entry), need.message(entry.words[1] ?? ""));
    },
  },
};
