import type { Spot } from "./reading.ts";
import type { FileView, TopEntry } from "./rules/rule.ts";

/** One director's configuration. */
export type Side = FileView;

/** What is said on one side, and where. */
export interface Placed {
  readonly text: string;
  readonly spot: Spot | undefined;
}

/** must-match: one side is wrong. should-match: a slip unless meant. should-differ: the two cannot be told apart. */
export type ComparisonKind = "must-match" | "should-match" | "should-differ";

export interface Comparison {
  readonly kind: ComparisonKind;
  /** kebab-case: mismatch, missing, same-priority … */
  readonly code: string;
  readonly key: string;
  readonly message: string;
  readonly first: Placed;
  readonly second: Placed;
}

/** Where an entry of the top level, or a line inside it, stands. */
export const placed = (
  top: TopEntry | undefined,
  line: { readonly spot: Spot } | undefined,
  text: string,
): Placed => ({
  text,
  spot: top === undefined || line === undefined ? undefined : top.absolute(line.spot),
});

/** A side that says nothing of it. */
export const nowhere: Placed = { text: "absent", spot: undefined };

/** A block that one side has and the other has not. */
export const missing = (key: string, sides: { first: Placed; second: Placed }): Comparison => {
  const where = sides.first.text === nowhere.text ? "second" : "first";
  return {
    kind: "must-match",
    code: "missing",
    key,
    message: `${key} is only in the ${where} file`,
    ...sides,
  };
};
