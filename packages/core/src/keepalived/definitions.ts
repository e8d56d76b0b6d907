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
}

/** keepalived has no limit and hangs on `$A=$A`; no real line needs a hundredth of this. */
const maxReplacements = 2000;
/** keepalived's own buffer for a line is 1024 bytes; longer results exist only in runaway definitions. */
const maxLength = 65_536;

const reference =
  /^\$(?:\{([A-Za-z_][A-Za-z0-9_]*)((?:[ \t]+[^{}]*)?)\}|([A-Za-z_][A-Za-z0-9_]*)(?=[ \t,)]|$))/u;

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
  let following: readonly string[] = [];
  let replacements = 0;
  let at = text.indexOf("$");
  while (at >= 0) {
    const match = reference.exec(text.slice(at));
    const value =
      match === null ? undefined : valueOf(definitions, match[1] ?? match[3] ?? "", match[2] ?? "");
    const after = at + (match?.[0].length ?? 1);
    const isLast = /^[ \t]*$/u.test(text.slice(after));
    if (value === undefined || (value.lines.length > 1 && !isLast)) {
      at = text.indexOf("$", at + 1);
      continue;
    }
    exactLength ??= at;
    replacements += 1;
    if (replacements > maxReplacements || text.length > maxLength) {
      return { text, following: [], exactLength, isEndless: true };
    }
    const [first = "", ...rest] = value.lines;
    text = text.slice(0, at) + first + text.slice(after);
    if (rest.length > 0) following = [...rest, ...following];
    if (/^[ \t]*~/u.test(first)) break;
    at = text.indexOf("$", at);
  }
  return { text, following, exactLength: exactLength ?? text.length, isEndless: false };
};
