import type { Block, Node, SectionBody, Statement } from "./cst.ts";
import { findKeyword } from "./keywords.ts";
import type { BlockName, Keyword } from "./keywords/keyword.ts";
import type {
  Entry,
  Inside,
  Item,
  ReadOptions,
  Reading,
  ReadingFault,
  ReadingFaultCode,
  Spot,
} from "./reading.ts";
import { refusesHeader } from "./refused-header.ts";

export type Token =
  | { readonly kind: "words"; readonly statement: Statement; readonly section: number }
  | { readonly kind: "open" | "close"; readonly spot: Spot };

/** keepalived reads the file once in each of four processes, which pass over the blocks of the others. */
export type Process = "every" | "parent" | "checker" | "vrrp" | "bfd";

const checkerBlocks = new Set(["SSL", "virtual_server_group", "virtual_server"]);
const sharedBlocks = new Set(["bfd_instance", "track_file", "vrrp_track_file"]);
const parentKeywords = new Set([
  "net_namespace",
  "net_namespace_ipvs",
  "namespace_with_ipsets",
  "instance",
  "use_pid_dir",
  "linkbeat_use_polling",
  "child_wait_time",
  "global_defs",
]);

const isActive = (process: Process, keyword: Keyword): boolean => {
  switch (process) {
    case "every":
      return true;
    case "parent":
      return parentKeywords.has(keyword.name);
    case "checker":
      return checkerBlocks.has(keyword.name) || sharedBlocks.has(keyword.name);
    case "vrrp":
      return !checkerBlocks.has(keyword.name) && !parentKeywords.has(keyword.name);
    case "bfd":
      return keyword.name === "bfd_instance";
  }
};

export const tokensOf = (bodies: readonly SectionBody[]): readonly Token[] => {
  const tokens: Token[] = [];
  for (const [section, body] of bodies.entries()) pushTokens(tokens, body.nodes, section);
  return tokens;
};

const pushTokens = (tokens: Token[], nodes: readonly Node[], section: number): void => {
  for (const node of nodes) {
    if (node.kind === "statement") {
      if (node.words.length > 0) tokens.push({ kind: "words", statement: node, section });
      if (node.block !== undefined) pushBlock(tokens, node.block, { section, line: node.line });
    } else if (node.kind === "stray-brace") {
      tokens.push({ kind: "close", spot: { section, start: node.start, end: node.end, line: node.line } });
    }
  }
};

const pushBlock = (tokens: Token[], block: Block, head: { section: number; line: number }): void => {
  const { section } = head;
  tokens.push({
    kind: "open",
    spot: { section, start: block.open, end: block.open + 1, line: block.openLine },
  });
  pushTokens(tokens, block.nodes, section);
  if (block.close === undefined) return;
  tokens.push({
    kind: "close",
    spot: { section, start: block.close, end: block.close + 1, line: block.closeLine },
  });
};

export const readTokens = (tokens: readonly Token[], process: Process, options: ReadOptions): Reading => {
  const reader = new Reader(tokens, process, options);
  const entries = reader.readTable("root", undefined).entries;
  return { entries, faults: reader.faults, isSound: reader.isSound };
};

export const spotOf = (statement: Statement, section: number): Spot => ({
  section,
  start: statement.start,
  end: statement.end,
  line: statement.line,
});

/**
 * The list of members that stands before a second one of the same group. keepalived passes over the second, and takes its
 * closing brace for the one of the group: what follows is read at the top level.
 */
export const listReadBefore = (entries: readonly Entry[], name: string | undefined): Entry | undefined =>
  name === "group"
    ? entries.find(({ keyword, items = [] }) => keyword.list === "instances" && items.length > 0)
    : undefined;

/** A file with more faults than this is not a configuration: the rest is not told. */
const maxReadingFaults = 50_000;

class Reader {
  readonly faults: ReadingFault[] = [];
  isSound = true;
  private readonly tokens: readonly Token[];
  private readonly process: Process;
  private readonly options: ReadOptions;
  private next = 0;

  constructor(tokens: readonly Token[], process: Process, options: ReadOptions) {
    this.tokens = tokens;
    this.process = process;
    this.options = options;
  }

  /** Reads lines with one table of keywords until its closing brace. `opener`: the keyword whose `{` must come first. */
  readTable(block: BlockName, opener: string | undefined): Inside {
    const entries: Entry[] = [];
    let needsBrace = opener !== undefined;
    for (let token = this.take(); token !== undefined; token = this.take()) {
      if (token.kind === "open" && needsBrace) {
        needsBrace = false;
        continue;
      }
      const spot = token.kind === "words" ? spotOf(token.statement, token.section) : token.spot;
      if (needsBrace) {
        needsBrace = false;
        this.fault("missing-open-brace", { spot, word: opener ?? "", block });
      }
      if (token.kind !== "words") {
        if (token.kind === "close" && opener !== undefined) return { entries, end: spot };
        const code = token.kind === "open" ? "unexpected-open-brace" : "unexpected-close-brace";
        this.fault(code, { spot, word: token.kind === "open" ? "{" : "}", block });
        continue;
      }
      const again = listReadBefore(entries, token.statement.words[0]);
      if (again !== undefined) {
        entries.push({
          keyword: again.keyword,
          words: token.statement.words,
          spot,
          inside: undefined,
          items: undefined,
        });
        const end = this.skipBlock();
        if (end === undefined) continue;
        this.isSound = false;
        return { entries, end };
      }
      const entry = this.readStatement(token.statement, { block, spot });
      if (entry !== undefined) entries.push(entry);
    }
    if (opener !== undefined) this.isSound = false;
    return { entries, end: undefined };
  }

  private readStatement(statement: Statement, at: { block: BlockName; spot: Spot }): Entry | undefined {
    const { words } = statement;
    const [name = ""] = words;
    const keyword = findKeyword(at.block, name);
    const isTooNew =
      keyword?.since !== undefined && keyword.opens !== undefined && !this.options.hasNewerBlocks;
    if (keyword === undefined || isTooNew) {
      this.addFault("unknown-keyword", { spot: at.spot, word: name, block: at.block });
      return undefined;
    }
    if (at.block === "root" && !isActive(this.process, keyword)) {
      this.skipBlock();
      return undefined;
    }
    if (keyword.list !== undefined) {
      return { keyword, words, spot: at.spot, inside: undefined, ...this.readList(keyword, at.block) };
    }
    if (keyword.opens === undefined)
      return { keyword, words, spot: at.spot, inside: undefined, items: undefined };
    const isPassedOver = refusesHeader(keyword, words) && this.skipBlock() !== undefined;
    const inside = isPassedOver ? undefined : this.readTable(keyword.opens, name);
    return { keyword, words, spot: at.spot, inside, items: undefined };
  }

  /** Everything up to the closing brace is an element, whatever it is. */
  private readList(
    keyword: Keyword,
    block: BlockName,
  ): { items: readonly Item[]; listEnd: Spot | undefined } {
    const items: Item[] = [];
    let isFirst = true;
    for (let token = this.take(); token !== undefined; token = this.take()) {
      if (token.kind === "close") return { items, listEnd: token.spot };
      if (token.kind === "words") {
        const spot = spotOf(token.statement, token.section);
        if (isFirst) this.fault("list-without-brace", { spot, word: keyword.name, block });
        items.push({ words: token.statement.words, spot });
      } else if (!isFirst) {
        this.isSound = false;
        items.push({ words: ["{"], spot: token.spot });
      }
      isFirst = false;
    }
    this.isSound = false;
    return { items, listEnd: undefined };
  }

  /** Passes over a block that comes next, counting braces only. Its last token; undefined where none comes. */
  private skipBlock(): Spot | undefined {
    const first = this.tokens[this.next];
    if (first?.kind !== "open") return undefined;
    let depth = 0;
    for (let token = this.take(); token !== undefined; token = this.take()) {
      if (token.kind === "open") depth += 1;
      if (token.kind === "close") depth -= 1;
      if (depth === 0 && token.kind !== "words") return token.spot;
    }
    this.isSound = false;
    return first.spot;
  }

  private take(): Token | undefined {
    const token = this.tokens[this.next];
    this.next += 1;
    return token;
  }

  private fault(code: ReadingFaultCode, fault: Omit<ReadingFault, "code">): void {
    this.isSound = false;
    this.addFault(code, fault);
  }

  private addFault(code: ReadingFaultCode, fault: Omit<ReadingFault, "code">): void {
    if (this.faults.length < maxReadingFaults) this.faults.push({ code, ...fault });
  }
}
