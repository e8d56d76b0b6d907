import { append } from "./append.ts";
import { lineOf, placeOf, sliceText } from "./cst.ts";
import type { ConfigTree, LineOrigin, Section } from "./cst.ts";
import type { Diagnostic, RelatedPlace } from "./diagnostic.ts";
import { readFaults } from "./faults.ts";
import type { Keyword, Value } from "./keywords/keyword.ts";
import type { Entry, Inside, Reading, Spot } from "./reading.ts";
import { readTree } from "./read-tree.ts";
import { rules } from "./rules.ts";
import { gluedCommentsOf } from "./glued-comments.ts";
import { faultMessages } from "./rules/braces/fault-messages.ts";
import { isGoodWord } from "./rules/good-word.ts";
import { newerKeyword } from "./rules/values/newer-keyword.ts";
import type { FileText, FileView, Report, ReportExtra, Rule } from "./rules/rule.ts";
import { movedBy, viewOf } from "./rules/file-view.ts";
import { sketchOf } from "./sketch.ts";

/** A mend that is a text in the place of another, on one line. Columns as in `Diagnostic`. */
export interface Mend {
  readonly title: string;
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly endColumn: number;
  readonly text: string;
}

export interface Finding extends Diagnostic {
  readonly mend?: Mend;
}

export interface LintOptions {
  /** The keepalived is newer than the 2.2.7 of Debian 12: its newer keywords are no mistake. */
  readonly isNewer?: boolean;
}

/**
 * All mistakes of a configuration, by place: those keepalived reports, and those it swallows. The tree must be preprocessed
 * for the director it is meant for. Findings of a section are remembered as long as its body lives, so that linting again
 * after a small edit (`reparseConfig`) costs little.
 */
export const lintConfig = (tree: ConfigTree, options: LintOptions = {}): readonly Finding[] => {
  const findings: Finding[] = readFaults(tree);
  const readings = readTree(tree, { hasNewerBlocks: options.isNewer === true });
  const found: Found[] = [];
  for (const [index, reading] of readings.entries()) {
    const base = reading.isSound ? index : 0;
    const absolute = movedBy(base);
    for (const one of findingsOf(reading)) found.push(base === 0 ? one : moved(one, absolute));
  }
  append(found, checkFile(tree, readings));
  append(findings, toFindings(tree, found));
  return inOrder(
    options.isNewer === true ? findings.filter(({ code }) => code !== newerKeyword.code) : findings,
  );
};

interface Found extends ReportExtra {
  readonly rule: Rule;
  readonly spot: Spot;
  readonly message: string;
}

const moved = (found: Found, absolute: (spot: Spot) => Spot): Found => ({
  ...found,
  spot: absolute(found.spot),
  ...(found.related === undefined
    ? {}
    : { related: found.related.map(({ spot, message }) => ({ spot: absolute(spot), message })) }),
  ...(found.replacement === undefined
    ? {}
    : { replacement: { ...found.replacement, spot: absolute(found.replacement.spot) } }),
});

/** A file with more findings than this is not a configuration; the rest is not listed. */
const maxFindings = 2000;

/** Once for each place: a definition that is used a thousand times is wrong once. */
const toFindings = (tree: ConfigTree, found: readonly Found[]): readonly Finding[] => {
  const findings: Finding[] = [];
  const seen = new Set<string>();
  for (const one of found) {
    const origin = originAt(tree, one.spot);
    if (origin !== undefined) {
      const key = `${one.rule.code} ${origin.line} ${origin.path} ${one.message}`;
      if (seen.has(key)) continue;
      seen.add(key);
    }
    if (findings.length === maxFindings) {
      findings.push(unlisted(tree));
      break;
    }
    findings.push(toFinding(tree, one));
  }
  return findings;
};

const unlisted = (tree: ConfigTree): Finding => ({
  code: "too-many-findings",
  severity: "error",
  message: `only the first ${maxFindings} findings are listed`,
  path: tree.path,
  line: 1,
  column: 1,
});

const inOrder = (findings: readonly Finding[]): readonly Finding[] =>
  findings.toSorted((a, b) => comparePaths(a.path, b.path) || a.line - b.line || a.column - b.column);

const comparePaths = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);

const remembered = new WeakMap<Reading, readonly Found[]>();

const findingsOf = (reading: Reading): readonly Found[] => {
  const known = remembered.get(reading);
  if (known !== undefined) return known;
  const collector = new Collector();
  const { found } = collector;
  for (const fault of reading.faults) found.push({ ...faultMessages(fault), spot: fault.spot });
  collector.checkAll(reading.entries, sketchOf(reading).entries);
  remembered.set(reading, found);
  return found;
};

/** The rules that want to see lines with a keyword. */
const concerned = new Map<Keyword, readonly Rule[]>();

const rulesFor = (keyword: Keyword): readonly Rule[] => {
  const known = concerned.get(keyword);
  if (known !== undefined) return known;
  const wanted = rules.filter((rule) => rule.ofEntry?.concerns(keyword) === true);
  concerned.set(keyword, wanted);
  return wanted;
};

const valueRules = rules.filter((rule) => rule.ofValue !== undefined);

/** One report for all rules: a closure for each line and rule would cost more than the rules. */
class Collector {
  readonly found: Found[] = [];
  private rule: Rule | undefined;

  readonly report: Report = (spot, message, extra) => {
    if (this.rule !== undefined) this.found.push({ rule: this.rule, spot, message, ...extra });
  };

  /** Looks at the sketches of lines first, and at a line itself where something is found. */
  checkAll(entries: readonly Entry[], sketches: readonly Entry[]): void {
    for (let index = 0; index < entries.length; index += 1) {
      const entry = entries[index];
      if (entry !== undefined) this.check(entry, sketches[index] ?? entry);
    }
  }

  private check(entry: Entry, sketch: Entry): void {
    const before = this.found.length;
    this.checkLine(sketch);
    if (sketch !== entry && this.found.length > before) {
      this.found.length = before;
      this.checkLine(entry);
    }
    const { inside } = entry;
    if (inside === undefined || (inside.like !== undefined && isSound(inside.like))) return;
    const { entries } = inside;
    this.checkAll(entries, inside.like === undefined ? (sketch.inside?.entries ?? entries) : entries);
  }

  private checkLine(entry: Entry): void {
    checkWords(entry, this.found);
    for (const rule of rulesFor(entry.keyword)) {
      this.rule = rule;
      rule.ofEntry?.check(entry, this.report);
    }
  }
}

const soundness = new WeakMap<Inside, boolean>();

/** Whether nothing is wrong with any line of a block that others repeat. */
const isSound = (inside: Inside): boolean => {
  const known = soundness.get(inside);
  if (known !== undefined) return known;
  const collector = new Collector();
  collector.checkAll(inside.entries, inside.entries);
  soundness.set(inside, collector.found.length === 0);
  return collector.found.length === 0;
};

const checkWords = (entry: Entry, found: Found[]): void => {
  const { keyword, words } = entry;
  for (let index = 1; index < words.length; index += 1) {
    const value = keyword.values[index - 1] ?? keyword.rest;
    const word = words[index] ?? "";
    if (value !== undefined && !isGoodWord(value, word))
      findBadWord({ keyword, value, word, spot: entry.spot }, found);
  }
};

const findBadWord = (
  bad: { keyword: Keyword; value: Value; word: string; spot: Spot },
  found: Found[],
): void => {
  for (const rule of valueRules) {
    const message = rule.ofValue?.(bad.value, bad.word, bad.keyword);
    if (message !== undefined) found.push({ rule, spot: bad.spot, message });
  }
};

const textOf = (tree: ConfigTree): FileText => ({
  hasCarriageReturns: tree.text.includes("\r"),
  hasSingleQuotes: tree.text.includes("'"),
  textOf: ({ section, start, end }) => {
    const from = tree.sections[section]?.start ?? 0;
    return sliceText(tree.bytes, from + start, from + end);
  },
  gluedComments: () => gluedCommentsOf(tree),
});

const checkFile = (tree: ConfigTree, readings: readonly Reading[]): readonly Found[] => {
  const text = textOf(tree);
  const sketches = readings.map(sketchOf);
  const isSketched = sketches.some((sketch, index) => sketch !== readings[index]);
  const sketched = viewOf(sketches, undefined, text);
  let view = isSketched ? undefined : sketched;
  const found: Found[] = [];
  for (const rule of rules) {
    if (rule.ofFile === undefined) continue;
    let own = findingsOfFile(rule, sketched);
    if (isSketched && own.length > 0)
      own = findingsOfFile(rule, (view ??= viewOf(readings, undefined, text)));
    append(found, own);
  }
  return found;
};

const findingsOfFile = (rule: Rule, view: FileView): readonly Found[] => {
  const found: Found[] = [];
  rule.ofFile?.({
    ...view,
    report: (spot, message, extra) => found.push({ rule, spot, message, ...extra }),
  });
  return found;
};

const toFinding = (tree: ConfigTree, found: Found): Finding => {
  const { rule, message, replacement, related } = found;
  const place = placeOfSpot(tree, found.spot);
  return {
    code: rule.code,
    severity: found.severity ?? rule.severity,
    message,
    ...place,
    ...(related === undefined
      ? {}
      : { related: related.map((one) => relatedPlace(tree, one.spot, one.message)) }),
    ...(replacement === undefined ? {} : mendOf(tree, replacement.spot, replacement)),
  };
};

interface SpotPlace {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly endColumn: number;
}

const placeOfSpot = (tree: ConfigTree, spot: Spot): SpotPlace => {
  const section = sectionAt(tree, spot);
  if (section === undefined) return { path: tree.path, line: 1, column: 1, endColumn: 1 };
  const start = placeOf(tree, section, { offset: spot.start, line: spot.line });
  const end = placeOf(tree, section, { offset: spot.end, line: spot.line });
  return { ...start, endColumn: Math.max(end.column, start.column + 1) };
};

const relatedPlace = (tree: ConfigTree, spot: Spot, message: string): RelatedPlace => {
  const section = sectionAt(tree, spot);
  const path = originAt(tree, spot)?.path ?? tree.path;
  return { path, line: section === undefined ? 1 : lineOf(tree, section, spot), message };
};

const sectionAt = (tree: ConfigTree, spot: Spot): Section | undefined => tree.sections[spot.section];

const originAt = (tree: ConfigTree, spot: Spot): LineOrigin | undefined => {
  const section = sectionAt(tree, spot);
  return section === undefined ? undefined : tree.origins?.[section.line + spot.line];
};

/** No mend where the line was made by a definition or a sequence: it does not stand in the file as such. */
const mendOf = (
  tree: ConfigTree,
  spot: Spot,
  { title, text }: { readonly title: string; readonly text: string },
): { mend?: Mend } => {
  if (originAt(tree, spot)?.isGenerated === true) return {};
  return { mend: { title, ...placeOfSpot(tree, spot), text } };
};
