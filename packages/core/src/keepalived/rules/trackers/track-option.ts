import type { Entry } from "../../reading.ts";
import { readInteger } from "../../words.ts";
import { inInstance } from "../examples.ts";
import type { Rule } from "../rule.ts";
import { trackedIn } from "./tracked.ts";

const limits: Record<string, number> = {
  "tracked-interfaces": 253,
  "tracked-scripts": 253,
  "tracked-files": 254,
  "tracked-processes": 254,
  "tracked-bfds": 253,
};

/** What is wrong with `NAME [weight N [reverse|noreverse]]`. */
const faultOf = (words: readonly string[], list: string): string | undefined => {
  const [name = "", option, weight, direction] = words;
  if (option === undefined) return undefined;
  if (option !== "weight") return `${option} is no option of ${name}: write weight N`;
  if (weight === undefined) return `weight of ${name} needs a number`;
  const limit = limits[list] ?? 253;
  if (readInteger(weight, { min: -limit, max: limit }).fault !== undefined) {
    return `the weight of ${name} must be -${limit} to ${limit}, not ${weight}`;
  }
  const isKnown = direction === "reverse" || (direction === "noreverse" && list !== "tracked-interfaces");
  return direction === undefined || isKnown
    ? undefined
    : `${direction} is no option of a weight: write reverse`;
};

export const trackOption: Rule = {
  code: "track-option",
  severity: "error",
  title: "an option of a tracker that keepalived does not take",
  reason:
    "keepalived passes over the tracker: the instance does not follow it. For a wrong weight it takes the tracker's own.",
  mend: "Write NAME, or NAME weight N.",
  bad: inInstance("track_interface {", "eth1 weight=10", "}"),
  good: inInstance("track_interface {", "eth1 weight 10", "}"),
  ofEntry: {
    concerns: ({ list }) => list === "tracked-interfaces",
    check: ({ items = [] }: Entry, report) => {
      for (const { words, spot } of items) {
        const fault = faultOf(words, "tracked-interfaces");
        if (fault !== undefined) report(spot, fault);
      }
    },
  },
  // keepalived looks no further at a tracker that it does not know.
  ofFile: (file) => {
    for (const { top, item, listKind, known } of trackedIn(file)) {
      const fault = known.has(item.words[0] ?? "") ? faultOf(item.words, listKind) : undefined;
      if (fault !== undefined) file.report(top.absolute(item.spot), fault);
    }
  },
};
