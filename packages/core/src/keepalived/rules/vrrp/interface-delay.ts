import { readDecimal } from "../../words.ts";
import type { Rule } from "../rule.ts";

const linkbeat: ReadonlySet<string> = new Set(["MII", "ETHTOOL", "IOCTL"]);

const linkbeatFault = ([, kind, ...more]: readonly string[]): string | undefined => {
  if (kind === undefined) return undefined;
  return linkbeat.has(kind) && more.length === 0
    ? undefined
    : `${[kind, ...more].join(" ")} is no option of linkbeat: write MII, ETHTOOL or IOCTL`;
};

/** INTERFACE DOWN [UP]: an UP that is never read because DOWN is bad is not looked at. */
const delayFault = (words: readonly string[]): string | undefined => {
  const bad = words
    .slice(1, 3)
    .find((word) => readDecimal(word, { min: 0, max: 255, places: 6 }).fault !== undefined);
  return bad === undefined ? undefined : `${bad} is no delay: write seconds from 0 to 255`;
};

export const interfaceDelay: Rule = {
  code: "interface-delay",
  severity: "warning",
  title: "a delay or way of polling that an interface cannot have",
  reason: "keepalived passes over the line, or over the word. It looks only if the interface exists.",
  mend: "Write INTERFACE DOWN [UP] in seconds, or INTERFACE [MII|ETHTOOL|IOCTL].",
  bad: "interface_up_down_delays {\n    eth0 up 5\n}\n",
  good: "interface_up_down_delays {\n    eth0 5 5\n}\n",
  ofEntry: {
    concerns: ({ list }) => list === "interface-delays" || list === "linkbeat-interfaces",
    check: ({ keyword, items = [] }, report) => {
      const faultOf = keyword.list === "interface-delays" ? delayFault : linkbeatFault;
      for (const { words, spot } of items) {
        const fault = faultOf(words);
        if (fault !== undefined) report(spot, fault);
      }
    },
  },
};
