import { decodeBytewise } from "./encoding.ts";
import { maxLineLength } from "./lexer.ts";

/** One line on its way. */
export interface Line {
  /** From the first byte that is not blank or condition. */
  readonly text: string;
  readonly path: string;
  readonly number: number;
  /** Bytes before the text in the original line. */
  readonly shift: number;
  readonly exactLength: number;
  readonly isGenerated: boolean;
  readonly depth: number;
}

/** The line without its first bytes. */
export const startingAt = (line: Line, from: number): Line => ({
  ...line,
  text: line.text.slice(from),
  shift: line.shift + from,
  exactLength: Math.max(line.exactLength - from, 0),
});

/** A text that a line makes: it stands where the line does. */
export const generated = (line: Line, text: string): Line => ({
  ...line,
  text,
  exactLength: 0,
  isGenerated: true,
  depth: line.depth + 1,
});

/** Gives the next line: of a file, or of a definition of several lines. A definition takes its further lines from it. */
export type LineSource = () => Line | undefined;

/** The lines of a file as keepalived's buffer cuts them; `onCut` hears of the first cut of a line. */
export const linesOf = (
  file: { path: string; bytes: Uint8Array; depth: number },
  onCut: (line: Line) => void,
): LineSource => {
  const text = decodeBytewise(file.bytes);
  const { path, depth } = file;
  let at = 0;
  let number = 1;
  let shift = 0;
  return () => {
    if (at >= text.length) return undefined;
    const lineEnd = text.indexOf("\n", at);
    const end = Math.min(lineEnd < 0 ? text.length : lineEnd, at + maxLineLength);
    const piece = text.slice(at, end);
    const line: Line = {
      text: piece,
      path,
      number,
      shift,
      exactLength: piece.length,
      isGenerated: false,
      depth,
    };
    if (end === lineEnd || end === text.length) {
      at = end + 1;
      number += 1;
      shift = 0;
    } else {
      if (shift === 0) onCut(line);
      at = end;
      shift += piece.length;
    }
    return line;
  };
};
