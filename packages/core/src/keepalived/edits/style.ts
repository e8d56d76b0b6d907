import type { ConfigTree, Statement } from "../cst.ts";
import { isBlank } from "../lexer.ts";
import type { Setting } from "../edit.ts";
import type { Located, LocatedBlock, Patch } from "./patch.ts";
import { lineStartOf, nextLineOf, rangeOf } from "./patch.ts";

/** How a file is written, so that new lines look like those around them. */
export interface Style {
  readonly lineEnd: "\n" | "\r\n";
  /** One step of indentation. */
  readonly unit: string;
}

/** keepalived's own samples use four columns, most files in the field two to four; four is read best. */
const defaultUnit = "    ";

/** The style around a block: its line end, and the step between it and what is inside. */
export const styleOf = (tree: ConfigTree, near?: LocatedBlock): Style => ({
  lineEnd: lineEndOf(tree, near),
  unit: (near === undefined ? undefined : unitInside(tree, near)) ?? unitOfFile(tree) ?? defaultUnit,
});

const lineEndOf = (tree: ConfigTree, near?: LocatedBlock): Style["lineEnd"] => {
  const from = near === undefined ? 0 : near.section.start + near.block.open;
  const end = tree.bytes.indexOf(10, from);
  const known = end < 0 ? tree.bytes.indexOf(10) : end;
  return known > 0 && tree.bytes[known - 1] === 13 ? "\r\n" : "\n";
};

/** The blanks before a statement; undefined where it is not the first on its line. */
export const indentOf = (tree: ConfigTree, { section, statement }: Located): string | undefined => {
  const start = section.start + statement.start;
  const lineStart = lineStartOf(tree, start);
  for (let at = lineStart; at < start; at += 1) {
    if (!isBlank(tree.bytes[at])) return undefined;
  }
  return tree.text.slice(lineStart, start);
};

const unitInside = (tree: ConfigTree, near: LocatedBlock): string | undefined => {
  const outer = indentOf(tree, near);
  const inner = innerIndent(tree, near);
  if (outer === undefined || inner === undefined) return undefined;
  return inner.startsWith(outer) && inner.length > outer.length ? inner.slice(outer.length) : undefined;
};

/** The indentation of what stands in a block already. */
const innerIndent = (tree: ConfigTree, { section, block }: LocatedBlock): string | undefined => {
  for (const node of block.nodes) {
    if (node.kind !== "statement") continue;
    const indent = indentOf(tree, { section, statement: node });
    if (indent !== undefined) return indent;
  }
  return undefined;
};

const unitOfFile = (tree: ConfigTree): string | undefined => {
  for (const section of tree.sections) {
    for (const node of section.body.nodes) {
      if (node.kind !== "statement" || node.block === undefined) continue;
      const unit = unitInside(tree, { section, statement: node, block: node.block });
      if (unit !== undefined) return unit;
    }
  }
  return undefined;
};

/** The indentation for a new line in a block. */
export const indentInside = (tree: ConfigTree, near: LocatedBlock): string =>
  innerIndent(tree, near) ?? (indentOf(tree, near) ?? "") + styleOf(tree, near).unit;

/** A word as it must be written: in double quotes where it would fall apart otherwise. */
export const writeWord = (word: string): string =>
  word === "" || /[\s{}!#]/u.test(word) ? `"${word}"` : word;

export const writeSetting = ({ keyword, values }: Setting): string =>
  [keyword, ...values.map(writeWord)].join(" ");

/** A block of text to be written: a line, or a header with lines inside. */
export type TextBlock = string | { readonly header: string; readonly lines: readonly TextBlock[] };

/** Lines with their indentation and line ends. */
export const writeBlock = (block: TextBlock, at: { indent: string; style: Style }): string => {
  const { indent, style } = at;
  if (typeof block === "string") return indent + block + style.lineEnd;
  const inner = block.lines.map((line) => writeBlock(line, { indent: indent + style.unit, style })).join("");
  return `${indent}${block.header} {${style.lineEnd}${inner}${indent}}${style.lineEnd}`;
};

/** Puts lines (each with its line end) after a statement's last line, or right after it where its line goes on. */
export const insertAfter = (tree: ConfigTree, located: Located & { end: number }, lines: string): Patch => {
  const next = nextLineOf(tree, located.end);
  if (!isLineOver(tree, { from: located.end, next })) {
    const { lineEnd } = styleOf(tree);
    return { start: located.end, end: located.end, text: lineEnd + lines };
  }
  if (next > 0 && tree.bytes[next - 1] !== 10) {
    const { lineEnd } = styleOf(tree);
    return { start: next, end: next, text: lineEnd + lines.replace(/\r?\n$/u, "") };
  }
  return { start: next, end: next, text: lines };
};

const isLineOver = (tree: ConfigTree, range: { from: number; next: number }): boolean => {
  for (let at = range.from; at < range.next; at += 1) {
    const byte = tree.bytes[at];
    if (byte === 0x21 || byte === 0x23) return true;
    if (byte !== 10 && !isBlank(byte)) return false;
  }
  return true;
};

/** Puts lines at the end of a block: before the line of its `}`, or before a `}` that follows other text. */
export const insertAtEnd = (tree: ConfigTree, near: LocatedBlock, lines: string): Patch => {
  const close = near.section.start + (near.block.close ?? near.block.open + 1);
  const lineStart = lineStartOf(tree, close);
  if (isLineOver(tree, { from: lineStart, next: close }))
    return { start: lineStart, end: lineStart, text: lines };
  let start = close;
  while (start > lineStart && isBlank(tree.bytes[start - 1])) start -= 1;
  const { lineEnd } = styleOf(tree, near);
  return { start, end: close, text: lineEnd + lines + (indentOf(tree, near) ?? "") };
};

/** Puts lines at the start of a block, after the line of its `{`. */
export const insertAtStart = (tree: ConfigTree, near: LocatedBlock, lines: string): Patch => {
  const first = near.block.nodes.find((node): node is Statement => node.kind === "statement");
  const open = near.section.start + near.block.open + 1;
  const next = nextLineOf(tree, open);
  const isOpenLineOver =
    isLineOver(tree, { from: open, next }) && next < near.section.start + (near.block.close ?? 0);
  if (isOpenLineOver) return { start: next, end: next, text: lines };
  if (first === undefined) return insertAtEnd(tree, near, lines);
  const start = near.section.start + first.start;
  const { lineEnd } = styleOf(tree, near);
  return { start, end: start, text: lineEnd + lines + indentInside(tree, near) };
};

/** A new top-level block: after the last of its kind, or at the end of the file, a blank line between. */
export const appendBlock = (tree: ConfigTree, last: Located | undefined, block: TextBlock): Patch => {
  const near = last?.statement.block === undefined ? undefined : { ...last, block: last.statement.block };
  const style = styleOf(tree, near);
  const indent = (last === undefined ? undefined : indentOf(tree, last)) ?? "";
  const text = writeBlock(block, { indent, style });
  if (last !== undefined) return insertAfter(tree, { ...last, end: rangeOf(last).end }, style.lineEnd + text);
  const end = tree.bytes.length;
  const separator =
    end === 0 ? "" : tree.bytes[end - 1] === 10 ? style.lineEnd : style.lineEnd + style.lineEnd;
  return { start: end, end, text: separator + text };
};
