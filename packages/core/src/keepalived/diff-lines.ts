import { structuredPatch } from "diff";
import type { DiffLine } from "../director/commands.ts";

/**
 * A line diff of two texts with `context` unchanged lines around each change (default: all of them). Line numbers are 1-based: in
 * the old text for `same` and `removed`, in the new one for `added`. Empty where the texts are equal.
 */
export function diffLines(before: string, after: string, options: { context?: number } = {}): DiffLine[] {
  const patch = structuredPatch("", "", before, after, "", "", { context: options.context ?? Infinity });
  return patch.hunks.flatMap((hunk) => {
    let oldLine = hunk.oldStart;
    let newLine = hunk.newStart;
    return hunk.lines.flatMap((line): DiffLine[] => {
      const text = line.slice(1);
      switch (line.charAt(0)) {
        case "+":
          newLine += 1;
          return [{ kind: "added", line: newLine - 1, text }];
        case "-":
          oldLine += 1;
          return [{ kind: "removed", line: oldLine - 1, text }];
        case " ":
          oldLine += 1;
          newLine += 1;
          return [{ kind: "same", line: oldLine - 1, text }];
        // "\ No newline at end of file": says nothing of a line.
        default:
          return [];
      }
    });
  });
}
