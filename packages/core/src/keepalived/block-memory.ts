import type { Block } from "./cst.ts";

/** Of each block that is learnt; a large file that repeats itself does so with few of them. */
const maxBlocks = 1024;
/** After so many blocks in a row that repeat none, a text is not looked at for more: it would cost and bring nothing. */
const maxMisses = 1024;
/** A block of more characters is read on its own: those that repeat are much shorter. */
const maxLength = 4096;

/** A block whose content begins with a line of its own. Offset and line from the start of its section. */
interface Opening {
  readonly block: Block;
  /** Absolute offset of the first line after `{`. */
  readonly at: number;
  readonly start: number;
  readonly line: number;
  /** How many blocks are open, this one too. */
  readonly depth: number;
  /** How many faults the section had. */
  readonly faultCount: number;
}

export interface KnownBlock extends Opening {
  /** From the first line after `{` up to the end of the line with its `}`. */
  readonly text: string;
  readonly lineCount: number;
}

/**
 * The blocks of a text by what they say. A block whose lines were all read as they stand says the same wherever they stand
 * again, as deep: unless a `$` is in it, which depends on what was defined before, or a `'`, for the sake of which commands
 * are looked at once more in their place.
 */
export class BlockMemory {
  private readonly text: string;
  private readonly known = new Map<string, KnownBlock>();
  /** Of each depth, the one that was met last: mostly it is met again. */
  private readonly newest: KnownBlock[] = [];
  private misses = 0;
  private readonly openings: Opening[] = [];

  constructor(text: string) {
    this.text = text;
  }

  /** The block whose text stands here again, at the start of a line and as deep. */
  find(at: number, depth: number): KnownBlock | undefined {
    if (this.misses >= maxMisses) return undefined;
    const newest = this.newest[depth];
    const isNewest = newest !== undefined && this.standsAt(newest, at);
    const known = isNewest ? newest : this.known.get(this.keyAt(at));
    if (known?.depth !== depth || !(isNewest || this.standsAt(known, at))) {
      this.misses += 1;
      return undefined;
    }
    this.misses = 0;
    this.newest[depth] = known;
    return known;
  }

  /** By one comparison of two strings: `startsWith` goes by characters. */
  private standsAt({ text }: KnownBlock, at: number): boolean {
    return this.text.slice(at, at + text.length) === text;
  }

  opened(opening: Opening): void {
    if (this.known.size < maxBlocks && this.misses < maxMisses) this.openings[opening.depth] = opening;
  }

  /** A block was closed by the last thing on a line; `at`: where the next line starts. */
  closed(block: Block, at: number, now: { depth: number; line: number; faultCount: number }): void {
    const opening = this.openings[now.depth];
    if (opening?.block !== block || opening.faultCount !== now.faultCount) return;
    if (at - opening.at > maxLength) return;
    const text = this.text.slice(opening.at, at);
    if (/[$']/u.test(text)) return;
    this.known.set(this.keyAt(opening.at), { ...opening, text, lineCount: now.line - opening.line });
  }

  /** What stands before the first `}`: enough to tell most blocks apart. */
  private keyAt(at: number): string {
    return this.text.slice(at, Math.min(this.text.indexOf("}", at) + 1, at + maxLength));
  }
}
