import type { Entry } from "../../reading.ts";
import { readInteger } from "../../words.ts";
import { linesOf, named } from "../rule.ts";
import type { Report, Rule } from "../rule.ts";

const processExample = (...lines: readonly string[]): string =>
  `vrrp_track_process web {\n    process nginx\n${lines.map((line) => `    ${line}\n`).join("")}}\n`;

const setOnce: Record<string, readonly string[]> = {
  vrrp_track_process: ["process", "weight"],
  track_file: ["file", "weight"],
  vrrp_track_file: ["file", "weight"],
};

export const trackerSetting: Rule = {
  code: "tracker-setting",
  severity: "error",
  title: "settings of a tracker that contradict each other",
  reason: "keepalived keeps the first and passes over the second.",
  mend: "Write each setting once, and quorum not above quorum_max.",
  bad: processExample("quorum 2", "quorum_max 1"),
  good: processExample("quorum 1", "quorum_max 2"),
  ofEntry: {
    concerns: named(...Object.keys(setOnce)),
    check: (entry, report) => {
      for (const name of setOnce[entry.keyword.name] ?? []) {
        for (const { spot } of linesOf(entry, name).slice(1))
          report(spot, `${name} stands before: this line is not read`);
      }
      if (entry.keyword.name === "vrrp_track_process") checkQuorum(entry, report);
    },
  },
};

const checkQuorum = (entry: Entry, report: Report): void => {
  let quorum = 1;
  let most = 4294967295;
  for (const { keyword, words, spot } of entry.inside?.entries ?? []) {
    const { value, fault } = readInteger(words[1] ?? "", { min: 0, max: 65535 });
    if (fault !== undefined || words.length < 2) continue;
    if (keyword.name === "quorum" && value >= 1) {
      if (value > most) report(spot, `quorum ${value} is above quorum_max ${most}: keepalived drops it`);
      else quorum = value;
    }
    if (keyword.name !== "quorum_max") continue;
    if ((value > 0 || quorum > 1) && value < quorum) {
      report(spot, `quorum_max ${value} is below quorum ${quorum}: keepalived drops it`);
    } else {
      most = value;
      quorum = value === 0 ? 0 : Math.max(quorum, 1);
    }
  }
};
