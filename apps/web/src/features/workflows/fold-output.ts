import type { OutputLine } from "@lvs/core/workflow/run";

export interface FoldedLine {
  readonly key: string;
  /** The last of the equal ones. */
  line: OutputLine;
  times: number;
}

/** A try and its failure, or a try, its answer and its failure. */
const longestPattern = 3;

/** What one machine says again and again (one line, or a few in turn) stands once, with how often and when last. */
export const foldOutput = (lines: readonly OutputLine[]): FoldedLine[] => {
  const folded: FoldedLine[] = [];
  let index = 0;
  while (index < lines.length) {
    const repeated = repeatedLength(folded, lines.slice(index, index + longestPattern));
    const taken = lines.slice(index, index + Math.max(1, repeated));
    const tail = repeated === 0 ? [] : folded.slice(-repeated);
    for (const [at, line] of taken.entries()) {
      const before = tail[at];
      if (before === undefined) folded.push({ key: `${folded.length} ${line.text}`, line, times: 1 });
      else {
        before.line = line;
        before.times += 1;
      }
    }
    index += taken.length;
  }
  return folded;
};

/** How many of the next lines are the last folded ones over again; 0 for none. */
const repeatedLength = (folded: readonly FoldedLine[], next: readonly OutputLine[]): number => {
  for (let length = 1; length <= Math.min(next.length, folded.length); length += 1) {
    const tail = folded.slice(-length);
    const isSame = tail.every((each, at) => {
      const line = next[at];
      return line !== undefined && each.line.text === line.text && each.line.where === line.where;
    });
    if (isSame) return length;
  }
  return 0;
};
