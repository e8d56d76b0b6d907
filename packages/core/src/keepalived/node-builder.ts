import type { BlockMemory, KnownBlock } from "./block-memory.ts";
import type { Block, Condition, Fault, FaultCode, Node, Statement } from "./cst.ts";
import type { IsDefined, LineTokens } from "./lexer.ts";
import type { LineWords } from "./line-words.ts";
import { RepeatedBlock } from "./repeated-block.ts";

/** keepalived's own blocks are at most six deep; deeper braces are kept as stray ones, so that no reader overflows its stack. */
export const maxDepth = 64;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type OpenBlock = Omit<Mutable<Block>, "nodes"> & { nodes: Node[] };
export type OpenStatement = Mutable<Statement>;

/** A text on its way to becoming sections. */
export interface Reader {
  readonly bytes: Uint8Array;
  readonly text: string;
  readonly tokens: LineTokens;
  readonly words: LineWords;
  readonly memory: BlockMemory;
  readonly isDefined: IsDefined;
  readonly definitions: Set<string>;
  /** A line was met that preprocessing changes. */
  hasDirectives: boolean;
  /** Of the section that is read now. */
  sectionStart: number;
  line: number;
  nodes: Node[];
  faults: Fault[];
  /** Statements whose block is open, the innermost last, and their blocks. */
  owners: OpenStatement[];
  blocks: OpenBlock[];
  /** Braces past the depth limit that are still open. */
  overflow: number;
  /** The newest statement of the innermost block: the next `{` belongs to it. */
  last: OpenStatement | undefined;
}

export const addFault = (
  reader: Reader,
  code: FaultCode,
  range: { start: number; end: number; line: number },
): void => {
  reader.faults.push({ code, start: range.start, end: range.end, line: range.line });
};

export const nodesOf = (reader: Reader): Node[] =>
  reader.blocks[reader.blocks.length - 1]?.nodes ?? reader.nodes;

const noWords: readonly string[] = [];
const noNodes: readonly Node[] = [];

interface NewStatement {
  readonly start: number;
  readonly end: number;
  readonly condition: Condition | undefined;
}

export const addStatement = (reader: Reader, at: NewStatement): OpenStatement => {
  const { sectionStart } = reader;
  const statement: OpenStatement = {
    kind: "statement",
    start: at.start - sectionStart,
    end: at.end - sectionStart,
    line: reader.line,
    words: noWords,
    block: undefined,
    condition: at.condition,
  };
  nodesOf(reader).push(statement);
  reader.last = statement;
  return statement;
};

export const addComment = (reader: Reader, range: { start: number; end: number }): void => {
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

export const openBlock = (reader: Reader, offset: number): void => {
  if (reader.blocks.length >= maxDepth) {
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
  const isLast = siblings[siblings.length - 1] === owner;
  const leading = isLast ? noNodes : siblings.splice(siblings.lastIndexOf(owner) + 1);
  const block: OpenBlock = { open, openLine: line, leading, close: undefined, closeLine: line, nodes: [] };
  owner.block = block;
  reader.owners.push(owner);
  reader.blocks.push(block);
  reader.last = undefined;
};

export const closeBlock = (reader: Reader, offset: number): void => {
  if (reader.overflow > 0) {
    reader.overflow -= 1;
    return addStray(reader, offset, "too-deep");
  }
  const block = reader.blocks.pop();
  if (block === undefined) return addStray(reader, offset, "stray-closing-brace");
  block.nodes = block.nodes.slice();
  block.close = offset - reader.sectionStart;
  block.closeLine = reader.line;
  reader.last = reader.owners.pop();
};

/** Closes the innermost block as one that repeats a known block from `at` on, and returns where the line after it starts. */
export const repeatBlock = (reader: Reader, at: number, known: KnownBlock): number => {
  const owner = reader.owners.pop();
  const block = reader.blocks.pop();
  if (owner === undefined || block === undefined) return at;
  const distance = { bytes: at - reader.sectionStart - known.start, lines: reader.line - known.line };
  owner.block = new RepeatedBlock(known.block, distance, block);
  reader.last = owner;
  reader.line += known.lineCount;
  return at + known.text.length;
};
