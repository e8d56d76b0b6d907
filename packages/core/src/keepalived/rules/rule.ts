import type { Severity } from "../diagnostic.ts";
import type { GluedComment } from "../glued-comments.ts";
import type { Keyword, Value } from "../keywords/keyword.ts";
import type { Entry, Spot } from "../reading.ts";

/** What keepalived would do, or what the service would suffer, and how to mend it. */
export interface Rule {
  /** kebab-case, stable. */
  readonly code: string;
  /** "error" only for what keepalived itself complains about, or what surely breaks the service. */
  readonly severity: Severity;
  /** One line for the reference. */
  readonly title: string;
  /** Why it matters: what keepalived does with it. */
  readonly reason: string;
  /** What to do about it. */
  readonly mend: string;
  /** A configuration in which the rule finds something, and one like it in which it finds nothing. */
  readonly bad: string;
  readonly good: string;
  /** Asked for a word that its keyword does not take. The message, or undefined if the fault is another rule's. */
  readonly ofValue?: (value: Value, word: string, keyword: Keyword) => string | undefined;
  /** Asked for each line whose keyword is one of these. */
  readonly ofEntry?: EntryCheck;
  /** Asked once, for the whole file. */
  readonly ofFile?: (file: FileView) => void;
}

export interface EntryCheck {
  readonly concerns: (keyword: Keyword) => boolean;
  readonly check: (entry: Entry, report: Report) => void;
}

/** A text to put in the place of another, on one line. */
export interface Replacement {
  readonly spot: Spot;
  readonly text: string;
  /** What it does: "write weight". */
  readonly title: string;
}

export interface ReportExtra {
  readonly severity?: Severity;
  readonly replacement?: Replacement | undefined;
  /** Other places that belong to it. */
  readonly related?: readonly { readonly spot: Spot; readonly message: string }[];
}

export type Report = (spot: Spot, message: string, extra?: ReportExtra) => void;

/** A line of the top level, with its way to report: spots of different lines may count from different sections. */
export interface TopEntry {
  readonly entry: Entry;
  /** Makes a spot of this entry one that counts sections of the whole file. */
  readonly absolute: (spot: Spot) => Spot;
}

export interface FileView {
  /** In the order of the text. */
  readonly top: readonly TopEntry[];
  /** Those opened by a keyword. */
  readonly of: (name: string) => readonly TopEntry[];
  /** Spots must be absolute. */
  readonly report: Report;
  readonly text: FileText;
}

/** What rules about the bytes themselves need. */
export interface FileText {
  readonly hasCarriageReturns: boolean;
  readonly hasSingleQuotes: boolean;
  /** What stands at an absolute spot, quotes and escapes included. */
  readonly textOf: (spot: Spot) => string;
  /** Comments that cut a word, at absolute spots. */
  readonly gluedComments: () => readonly GluedComment[];
}

/** A rule is asked about keywords of one name, wherever they stand. */
export const named =
  (...names: readonly string[]) =>
  (keyword: Keyword): boolean =>
    names.includes(keyword.name);

/** A rule is asked about one keyword of one block. */
export const inBlock =
  (block: Keyword["block"], ...names: readonly string[]) =>
  (keyword: Keyword): boolean =>
    keyword.block === block && names.includes(keyword.name);

const noLines: readonly Entry[] = [];

/** The lines of a block with a keyword, in order. Mostly there is none, so that must cost nothing. */
export const linesOf = (entry: Entry, name: string): readonly Entry[] =>
  firstOf(entry, name) === undefined
    ? noLines
    : (entry.inside?.entries ?? noLines).filter((inner) => inner.keyword.name === name);

/** The last line of a block with a keyword: the one that counts. */
export const lastOf = (entry: Entry, name: string): Entry | undefined => {
  const lines = entry.inside?.entries ?? noLines;
  for (let index = lines.length - 1; index >= 0; index -= 1)
    if (lines[index]?.keyword.name === name) return lines[index];
  return undefined;
};

/** The first line of a block with a keyword. */
export const firstOf = (entry: Entry, name: string): Entry | undefined => {
  const lines = entry.inside?.entries ?? noLines;
  for (let index = 0; index < lines.length; index += 1)
    if (lines[index]?.keyword.name === name) return lines[index];
  return undefined;
};

/** The closing brace of a block, where keepalived says what is missing in it; its head if it is never closed. */
export const endOf = (entry: Entry): Spot => entry.inside?.end ?? entry.spot;
