import { columnAt, offsetOfLine } from "./columns.ts";
import { decodeUtf8 } from "./encoding.ts";

/**
 * The lossless tree of one configuration text. Nodes hold byte offsets, not copies: every byte of the text that is not
 * white space belongs to exactly one node, so the text can be printed from the tree (print.ts).
 *
 * The text is cut into sections, one per top-level block. All positions inside a section count from its start, so a
 * section whose bytes did not change is kept, as the same object, when the text before it grows (`reparseConfig`).
 */

/** Shared by all nodes. Offsets in bytes and lines from the start of the section, both from 0. */
interface Range {
  readonly start: number;
  /** First byte after the node; for a statement with a block: after its last word, not after the block. */
  readonly end: number;
  readonly line: number;
}

/** A keyword with its values, as keepalived splits it into words: quotes removed, comment cut off. */
export interface Statement extends Range {
  readonly kind: "statement";
  /** Decoded words. Empty only for a `{` that follows nothing, or a lone condition. */
  readonly words: readonly string[];
  readonly block: Block | undefined;
  /** `@id` or `@^id` in front of the words, of this line only; the range includes it. */
  readonly condition: Condition | undefined;
}

export interface Condition {
  readonly id: string;
  readonly isNegated: boolean;
}

/** What stands between `{` and `}`. */
export interface Block {
  /** Offset of `{`. */
  readonly open: number;
  readonly openLine: number;
  /** Comments and definitions between the keyword and its `{`. */
  readonly leading: readonly Node[];
  /** Offset of `}`; undefined where the text ends before it. */
  readonly close: number | undefined;
  /** Line of `}`, or of the end of the text. */
  readonly closeLine: number;
  readonly nodes: readonly Node[];
}

/** From `!` or `#` to the end of the line. */
export interface Comment extends Range {
  readonly kind: "comment";
}

/** `$NAME=value`; a value of several lines runs to the last of them. */
export interface Definition extends Range {
  readonly kind: "definition";
  readonly name: string;
  readonly condition: Condition | undefined;
}

/** `~SEQ(...) text` or `~LST(...) text`, unexpanded. */
export interface Sequence extends Range {
  readonly kind: "sequence";
  readonly condition: Condition | undefined;
}

/** A `}` that closes nothing, or a brace nested deeper than the limit. */
export interface StrayBrace extends Range {
  readonly kind: "stray-brace";
}

export type Node = Statement | Comment | Definition | Sequence | StrayBrace;

/** The content of a section: independent of where the section stands, so it may serve as a cache key. */
export interface SectionBody {
  readonly length: number;
  /** Line ends (LF) inside the section. */
  readonly lineCount: number;
  readonly nodes: readonly Node[];
  readonly faults: readonly Fault[];
}

/** A mistake of the text itself, with its place in the section; `readFaults` makes diagnostics of them. */
export interface Fault {
  readonly code: FaultCode;
  readonly start: number;
  readonly end: number;
  readonly line: number;
}

export type FaultCode =
  | "missing-closing-brace"
  | "stray-closing-brace"
  | "brace-without-keyword"
  | "unterminated-quote"
  | "line-too-long"
  | "nul-byte"
  | "too-deep";

/** A section in its place. Line 0 is the first of the text. */
export interface Section {
  readonly start: number;
  readonly line: number;
  readonly body: SectionBody;
}

/** Where a line of a preprocessed text comes from (preprocess.ts). */
export interface LineOrigin {
  readonly path: string;
  /** Counts from 1. */
  readonly line: number;
  /** Bytes at the start of the line that stand unchanged in the original, `shift` bytes further on. */
  readonly exactLength: number;
  readonly shift: number;
  /** Made by $NAME, ~SEQ or ~LST, so it cannot be edited where it stands. */
  readonly isGenerated: boolean;
}

export interface ConfigTree {
  readonly path: string;
  readonly bytes: Uint8Array;
  /** One character per byte, for scanning; not for showing (see `sliceText`). */
  readonly text: string;
  readonly sections: readonly Section[];
  /** One per line of the text; undefined where the text is a file itself. */
  readonly origins: readonly LineOrigin[] | undefined;
  /** Bytes of the original files by path, for columns and shown lines. Undefined where the text is a file itself. */
  readonly originals: ReadonlyMap<string, Uint8Array> | undefined;
}

export interface Place {
  readonly path: string;
  readonly line: number;
  readonly column: number;
}

/** Bytes of the text between two absolute offsets, decoded as UTF-8. */
export const sliceText = (bytes: Uint8Array, start: number, end: number): string =>
  decodeUtf8(bytes.subarray(start, end));

/** The place, in the file the operator wrote, of an offset in a section. */
export const placeOf = (tree: ConfigTree, section: Section, at: { offset: number; line: number }): Place => {
  const offset = section.start + at.offset;
  const lineIndex = section.line + at.line;
  const origin = tree.origins?.[lineIndex];
  if (origin === undefined) {
    return { path: tree.path, line: lineIndex + 1, column: columnAt(tree.bytes, offset) };
  }
  const original = tree.originals?.get(origin.path);
  const lineStart = offset === 0 ? 0 : tree.bytes.lastIndexOf(10, offset - 1) + 1;
  const inLine = Math.min(offset - lineStart, origin.exactLength) + origin.shift;
  const start = original === undefined ? undefined : offsetOfLine(original, origin.line);
  const isKnown = original !== undefined && start !== undefined;
  return {
    path: origin.path,
    line: origin.line,
    column: isKnown ? columnAt(original, start + inLine) : inLine + 1,
  };
};

/** The line (from 1) of a node, in the file the operator wrote. */
export const lineOf = (tree: ConfigTree, section: Section, node: { readonly line: number }): number => {
  const lineIndex = section.line + node.line;
  return tree.origins?.[lineIndex]?.line ?? lineIndex + 1;
};

/** Every statement of a list of nodes, those of blocks after the statement that holds them. */
export function* statementsOf(nodes: readonly Node[]): IterableIterator<Statement> {
  for (const node of nodes) {
    if (node.kind !== "statement") continue;
    yield node;
    if (node.block !== undefined) yield* statementsOf(node.block.nodes);
  }
}
