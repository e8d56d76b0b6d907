import type { BlockName, Keyword } from "./keywords/keyword.ts";

/** What reading a tree as keepalived reads it (read-tree) gives: the lines with their keywords, and what is wrong with the braces. */

/** A place in one of the sections that were read together. Offsets and line from the start of that section. */
export interface Spot {
  readonly section: number;
  readonly start: number;
  readonly end: number;
  readonly line: number;
}

/** One line that was read with a keyword of the table in force. */
export interface Entry {
  readonly keyword: Keyword;
  readonly words: readonly string[];
  readonly spot: Spot;
  /** Of a keyword with a table of its own, unless its block was passed over. */
  readonly inside: Inside | undefined;
  /** Of a keyword with a list. */
  readonly items: readonly Item[] | undefined;
  /** The closing brace of its list. */
  readonly listEnd?: Spot | undefined;
}

export interface Inside {
  readonly entries: readonly Entry[];
  /** The closing brace; undefined where the text ends before it. */
  readonly end: Spot | undefined;
  /** What an earlier block of the same text holds: all but the places, and which lines are the very same, is true here too. */
  readonly like?: Inside | undefined;
}

export interface Item {
  readonly words: readonly string[];
  readonly spot: Spot;
}

export type ReadingFaultCode =
  | "unknown-keyword"
  | "missing-open-brace"
  | "unexpected-open-brace"
  | "unexpected-close-brace"
  | "list-without-brace";

export interface ReadingFault {
  readonly code: ReadingFaultCode;
  readonly spot: Spot;
  /** The unknown word, or the keyword whose brace is missing. */
  readonly word: string;
  /** The table in force. */
  readonly block: BlockName;
}

export interface Reading {
  readonly entries: readonly Entry[];
  readonly faults: readonly ReadingFault[];
  /** All braces stood where the keywords want them: then every process reads the same, section by section. */
  readonly isSound: boolean;
}

export interface ReadOptions {
  /**
   * The keepalived is newer than 2.2.7, so blocks of newer versions are blocks. To 2.2.7 their keyword is unknown and their
   * content stands in the surrounding block.
   */
  readonly hasNewerBlocks: boolean;
}
