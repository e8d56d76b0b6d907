import { BlockMemory } from "./block-memory.ts";
import { commentFrom } from "./comment-start.ts";
import type { Condition, Section, SectionBody } from "./cst.ts";
import { decodeBytewise, decodeUtf8 } from "./encoding.ts";
import { emptyTokens, lexLine, tokenKinds } from "./lexer.ts";
import type { IsDefined, LineTokens } from "./lexer.ts";
import { endOfDefinition, readLineHead, trimEnd } from "./line-head.ts";
import type { LineHead } from "./line-head.ts";
import { LineWords } from "./line-words.ts";
import {
  addComment,
  addFault,
  addStatement,
  closeBlock,
  nodesOf,
  openBlock,
  repeatBlock,
} from "./node-builder.ts";
import type { OpenStatement, Reader } from "./node-builder.ts";

const builtInDefinitions = ["_PWD", "_INSTANCE", "_RANDOM", "_HASH", "_BANG"];

export interface ReaderOptions {
  /** Names that `${NAME}` may use besides those the text defines before the place. */
  readonly isDefined?: IsDefined;
}

export const newReader = (bytes: Uint8Array, options: ReaderOptions): Reader => {
  const definitions = new Set(builtInDefinitions);
  const given = options.isDefined;
  const text = decodeBytewise(bytes);
  const tokens = emptyTokens();
  return {
    bytes,
    text,
    tokens,
    words: new LineWords(bytes, text, tokens),
    memory: new BlockMemory(text),
    definitions,
    isDefined:
      given === undefined ? (name) => definitions.has(name) : (name) => definitions.has(name) || given(name),
    hasDirectives: false,
    sectionStart: 0,
    line: 0,
    nodes: [],
    faults: [],
    owners: [],
    blocks: [],
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
  reader.owners = [];
  reader.blocks = [];
  reader.overflow = 0;
  reader.last = undefined;
  let at = start;
  while (at < bytes.length) {
    at = passRepeated(reader, readLine(reader, at));
    if (isSectionDone(reader)) break;
  }
  for (const block of reader.blocks) {
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
  reader.blocks.length === 0 && reader.overflow === 0 && reader.last?.block !== undefined;

/**
 * Where reading goes on after a line that ended before `at`: past a block that was opened by its last token, if one of that
 * text stands before.
 */
const passRepeated = (reader: Reader, at: number): number => {
  const { tokens, memory, blocks } = reader;
  const last = tokens.count - 1;
  if (last < 0 || reader.bytes[at - 1] !== 10) return at;
  const kind = tokens.kinds[last];
  if (kind !== tokenKinds.open && kind !== tokenKinds.close) return at;
  const brace = (tokens.starts[last] ?? 0) - reader.sectionStart;
  const faultCount = reader.faults.length;
  if (kind === tokenKinds.close) {
    const closed = reader.last?.block;
    if (closed?.close === brace)
      memory.closed(closed, at, { depth: blocks.length + 1, line: reader.line, faultCount });
    return at;
  }
  const block = blocks[blocks.length - 1];
  if (block?.open !== brace) return at;
  const known = memory.find(at, blocks.length);
  if (known !== undefined) return repeatBlock(reader, at, known);
  const start = at - reader.sectionStart;
  memory.opened({ block, at, start, line: reader.line, depth: blocks.length, faultCount });
  return at;
};

/** Reads one line and returns where the next starts. */
const readLine = (reader: Reader, start: number): number => {
  const { bytes, tokens } = reader;
  const head = readLineHead(bytes, start);
  if (head !== undefined) reader.hasDirectives = true;
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
  statement.words = [words?.[1] ?? "include", words?.[2] ?? ""];
  return readRest(reader, end);
};

const endLine = (reader: Reader, isCut: boolean): number => {
  const { next } = reader.tokens;
  const at = next - reader.sectionStart;
  if (isCut) addFault(reader, "line-too-long", { start: at - 1, end: at, line: reader.line });
  else if (reader.bytes[next - 1] === 10) reader.line += 1;
  return next;
};

/** The token after the last of the words that begin with this one. */
const endOfWords = (tokens: LineTokens, first: number): number => {
  let end = first + 1;
  while (end < tokens.count && (tokens.kinds[end] ?? tokenKinds.open) <= tokenKinds.quotedWord) end += 1;
  return end;
};

const addWords = (reader: Reader, statement: OpenStatement, tokens: { first: number; end: number }): void => {
  const words = reader.words.take(tokens.first, tokens.end);
  statement.words = statement.words.length === 0 ? words : [...statement.words, ...words];
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
        addWords(reader, current, { first: index, end: endOfWords(tokens, index) });
        index = endOfWords(tokens, index) - 1;
        current.end = (tokens.ends[index] ?? end) - reader.sectionStart;
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
