import type { ConfigTree, Section, Statement } from "../cst.ts";
import type { Diagnostic } from "../diagnostic.ts";
import { encodeUtf8 } from "../encoding.ts";
import { emptyTokens, isBlank, lexLine, tokenKinds } from "../lexer.ts";

/** Replaces the bytes between two absolute offsets. */
export interface Patch {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A statement and where it stands. */
export interface Located {
  readonly section: Section;
  readonly statement: Statement;
}

export type LocatedBlock = Located & { readonly block: NonNullable<Statement["block"]> };

/** What an edit comes to: patches, with notes for the operator, or the reason why the file is left alone. */
export type Outcome =
  | { readonly kind: "patches"; readonly patches: readonly Patch[]; readonly notes: readonly Note[] }
  | Refusal;

export interface Refusal {
  readonly kind: "refused";
  readonly code: RefusalCode;
  readonly message: string;
  /** Counts from 1; 0: the whole file. */
  readonly line: number;
}

export type RefusalCode =
  | "target-not-found"
  | "target-ambiguous"
  | "target-not-in-this-file"
  | "already-there"
  | "braces-not-balanced"
  | "read-otherwise"
  | "not-a-block"
  | "value-not-allowed";

export interface Note {
  readonly code: "reference-left" | "values-adapted";
  readonly severity: Diagnostic["severity"];
  readonly message: string;
  readonly line: number;
}

export const patched = (...patches: Patch[]): Outcome => ({ kind: "patches", patches, notes: [] });

export const refuse = (code: RefusalCode, message: string, line = 0): Refusal => ({
  kind: "refused",
  code,
  message,
  line,
});

/** The bytes with all patches applied. Patches do not overlap; those of one offset stay in their order. */
export const applyPatches = (bytes: Uint8Array, patches: readonly Patch[]): Uint8Array => {
  const sorted = patches.toSorted((a, b) => a.start - b.start);
  const pieces: Uint8Array[] = [];
  let from = 0;
  for (const patch of sorted) {
    pieces.push(bytes.subarray(from, Math.max(patch.start, from)), encodeUtf8(patch.text));
    from = Math.max(patch.end, from);
  }
  pieces.push(bytes.subarray(from));
  const result = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    result.set(piece, at);
    at += piece.length;
  }
  return result;
};

export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Absolute ranges of a statement's words, quotes included. */
export const wordRanges = (tree: ConfigTree, { section, statement }: Located): Range[] => {
  const tokens = emptyTokens();
  const start = section.start + statement.start;
  const end = section.start + statement.end;
  lexLine(tree.bytes, { start, from: start, isDefined: () => true }, tokens);
  const ranges: Range[] = [];
  for (let index = 0; index < tokens.count && (tokens.starts[index] ?? end) < end; index += 1) {
    const kind = tokens.kinds[index];
    if (kind !== tokenKinds.word && kind !== tokenKinds.quotedWord) continue;
    ranges.push({ start: tokens.starts[index] ?? start, end: tokens.ends[index] ?? end });
  }
  return ranges.slice(Math.max(ranges.length - statement.words.length, 0));
};

export const lineStartOf = (tree: ConfigTree, offset: number): number =>
  offset === 0 ? 0 : tree.bytes.lastIndexOf(10, offset - 1) + 1;

/** The offset after the LF of the line that holds an offset. */
export const nextLineOf = (tree: ConfigTree, offset: number): number => {
  const end = tree.bytes.indexOf(10, offset);
  return end < 0 ? tree.bytes.length : end + 1;
};

/** Whether only blanks, or blanks and a comment, stand between two offsets of one line. */
const isBare = (tree: ConfigTree, range: Range, canComment: boolean): boolean => {
  for (let at = range.start; at < range.end; at += 1) {
    const byte = tree.bytes[at];
    if (canComment && (byte === 0x21 || byte === 0x23)) return true;
    if (byte !== 10 && !isBlank(byte)) return false;
  }
  return true;
};

/** The absolute range of a statement with its block. */
export const rangeOf = ({ section, statement }: Located): Range => {
  const { block } = statement;
  const end = block === undefined ? statement.end : (block.close ?? block.open) + 1;
  return { start: section.start + statement.start, end: section.start + end };
};

/** Takes a statement out: its whole lines where nothing else stands on them, else the statement alone. */
export const removal = (tree: ConfigTree, located: Located): Patch => {
  const range = rangeOf(located);
  const lineStart = lineStartOf(tree, range.start);
  const next = nextLineOf(tree, range.end);
  const isAlone =
    isBare(tree, { start: lineStart, end: range.start }, false) &&
    isBare(tree, { start: range.end, end: next }, true);
  if (isAlone) return { start: lineStart, end: next, text: "" };
  let { start } = range;
  while (start > lineStart && isBlank(tree.bytes[start - 1])) start -= 1;
  const needsBlank = start > lineStart && !isBlank(tree.bytes[range.end]) && tree.bytes[range.end] !== 10;
  return { start, end: range.end, text: needsBlank ? " " : "" };
};

/** Replaces all words after the keyword; what follows on the line, a comment too, stays. */
export const replaceValues = (tree: ConfigTree, located: Located, text: string): Patch => {
  const ranges = wordRanges(tree, located);
  const [keyword, first] = ranges;
  const end = ranges.at(-1)?.end ?? rangeOf(located).end;
  if (first === undefined) {
    const at = keyword?.end ?? end;
    return { start: at, end: at, text: text === "" ? "" : ` ${text}` };
  }
  return text === "" ? { start: keyword?.end ?? end, end, text } : { start: first.start, end, text };
};
