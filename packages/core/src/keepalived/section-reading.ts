import type { Block, Node, SectionBody, Statement } from "./cst.ts";
import { keywordsIn } from "./keywords.ts";
import type { BlockName, Keyword } from "./keywords/keyword.ts";
import type { Entry, Inside, Item, ReadOptions, Reading, Spot } from "./reading.ts";
import { refusesHeader } from "./refused-header.ts";
import { listReadBefore, spotOf } from "./token-reader.ts";

/** A line of a section that was read alone: nearly all lines, so their spots are made when somebody asks. */
class SectionEntry implements Entry {
  readonly keyword: Keyword;
  readonly inside: SectionInside | undefined;
  readonly items: readonly Item[] | undefined;
  private readonly statement: Statement;

  constructor(keyword: Keyword, statement: Statement, content: SectionInside | readonly Item[] | undefined) {
    const isInside = content instanceof SectionInside;
    this.keyword = keyword;
    this.statement = statement;
    this.inside = isInside ? content : undefined;
    this.items = isInside ? undefined : content;
  }

  get words(): readonly string[] {
    return this.statement.words;
  }

  get spot(): Spot {
    return spotOf(this.statement, 0);
  }

  get listEnd(): Spot | undefined {
    const { block } = this.statement;
    return this.items === undefined || block === undefined ? undefined : endOfBlock(block);
  }
}

class SectionInside implements Inside {
  readonly entries: readonly Entry[];
  private readonly block: Block;

  constructor(entries: readonly Entry[], block: Block) {
    this.entries = entries;
    this.block = block;
  }

  get end(): Spot | undefined {
    return endOfBlock(this.block);
  }
}

const endOfBlock = ({ close, closeLine }: Block): Spot | undefined =>
  close === undefined ? undefined : { section: 0, start: close, end: close + 1, line: closeLine };

/** The same as reading tokens, straight from the nodes; undefined as soon as anything is out of order. */
export const readSound = (body: SectionBody, options: ReadOptions): Reading | undefined => {
  const entries = readNodes(body.nodes, "root", options);
  return entries === undefined ? undefined : { entries, faults: [], isSound: true };
};

const readNodes = (nodes: readonly Node[], block: BlockName, options: ReadOptions): Entry[] | undefined => {
  const table = keywordsIn(block);
  const entries: Entry[] = [];
  for (const node of nodes) {
    if (node.kind === "stray-brace") return undefined;
    if (node.kind !== "statement") continue;
    const keyword = table.get(node.words[0] ?? "");
    if (keyword === undefined || (isNewBlock(keyword) && !options.hasNewerBlocks)) return undefined;
    if (listReadBefore(entries, keyword.name) !== undefined) return undefined;
    const entry = readEntry(node, keyword, options);
    if (entry === undefined) return undefined;
    entries.push(entry);
  }
  return entries.slice();
};

const isNewBlock = ({ since, opens }: Keyword): boolean => since !== undefined && opens !== undefined;

const readEntry = (statement: Statement, keyword: Keyword, options: ReadOptions): Entry | undefined => {
  const { block, words } = statement;
  const { opens } = keyword;
  const takesBlock = opens !== undefined || keyword.list !== undefined;
  if (block === undefined) return takesBlock ? undefined : new SectionEntry(keyword, statement, undefined);
  if (!takesBlock || block.close === undefined) return undefined;
  if (opens === undefined) {
    const items = readItems(block);
    return items === undefined ? undefined : new SectionEntry(keyword, statement, items);
  }
  if (refusesHeader(keyword, words)) return undefined;
  const entries = readNodes(block.nodes, opens, options);
  return entries === undefined
    ? undefined
    : new SectionEntry(keyword, statement, new SectionInside(entries, block));
};

const readItems = (block: Block): readonly Item[] | undefined => {
  const items: Item[] = [];
  for (const node of block.nodes) {
    if (node.kind === "stray-brace") return undefined;
    if (node.kind !== "statement") continue;
    if (node.block !== undefined || node.words.length === 0) return undefined;
    items.push({ words: node.words, spot: spotOf(node, 0) });
  }
  return items;
};
