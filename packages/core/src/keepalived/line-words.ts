import { decodeUtf8 } from "./encoding.ts";
import { tokenKinds } from "./lexer.ts";
import type { LineTokens } from "./lexer.ts";

/** A power of two. Apart from its addresses a large file says a few hundred different things. */
const slotCount = 1024;
const dollar = 0x24;

const gluedBackslash = /[ \t]+\\$/u;
const escapedMark = /\\([!#])/gu;

/**
 * The words of the tokens of a line. Lines of the same characters share them, since most lines of a large file say what
 * another said: that is a third of what a tree would hold.
 */
export class LineWords {
  private readonly bytes: Uint8Array;
  private readonly text: string;
  private readonly tokens: LineTokens;
  private readonly knownTexts: string[] = Array.from({ length: slotCount }, () => "");
  private readonly knownWords: (readonly string[])[] = Array.from({ length: slotCount }, () => []);

  /** `text` is `bytes`, decoded bytewise; `tokens` those of the line that is read. */
  constructor(bytes: Uint8Array, text: string, tokens: LineTokens) {
    this.bytes = bytes;
    this.text = text;
    this.tokens = tokens;
  }

  /** The words of the tokens from `first` up to `end`, all of them words. */
  take(first: number, end: number): readonly string[] {
    for (let index = first; index < end; index += 1) {
      if (this.tokens.isPlain[index] !== true || index === this.tokens.gluedWord)
        return this.read(first, end);
    }
    return this.share(first, end);
  }

  private share(first: number, end: number): readonly string[] {
    const { text, tokens } = this;
    const start = tokens.starts[first] ?? 0;
    const stop = tokens.ends[end - 1] ?? start;
    let hash = 0;
    for (let at = start; at < stop; at += 1) {
      const code = text.charCodeAt(at);
      // Where a word with a reference ends depends on what is defined.
      if (code === dollar) return this.read(first, end);
      hash = (Math.imul(hash, 31) + code) | 0;
    }
    const slot = (hash ^ (hash >>> 10)) & (slotCount - 1);
    const known = this.knownTexts[slot] ?? "";
    if (known.length === stop - start && text.slice(start, stop) === known)
      return this.knownWords[slot] ?? [];
    const words = this.read(first, end);
    this.knownTexts[slot] = text.slice(start, stop);
    this.knownWords[slot] = words;
    return words;
  }

  /** Written out for the usual numbers: an array that grows keeps room for sixteen words more. */
  private read(first: number, end: number): readonly string[] {
    switch (end - first) {
      case 1:
        return [this.wordAt(first)];
      case 2:
        return [this.wordAt(first), this.wordAt(first + 1)];
      case 3:
        return [this.wordAt(first), this.wordAt(first + 1), this.wordAt(first + 2)];
      default:
        return Array.from({ length: end - first }, (_, index) => this.wordAt(first + index));
    }
  }

  private wordAt(index: number): string {
    const { tokens } = this;
    const isQuoted = tokens.kinds[index] === tokenKinds.quotedWord;
    const start = (tokens.starts[index] ?? 0) + (isQuoted ? 1 : 0);
    const end = (tokens.ends[index] ?? 0) - (isQuoted ? 1 : 0);
    const tail = index === tokens.gluedWord ? "\\" : "";
    if (tokens.isPlain[index] === true) return this.text.slice(start, end) + tail;
    const word = decodeUtf8(this.bytes.subarray(start, end));
    return isQuoted ? word : word.replace(escapedMark, "$1").replace(gluedBackslash, "\\") + tail;
  }
}
