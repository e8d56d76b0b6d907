import { commentFrom } from "./comment-start.ts";
import type { Condition } from "./cst.ts";
import { decodeUtf8 } from "./encoding.ts";
import { isBlank, isNameByte, lineEndFrom } from "./lexer.ts";

/** What a line is by its first characters, before it is cut into words. Offsets are absolute. */
export interface LineHead {
  readonly kind: "words" | "definition" | "sequence" | "include";
  readonly condition: Condition | undefined;
  /** First byte that is not blank. */
  readonly start: number;
  /** First byte after the condition. */
  readonly from: number;
  /** End of the line: LF, end of text, or the 1023rd byte. */
  readonly lineEnd: number;
  /** Of a definition. */
  readonly name: string;
}

const at = 0x40;
const caret = 0x5e;
const dollar = 0x24;
const tilde = 0x7e;
const equals = 0x3d;

const startsWith = (bytes: Uint8Array, offset: number, ascii: string): boolean => {
  for (let index = 0; index < ascii.length; index += 1) {
    if (bytes[offset + index] !== ascii.charCodeAt(index)) return false;
  }
  return true;
};

const skipBlanks = (bytes: Uint8Array, from: number): number => {
  let offset = from;
  while (isBlank(bytes[offset])) offset += 1;
  return offset;
};

/** Undefined for an ordinary line, which is nearly every line. */
export const readLineHead = (bytes: Uint8Array, lineStart: number): LineHead | undefined => {
  let start = lineStart;
  while (bytes[start] === 0x20 || bytes[start] === 0x09) start += 1;
  const first = bytes[start];
  if (first !== at && first !== dollar && first !== tilde && first !== 0x69) return undefined;
  const lineEnd = lineEndFrom(bytes, lineStart);
  if (start >= lineEnd) return undefined;
  const condition = first === at ? readCondition(bytes, { start, lineEnd }) : undefined;
  const from = condition === undefined ? start : Math.min(skipBlanks(bytes, condition.end), lineEnd);
  const kind = kindOf(bytes, { from, lineEnd });
  if (kind === "words" && condition === undefined) return undefined;
  const name = kind === "definition" ? decodeUtf8(bytes.subarray(from + 1, nameEnd(bytes, from + 1))) : "";
  return { kind, condition: condition?.value, start, from, lineEnd, name };
};

const readCondition = (
  bytes: Uint8Array,
  line: { start: number; lineEnd: number },
): { value: Condition; end: number } => {
  const isNegated = bytes[line.start + 1] === caret;
  const idStart = line.start + (isNegated ? 2 : 1);
  let end = idStart;
  while (
    end < line.lineEnd &&
    !isBlank(bytes[end]) &&
    bytes[end] !== 0x21 &&
    bytes[end] !== 0x23 &&
    bytes[end] !== 0
  )
    end += 1;
  return { value: { id: decodeUtf8(bytes.subarray(idStart, end)), isNegated }, end };
};

const nameEnd = (bytes: Uint8Array, from: number): number => {
  let end = from;
  while (isNameByte(bytes[end] ?? 0)) end += 1;
  return end;
};

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x30 && byte <= 0x39;

const kindOf = (bytes: Uint8Array, line: { from: number; lineEnd: number }): LineHead["kind"] => {
  const { from } = line;
  if (from >= line.lineEnd) return "words";
  if (bytes[from] === dollar) {
    const end = nameEnd(bytes, from + 1);
    return end > from + 1 && !isDigit(bytes[from + 1]) && bytes[end] === equals ? "definition" : "words";
  }
  if (startsWith(bytes, from, "~SEQ") || startsWith(bytes, from, "~LST")) return "sequence";
  return isInclude(bytes, from) ? "include" : "words";
};

/** `include`, or with one of the letters r m w b a: then white space and a pattern. */
const isInclude = (bytes: Uint8Array, from: number): boolean => {
  if (!startsWith(bytes, from, "include")) return false;
  const letter = bytes[from + 7] ?? 0;
  const end = "rmwba".includes(String.fromCharCode(letter)) ? from + 8 : from + 7;
  const next = skipBlanks(bytes, end);
  return (
    next > end && next < bytes.length && bytes[next] !== 10 && bytes[next] !== 0x21 && bytes[next] !== 0x23
  );
};

/** The end of a range without the white space before it. */
export const trimEnd = (bytes: Uint8Array, range: { from: number; end: number }): number => {
  let end = range.end;
  while (end > range.from && isBlank(bytes[end - 1])) end -= 1;
  return end;
};

/**
 * The end of a definition's value and the lines it passes: a value line that ends in `\` goes on with the next line,
 * also where the `\` ends a comment.
 */
export const endOfDefinition = (bytes: Uint8Array, head: LineHead): { end: number; lines: number } => {
  let lineEnd = head.lineEnd;
  let from = head.from;
  let lines = 0;
  for (;;) {
    const contentEnd = trimEnd(bytes, { from, end: commentFrom(bytes, { from, end: lineEnd }) });
    let last = lineEnd;
    while (last > from && bytes[last - 1] === 13) last -= 1;
    const endsIn = (end: number): boolean => end > from && bytes[end - 1] === 0x5c;
    const isContinued = endsIn(contentEnd) || endsIn(last);
    if (!isContinued || bytes[lineEnd] !== 10 || lineEnd + 1 >= bytes.length)
      return { end: contentEnd, lines };
    from = lineEnd + 1;
    lineEnd = lineEndFrom(bytes, from);
    lines += 1;
  }
};
