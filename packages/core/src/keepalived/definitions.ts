import { leadLength } from "./line-text.ts";

/** `$NAME=VALUE` and what becomes of `$NAME` and `${NAME}` in a line (lib/parser.c: replace_param). */

/** One line, or the lines of a `\` definition; then only the last thing on a line is replaced by it. */
export interface DefinedValue {
  readonly lines: readonly string[];
}

export interface Definitions {
  readonly values: Map<string, DefinedValue>;
  /** `_PWD`: directory of the file that is read; `_INSTANCE`: the config id. */
  readonly builtIn: (name: string) => string | undefined;
}

export interface Substitution {
  /** The line with every reference replaced that could be. */
  readonly text: string;
  /** Lines to be read after it: the rest of a definition of several lines. */
  readonly following: readonly string[];
  /** Characters at the start that stand as they were. */
  readonly exactLength: number;
  /** A definition refers to itself, or the line grows without end: replaced no further. */
  readonly isEndless: boolean;
  /** Characters written on the way, for a limit over many lines. */
  readonly work: number;
}

/** keepalived has no limit and hangs on `$A=$A`; no real line needs a hundredth of this. */
const maxReplacements = 2000;
/** keepalived's own buffer for a line is 1024 bytes; longer results exist only in runaway definitions. */
const maxLength = 16_384;
/** Lines that may follow one line. */
const maxFollowing = 200_000;
/** What a replacement costs besides the characters it writes, in characters. */
const replacementWork = 512;

const reference =
  /\$(?:\{([A-Za-z_][A-Za-z0-9_]*)((?:[ \t][^{}]*)?)\}|([A-Za-z_][A-Za-z0-9_]*)(?=[ \t,)]|$))/uy;

/** The reference that begins at an offset. */
const referenceAt = (text: string, at: number): RegExpExecArray | null => {
  reference.lastIndex = at;
  return reference.exec(text);
};

const valueOf = (definitions: Definitions, name: string, parameters: string): DefinedValue | undefined => {
  const defined = definitions.values.get(name);
  if (defined !== undefined) return /^[ \t]*$/u.test(parameters) ? defined : undefined;
  if (name === "_RANDOM") return { lines: [/\d+/u.exec(parameters)?.[0] ?? "0"] };
  const builtIn = /^[ \t]*$/u.test(parameters) ? definitions.builtIn(name) : undefined;
  return builtIn === undefined ? undefined : { lines: [builtIn] };
};

/**
 * Replaces references from left to right, in replaced text too. Undefined ones stay as they are, and those behind a value that
 * begins with `~`: of a sequence they are replaced turn by turn.
 */
export const substitute = (line: string, definitions: Definitions): Substitution => {
  let text = line;
  let exactLength: number | undefined;
  let followingCount = 0;
  let replacements = 0;
  let work = 0;
  const severalLines: DefinedValue[] = [];
  let at = text.indexOf("$");
  while (at >= 0) {
    const match = referenceAt(text, at);
    const value =
      match === null ? undefined : valueOf(definitions, match[1] ?? match[3] ?? "", match[2] ?? "");
    const after = at + (match?.[0].length ?? 1);
    if (value === undefined || (value.lines.length > 1 && !isBlankFrom(text, after))) {
      at = text.indexOf("$", at + 1);
      continue;
    }
    exactLength ??= at;
    replacements += 1;
    if (replacements > maxReplacements || text.length > maxLength || followingCount > maxFollowing) {
      return { text, following: [], exactLength, isEndless: true, work };
    }
    text = text.slice(0, at) + (value.lines[0] ?? "") + text.slice(after);
    work += text.length + replacementWork;
    if (value.lines.length > 1) {
      severalLines.push(value);
      followingCount += value.lines.length - 1;
    }
    if (/^[ \t]*~/u.test(value.lines[0] ?? "")) break;
    at = text.indexOf("$", at);
  }
  const following = severalLines.reverse().flatMap(({ lines }) => lines.slice(1));
  return { text, following, exactLength: exactLength ?? text.length, isEndless: false, work };
};

const isBlankFrom = (text: string, at: number): boolean => leadLength(text.slice(at)) === text.length - at;
