import type { Block, Condition, Fault, FaultCode, Node, Section, SectionBody, Statement } from "./cst.ts";
import { decodeBytewise, decodeUtf8 } from "./encoding.ts";
import { emptyTokens, lexLine, tokenKinds } from "./lexer.ts";
import type { IsDefined, LineTokens } from "./lexer.ts";
import { commentFrom, endOfDefinition, readLineHead, trimEnd } from "./line-head.ts";
import type { LineHead } from "./line-head.ts";

/** keepalived's own blocks are at most six deep; deeper braces are kept as stray ones, so that no reader overflows its stack. */
export const maxDepth = 64;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type OpenBlock = Omit<Mutable<Block>, "nodes"> & { nodes: Node[] };
type OpenStatement = Omit<Mutable<Statement>, "block" | "words"> & {
  block: OpenBlock | undefined;
  words: string[];
};

/** A text on its way to becoming sections. */
export interface Reader {
  readonly bytes: Uint8Array;
  readonly text: string;
  readonly tokens: LineTokens;
  readonly isDefined: IsDefined;
  readonly definitions: Set<string>;
  /** Of the section that is read now. */
  sectionStart: number;
  line: number;
  nodes: Node[];
  faults: Fault[];
  /** Statements whose block is open, the innermost last. */
  stack: OpenStatement[];
  /** Braces past the depth limit that are still open. */
  overflow: number;
  /** The newest statement of the innermost block: the next `{` belongs to it. */
  last: OpenStatement | undefined;
}

const builtInDefinitions = ["_PWD", "_INSTANCE", "_RANDOM", "_HASH", "_BANG"];

export interface ReaderOptions {
  /** Names that `${NAME}` may use besides those the text defines before the place. */
  readonly isDefined?: IsDefined;
}

export const newReader = (bytes: Uint8Array, options: ReaderOptions): Reader => {
  const definitions = new Set(builtInDefinitions);
  const given = options.isDefined;
  return {
    bytes,
    text: decodeBytewise(bytes),
    tokens: emptyTokens(),
    definitions,
    isDefined:
      given === undefined ? (name) => definitions.has(name) : (name) => definitions.has(name) || given(name),
    sectionStart: 0,
    line: 0,
    nodes: [],
    faults: [],
    stack: [],
    overflow: 0,
    last: undefined,
  };
};

/** A section ends after the line that closes its first top-level block. */
const readSection = (reader: Reader, start: number): SectionBody => {
  const { bytes } = reader;
  reader.sectionStart = start;
  reader.line = 0;
  reader.nodes = [];
  reader.faults = [];
  reader.stack = [];
  reader.overflow = 0;
  reader.last = undefined;
  let at = start;
  while (at < bytes.length) {
    at = readLine(reader, at);
    if (isSectionDone(reader)) break;
  }
  for (const { block } of reader.stack) {
    if (block === undefined) continue;
    block.closeLine = reader.line;
    addFault(reader, "missing-closing-brace", {
      start: block.open,
      end: block.open + 1,
      line: block.openLine,
    });
  }
  return { length: at - start, lineCount: reader.line, nodes: reader.nodes, faults: reader.faults };
};

const isSectionDone = (reader: Reader): boolean =>
  reader.stack.length === 0 && reader.overflow === 0 && reader.last?.block !== undefined;

const addFault = (
  reader: Reader,
  code: FaultCode,
  range: { start: number; end: number; line: number },
): void => {
  reader.faults.push({ code, start: range.start, end: range.end, line: range.line });
};

const nodesOf = (reader: Reader): Node[] =>
  reader.stack[reader.stack.length - 1]?.block?.nodes ?? reader.nodes;

/** Reads one line and returns where the next starts. */
const readLine = (reader: Reader, start: number): number => {
  const { bytes, tokens } = reader;
  const head = readLineHead(bytes, start);
  if (head?.kind === "definition" || head?.kind === "sequence") return readWholeLine(reader, head);
  if (head?.kind === "include") return readInclude(reader, head);
  lexLine(bytes, { start, from: head?.from ?? start, isDefined: reader.isDefined }, tokens);
  const condition = head?.condition;
  if (
    head !== undefined &&
    (tokens.count === 0 || (tokens.kinds[0] ?? tokenKinds.open) > tokenKinds.quotedWord)
  ) {
    const end = trimEnd(bytes, { from: head.start, end: head.from });
    addStatement(reader, { start: head.start, end, condition });
  }
  readTokens(reader, { condition, start: head?.start });
  return endLine(reader, tokens.isCut);
};

/** A definition with all its lines, or a ~SEQ or ~LST line; nothing in it is cut into words. */
const readWholeLine = (reader: Reader, head: LineHead): number => {
  const { bytes, sectionStart } = reader;
  const isDefinition = head.kind === "definition";
  const { end, lines } = isDefinition
    ? endOfDefinition(bytes, head)
    : { end: contentEnd(bytes, head), lines: 0 };
  const range = {
    start: head.start - sectionStart,
    end: end - sectionStart,
    line: reader.line,
    condition: head.condition,
  };
  nodesOf(reader).push(
    isDefinition ? { kind: "definition", ...range, name: head.name } : { kind: "sequence", ...range },
  );
  if (isDefinition) reader.definitions.add(head.name);
  if (!isDefinition) reader.last = undefined;
  reader.line += lines;
  return readRest(reader, end);
};

const contentEnd = (bytes: Uint8Array, head: LineHead): number =>
  trimEnd(bytes, { from: head.from, end: commentFrom(bytes, { from: head.from, end: head.lineEnd }) });

/** What follows on the line after a node that took all but the comment. */
const readRest = (reader: Reader, from: number): number => {
  const start = from === 0 ? 0 : reader.bytes.lastIndexOf(10, from - 1) + 1;
  lexLine(reader.bytes, { start, from, isDefined: reader.isDefined }, reader.tokens);
  readTokens(reader, { condition: undefined, start: undefined });
  return endLine(reader, reader.tokens.isCut);
};

/** The pattern of an include is taken whole: its braces are glob(7)'s, its quotes stay. */
const readInclude = (reader: Reader, head: LineHead): number => {
  const end = contentEnd(reader.bytes, head);
  const statement = addStatement(reader, { start: head.start, end, condition: head.condition });
  const words = /^(\S+)\s+([^]*)$/u.exec(decodeUtf8(reader.bytes.subarray(head.from, end)));
  statement.words.push(words?.[1] ?? "include", words?.[2] ?? "");
  return readRest(reader, end);
};

const endLine = (reader: Reader, isCut: boolean): number => {
  const { next } = reader.tokens;
  const at = next - reader.sectionStart;
  if (isCut) addFault(reader, "line-too-long", { start: at - 1, end: at, line: reader.line });
  else if (reader.bytes[next - 1] === 10) reader.line += 1;
  return next;
};

interface NewStatement {
  readonly start: number;
  readonly end: number;
  readonly condition: Condition | undefined;
}

const addStatement = (reader: Reader, at: NewStatement): OpenStatement => {
  const { sectionStart } = reader;
  const statement: OpenStatement = {
    kind: "statement",
    start: at.start - sectionStart,
    end: at.end - sectionStart,
    line: reader.line,
    words: [],
    block: undefined,
    condition: at.condition,
  };
  nodesOf(reader).push(statement);
  reader.last = statement;
  return statement;
};

const gluedBackslash = /[ \t]+\\$/u;
const escapedMark = /\\([!#])/gu;

const wordAt = (reader: Reader, index: number): string => {
  const { tokens } = reader;
  const isQuoted = tokens.kinds[index] === tokenKinds.quotedWord;
  const start = (tokens.starts[index] ?? 0) + (isQuoted ? 1 : 0);
  const end = (tokens.ends[index] ?? 0) - (isQuoted ? 1 : 0);
  const tail = index === tokens.gluedWord ? "\\" : "";
  if (tokens.isPlain[index] === true) return reader.text.slice(start, end) + tail;
  const word = decodeUtf8(reader.bytes.subarray(start, end));
  return isQuoted ? word : word.replace(escapedMark, "$1").replace(gluedBackslash, "\\") + tail;
};

/** Makes nodes of the tokens of one line. */
const readTokens = (
  reader: Reader,
  head: { condition: Condition | undefined; start: number | undefined },
): void => {
  const { tokens } = reader;
  let current: OpenStatement | undefined;
  for (let index = 0; index < tokens.count; index += 1) {
    const start = tokens.starts[index] ?? 0;
    const end = tokens.ends[index] ?? 0;
    switch (tokens.kinds[index] ?? tokenKinds.word) {
      case tokenKinds.word:
      case tokenKinds.quotedWord:
        current ??= addStatement(reader, {
          start: (index === 0 ? head.start : undefined) ?? start,
          end,
          condition: index === 0 ? head.condition : undefined,
        });
        current.words.push(wordAt(reader, index));
        current.end = end - reader.sectionStart;
        break;
      case tokenKinds.unterminated:
        current ??= addStatement(reader, { start, end, condition: undefined });
        current.end = end - reader.sectionStart;
        addFault(reader, "unterminated-quote", {
          start: start - reader.sectionStart,
          end: current.end,
          line: reader.line,
        });
        break;
      case tokenKinds.open:
        openBlock(reader, start);
        current = undefined;
        break;
      case tokenKinds.close:
        closeBlock(reader, start);
        current = undefined;
        break;
      case tokenKinds.unread:
        addFault(reader, "nul-byte", {
          start: start - reader.sectionStart,
          end: start + 1 - reader.sectionStart,
          line: reader.line,
        });
        addComment(reader, { start, end });
        break;
      case tokenKinds.comment:
        addComment(reader, { start, end });
        break;
    }
  }
};

const addComment = (reader: Reader, range: { start: number; end: number }): void => {
  const { sectionStart, line } = reader;
  nodesOf(reader).push({
    kind: "comment",
    start: range.start - sectionStart,
    end: range.end - sectionStart,
    line,
  });
};

const addStray = (reader: Reader, offset: number, code: FaultCode): void => {
  const start = offset - reader.sectionStart;
  const { line } = reader;
  nodesOf(reader).push({ kind: "stray-brace", start, end: start + 1, line });
  addFault(reader, code, { start, end: start + 1, line });
  reader.last = undefined;
};

const openBlock = (reader: Reader, offset: number): void => {
  if (reader.stack.length >= maxDepth) {
    reader.overflow += 1;
    return addStray(reader, offset, "too-deep");
  }
  const open = offset - reader.sectionStart;
  const { line } = reader;
  let owner = reader.last;
  if (owner === undefined || owner.block !== undefined) {
    owner = addStatement(reader, { start: offset, end: offset, condition: undefined });
    addFault(reader, "brace-without-keyword", { start: open, end: open + 1, line });
  }
  const siblings = nodesOf(reader);
  const leading = siblings.splice(siblings.lastIndexOf(owner) + 1);
  const block: OpenBlock = { open, openLine: line, leading, close: undefined, closeLine: line, nodes: [] };
  owner.block = block;
  reader.stack.push(owner);
  reader.last = undefined;
};

const closeBlock = (reader: Reader, offset: number): void => {
  if (reader.overflow > 0) {
    reader.overflow -= 1;
    return addStray(reader, offset, "too-deep");
  }
  const owner = reader.stack.pop();
  if (owner?.block === undefined) return addStray(reader, offset, "stray-closing-brace");
  owner.block.close = offset - reader.sectionStart;
  owner.block.closeLine = reader.line;
  reader.last = owner;
};

interface SectionRun {
  readonly start: number;
  readonly line: number;
  /** Whether what starts at an offset was read before: there the run ends. */
  readonly isKnown?: (offset: number) => boolean;
}

/** Reads sections up to the end of the text, or to where `isKnown` says yes. */
export const readSections = (reader: Reader, run: SectionRun): Section[] => {
  const sections: Section[] = [];
  let at = run.start;
  let { line } = run;
  while (at < reader.bytes.length && !(at > run.start && run.isKnown?.(at) === true)) {
    const body = readSection(reader, at);
    sections.push({ start: at, line, body });
    at += body.length;
    line += body.lineCount;
  }
  return sections;
};
