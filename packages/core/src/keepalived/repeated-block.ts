import type { Block, Node } from "./cst.ts";

interface Distance {
  readonly bytes: number;
  readonly lines: number;
}

/** Where a block stands by its own first line; the rest follows from the block it repeats. */
type Opening = Pick<Block, "open" | "openLine" | "leading">;

/**
 * A block that says, character by character, what an earlier one of the text says: its nodes are those of the other, further
 * on. They are made when somebody asks, since large files repeat few blocks thousands of times.
 */
export class RepeatedBlock implements Block {
  readonly open: number;
  readonly openLine: number;
  readonly leading: readonly Node[];
  /** The earlier block, which is none of these. What was found out about it holds here, but for places. */
  readonly like: Block;
  /** From `like` to here, each counted from the start of its section. */
  private readonly distance: Distance;
  private made: readonly Node[] | undefined;

  constructor(like: Block, distance: Distance, opening: Opening) {
    this.open = opening.open;
    this.openLine = opening.openLine;
    this.leading = opening.leading;
    this.like = like;
    this.distance = distance;
  }

  get close(): number | undefined {
    const { close } = this.like;
    return close === undefined ? undefined : close + this.distance.bytes;
  }

  get closeLine(): number {
    return this.like.closeLine + this.distance.lines;
  }

  get nodes(): readonly Node[] {
    this.made ??= this.like.nodes.map((node) => moved(node, this.distance));
    return this.made;
  }

  /** The same block a distance further on. */
  movedBy({ bytes, lines }: Distance): RepeatedBlock {
    const distance = { bytes: this.distance.bytes + bytes, lines: this.distance.lines + lines };
    return new RepeatedBlock(this.like, distance, openingAt(this, { bytes, lines }));
  }
}

const moved = (node: Node, by: Distance): Node => {
  const range = { start: node.start + by.bytes, end: node.end + by.bytes, line: node.line + by.lines };
  return node.kind === "statement" && node.block !== undefined
    ? { ...node, ...range, block: movedBlock(node.block, by) }
    : { ...node, ...range };
};

const movedBlock = (block: Block, by: Distance): RepeatedBlock =>
  block instanceof RepeatedBlock ? block.movedBy(by) : new RepeatedBlock(block, by, openingAt(block, by));

const openingAt = ({ open, openLine, leading }: Block, by: Distance): Opening => ({
  open: open + by.bytes,
  openLine: openLine + by.lines,
  leading: leading.map((node) => moved(node, by)),
});
