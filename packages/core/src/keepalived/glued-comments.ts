import { statementsOf } from "./cst.ts";
import type { ConfigTree } from "./cst.ts";
import type { Spot } from "./reading.ts";

/** A comment that begins inside a word: `auth_pass pass#1` is `auth_pass pass`. */
export interface GluedComment {
  /** From the word's line up to the end of the comment. */
  readonly spot: Spot;
  /** The keyword, and what is left of the last word. */
  readonly words: readonly string[];
}

const canPrecede = (character: string): boolean => !/[\s{}"#!\\]/u.test(character);

/** Absolute offsets of `#` and `!` behind anything but a blank, a brace or a quote. */
const candidatesIn = (text: string): readonly number[] => {
  const offsets: number[] = [];
  for (const mark of ["#", "!"]) {
    for (let at = text.indexOf(mark, 1); at >= 0; at = text.indexOf(mark, at + 1))
      if (canPrecede(text.charAt(at - 1))) offsets.push(at);
  }
  return offsets.toSorted((a, b) => a - b);
};

/** The comments of a text that cut a word, in their order. Costs a look for the two marks where there are none. */
export const gluedCommentsOf = ({ text, sections }: ConfigTree): readonly GluedComment[] =>
  candidatesIn(text).flatMap((offset) => {
    const index = sections.findLastIndex(({ start }) => start < offset);
    const section = sections[index];
    if (section === undefined) return [];
    const end = offset - section.start;
    for (const { words, start, end: wordEnd, line } of statementsOf(section.body.nodes)) {
      if (wordEnd === end) return [{ spot: { section: index, start, end: end + 1, line }, words }];
      if (start > end) break;
    }
    return [];
  });
