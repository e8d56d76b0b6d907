import type { ConfigTree, Section } from "./cst.ts";
import type { Parsed } from "./diagnostic.ts";
import { readFaults } from "./faults.ts";
import type { IsDefined } from "./lexer.ts";
import { newReader, readSections } from "./section-reader.ts";
import type { Reader } from "./node-builder.ts";

const dollar = 0x24;

export interface ParseOptions {
  /** The name diagnostics carry. */
  readonly path: string;
  /** Names that `${NAME}` may use besides those the text defines before the place. */
  readonly isDefined?: IsDefined;
}

/**
 * Reads a file into its lossless tree. Any bytes whatever: mistakes of braces and quotes become diagnostics. Only the text
 * itself is read; what definitions, conditions and includes make of it is told by preprocess.ts.
 */
export const parseConfig = (bytes: Uint8Array, options: ParseOptions): Parsed<ConfigTree> => {
  const reader = newReader(bytes, options);
  return finish(reader, { path: options.path, sections: readSections(reader, { start: 0, line: 0 }) });
};

/** The same for a file that keepalived reads as it stands; undefined where an include, definition, sequence or condition is in it. */
export const parsePlainConfig = (
  bytes: Uint8Array,
  options: ParseOptions,
): Parsed<ConfigTree> | undefined => {
  if (bytes.includes(dollar)) return undefined;
  const reader = newReader(bytes, options);
  const sections = readSections(reader, { start: 0, line: 0 });
  return reader.hasDirectives ? undefined : finish(reader, { path: options.path, sections });
};

/** Replaces the bytes between two offsets. */
export interface TextChange {
  readonly start: number;
  readonly end: number;
  readonly bytes: Uint8Array;
}

/**
 * The tree after one change of its text, the same as a new `parseConfig`. Sections that the change does not touch are the
 * very same objects, so that what was found out about them still holds.
 */
export const reparseConfig = (tree: ConfigTree, change: TextChange): Parsed<ConfigTree> => {
  const { path } = tree;
  const start = Math.min(Math.max(change.start, 0), tree.bytes.length);
  const end = Math.min(Math.max(change.end, start), tree.bytes.length);
  const bytes = new Uint8Array(start + change.bytes.length + tree.bytes.length - end);
  bytes.set(tree.bytes.subarray(0, start));
  bytes.set(change.bytes, start);
  bytes.set(tree.bytes.subarray(end), start + change.bytes.length);
  const first = Math.max(
    tree.sections.findLastIndex((section) => section.start <= start),
    0,
  );
  const from = tree.sections[first];
  // A definition changes what braces mean in all that follows.
  if (from === undefined || bytes.includes(dollar) || tree.text.includes("$"))
    return parseConfig(bytes, { path });
  const shift = bytes.length - tree.bytes.length;
  const kept = tree.sections.slice(first + 1).filter((section) => section.start >= end);
  const keptStarts = new Map(kept.map((section, index) => [section.start + shift, index]));
  const reader = newReader(bytes, {});
  const read = readSections(reader, {
    start: from.start,
    line: from.line,
    isKnown: (offset) => keptStarts.has(offset),
  });
  const last = read.at(-1);
  const joinAt = last === undefined ? from.start : last.start + last.body.length;
  const lineShift =
    (last === undefined ? 0 : last.line + last.body.lineCount) -
    (kept[keptStarts.get(joinAt) ?? 0]?.line ?? 0);
  const rest = kept
    .slice(keptStarts.get(joinAt) ?? kept.length)
    .map(({ start: at, line, body }) => ({ start: at + shift, line: line + lineShift, body }));
  return finish(reader, { path, sections: [...tree.sections.slice(0, first), ...read, ...rest] });
};

const finish = (reader: Reader, of: { path: string; sections: Section[] }): Parsed<ConfigTree> => {
  const { bytes, text } = reader;
  const tree: ConfigTree = { ...of, bytes, text, origins: undefined, originals: undefined };
  return { value: tree, diagnostics: readFaults(tree) };
};
