import type { Block, Node, SectionBody, Statement } from "./cst.ts";
import { keywordsIn } from "./keywords.ts";
import type { BlockName, Keyword } from "./keywords/keyword.ts";
import type { Entry, Inside, Item, ReadOptions, Reading, Spot } from "./reading.ts";
import { refusesHeader } from "./refused-header.ts";
import { listReadBefore, spotOf } from "./token-reader.ts";

/** A line of a section that was read alone: nearly all lines, so their spots are made when somebody asks. */
class SectionEntry implements Entry {
  readonly keyword: Keyword;
  readonly inside: Inside | undefined;
  readonly items: readonly Item[] | undefined;
  readonly listEnd: Spot | undefined;
  private readonly statement: Statement;

  constructor(keyword: Keyword, statement: Statement, content: EntryContent) {
    this.keyword = keyword;
    this.statement = statement;
    this.inside = content.inside;
    this.items = content.items;
    this.listEnd = content.listEnd;
  }

  get words(): readonly string[] {
    return this.statement.words;
  }

  get spot(): Spot {
    return spotOf(this.statement, 0);
  }
}

interface EntryContent {
  readonly inside: Inside | undefined;
  readonly items: readonly Item[] | undefined;
  readonly listEnd: Spot | undefined;
}

const nothingInside: EntryContent = { inside: undefined, items: undefined, listEnd: undefined };

/** The same as reading tokens, straight from the nodes; undefined as soon as anything is out of order. */
export const readSound = (body: SectionBody, options: ReadOptions): Reading | undefined => {
  const entries = readNodes(body.nodes, "root", options);
  return entries === undefined ? undefined : { entries, faults: [], isSound: true };
};

const readNodes = (nodes: readonly Node[], block: BlockName, options: ReadOptions): Entry[] | undefined => {
  const entries: Entry[] = [];
  const table = keywordsIn(block);
  for (const node of nodes) {
    if (node.kind === "stray-brace") return undefined;
    if (node.kind !== "statement") continue;
    const keyword = table.get(node.words[0] ?? "");
    if (
      keyword === undefined ||
      (keyword.since !== undefined && keyword.opens !== undefined && !options.hasNewerBlocks)
    ) {
      return undefined;
    }
    if (listReadBefore(entries, keyword.name) !== undefined) return undefined;
    const content = readContent(node, keyword, options);
    if (content === undefined) return undefined;
    entries.push(new SectionEntry(keyword, node, content));
  }
  return entries;
};

const readContent = (
  statement: Statement,
  keyword: Keyword,
  options: ReadOptions,
): EntryContent | undefined => {
  const { block, words } = statement;
  const takesBlock = keyword.opens !== undefined || keyword.list !== undefined;
  if (block === undefined) return takesBlock ? undefined : nothingInside;
  if (!takesBlock || block.close === undefined) return undefined;
  const end: Spot = { section: 0, start: block.close, end: block.close + 1, line: block.closeLine };
  if (keyword.opens === undefined) return readItems(block, end);
  if (refusesHeader(keyword, words)) return undefined;
  const entries = readNodes(block.nodes, keyword.opens, options);
  return entries === undefined
    ? undefined
    : { inside: { entries, end }, items: undefined, listEnd: undefined };
};

const readItems = (block: Block, listEnd: Spot): EntryContent | undefined => {
  const items: Item[] = [];
  for (const node of block.nodes) {
    if (node.kind === "stray-brace") return undefined;
    if (node.kind !== "statement") continue;
    if (node.block !== undefined || node.words.length === 0) return undefined;
    items.push({ words: node.words, spot: spotOf(node, 0) });
  }
  return { inside: undefined, items, listEnd };
};
