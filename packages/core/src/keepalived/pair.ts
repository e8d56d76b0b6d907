import { placeOf } from "./cst.ts";
import type { ConfigTree } from "./cst.ts";
import type { Diagnostic, Severity } from "./diagnostic.ts";
import { comparisonsOf } from "./pair-comparisons.ts";
import type { Comparison, Placed, Side } from "./pair-comparison.ts";
import { readTree } from "./read-tree.ts";
import type { Spot } from "./reading.ts";
import { viewOf } from "./rules/file-view.ts";

/** What two directors of one cluster must share and do not, or must not share and do. */
export interface PairFinding extends Diagnostic {
  /** What differs: `VI_1.priority`, `router_id`, `192.0.2.10:tcp:80.lb_algo`. An intended difference names it. */
  readonly key: string;
  /** As written, or as keepalived takes it; never a password. */
  readonly first: string;
  readonly second: string;
}

export interface PairOptions {
  /** Differences that are meant: whole keys, or what stands after the last point of them. */
  readonly intended?: readonly string[];
}

/**
 * Compares the configurations of two directors (domain: what must match, what must differ). Both trees preprocessed, each
 * for its own director. Every finding stands in the first file and names the place in the second.
 */
export const comparePair = (
  first: ConfigTree,
  second: ConfigTree,
  options: PairOptions = {},
): readonly PairFinding[] => {
  const sides = { first: sideOf(first), second: sideOf(second) };
  const intended = new Set(options.intended ?? []);
  const findings: PairFinding[] = [];
  for (const comparison of comparisonsOf(sides.first, sides.second)) {
    const isIntended =
      intended.has(comparison.key) || intended.has(comparison.key.slice(comparison.key.lastIndexOf(".") + 1));
    if (!isIntended) findings.push(toFinding(comparison, { first, second }));
  }
  return findings;
};

const sideOf = (tree: ConfigTree): Side => viewOf(readTree(tree));

const severityOf = ({ kind }: Comparison): Severity => (kind === "must-match" ? "error" : "warning");

const toFinding = (comparison: Comparison, trees: { first: ConfigTree; second: ConfigTree }): PairFinding => {
  const { key, message, first, second } = comparison;
  const here = placeIn(trees.first, first);
  const there = placeIn(trees.second, second);
  return {
    code: `pair-${comparison.code}`,
    severity: severityOf(comparison),
    message,
    ...here,
    related: [{ path: there.path, line: there.line, message: second.text }],
    key,
    first: first.text,
    second: second.text,
  };
};

const placeIn = (tree: ConfigTree, placed: Placed): { path: string; line: number; column: number } => {
  const spot: Spot | undefined = placed.spot;
  const section = spot === undefined ? undefined : tree.sections[spot.section];
  if (spot === undefined || section === undefined) return { path: tree.path, line: 1, column: 1 };
  return placeOf(tree, section, { offset: spot.start, line: spot.line });
};
