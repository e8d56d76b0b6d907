import type { Block, Node, SectionBody, Statement } from "./cst.ts";
import { keywordsIn } from "./keywords.ts";
import type { BlockName, Keyword } from "./keywords/keyword.ts";
import type { Entry, Inside, Item, ReadOptions, Reading, Spot } from "./reading.ts";
import { refusesHeader } from "./refused-header.ts";
import { RepeatedBlock } from "./repeated-block.ts";
import { listReadBefore, spotOf } from "./token-reader.ts";

/** A line of a section that was read alone: nearly all lines, so their spots are made when somebody asks. */
class SectionEntry implements Entry {
  readonly keyword: Keyword;
  readonly inside: Inside | undefined;
  readonly items: readonly Item[] | undefined;
  private readonly statement: Statement;

  constructor(statement: Statement, keyword: Keyword, content: { inside?: Inside; items?: readonly Item[] }) {
    this.keyword = keyword;
    this.statement = statement;
    this.inside = content.inside;
    this.items = content.items;
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

/** What a repeated block holds, read when somebody asks: all that asks for no places looks at `like`. */
class RepeatedInside implements Inside {
  readonly like: Inside;
  private readonly block: RepeatedBlock;
  private readonly table: Table;
  private read: readonly Entry[] | undefined;

  constructor(block: RepeatedBlock, { like, table }: ReadBefore) {
    this.like = like;
    this.block = block;
    this.table = table;
  }

  get entries(): readonly Entry[] {
    this.read ??= readNodes(this.block.nodes, this.table) ?? [];
    return this.read;
  }

  get end(): Spot | undefined {
    return endOfBlock(this.block);
  }
}

const endOfBlock = ({ close, closeLine }: Block): Spot | undefined =>
  close === undefined ? undefined : { section: 0, start: close, end: close + 1, line: closeLine };

/** By what the lines of a block are read. */
interface Table {
  readonly block: BlockName;
  readonly options: ReadOptions;
}

/** The same as reading tokens, straight from the nodes; undefined as soon as anything is out of order. */
export const readSound = (body: SectionBody, options: ReadOptions): Reading | undefined => {
  const entries = readNodes(body.nodes, { block: "root", options });
  return entries === undefined ? undefined : { entries, faults: [], isSound: true };
};

const readNodes = (nodes: readonly Node[], { block, options }: Table): Entry[] | undefined => {
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

const noContent = {};

const readEntry = (statement: Statement, keyword: Keyword, options: ReadOptions): Entry | undefined => {
  const { block, words } = statement;
  const { opens } = keyword;
  const takesBlock = opens !== undefined || keyword.list !== undefined;
  if (block === undefined) return takesBlock ? undefined : new SectionEntry(statement, keyword, noContent);
  if (!takesBlock || block.close === undefined) return undefined;
  if (opens === undefined) {
    const items = readItems(block);
    return items === undefined ? undefined : new SectionEntry(statement, keyword, { items });
  }
  if (refusesHeader(keyword, words)) return undefined;
  const inside = readInside(block, { block: opens, options });
  return inside === undefined ? undefined : new SectionEntry(statement, keyword, { inside });
};

const readInside = (block: Block, table: Table): Inside | undefined => {
  if (block instanceof RepeatedBlock) {
    const before = readBefore(block.like, table);
    return before === undefined ? undefined : new RepeatedInside(block, before);
  }
  const entries = readNodes(block.nodes, table);
  return entries === undefined ? undefined : new SectionInside(entries, block);
};

/** What was read of a block that others repeat, and by which table. */
interface ReadBefore {
  readonly like: Inside;
  readonly table: Table;
}

const remembered = new WeakMap<Block, ReadBefore>();

const readBefore = (block: Block, table: Table): ReadBefore | undefined => {
  const known = remembered.get(block);
  if (
    known?.table.block === table.block &&
    known.table.options.hasNewerBlocks === table.options.hasNewerBlocks
  )
    return known;
  const like = readInside(block, table);
  if (like === undefined) return undefined;
  const before = { like, table };
  remembered.set(block, before);
  return before;
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
