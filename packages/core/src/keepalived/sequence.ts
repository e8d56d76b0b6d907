import { contentOf, trimBlanks } from "./line-text.ts";

/** `~SEQ(...)`, `~SEQx(...)` and `~LST(...)` at the start of a line: which variables take which values. */
export interface Sequence {
  readonly variables: readonly string[];
  /** One row per turn, one value per variable. */
  readonly rows: Iterable<readonly string[]>;
  /** What is read once per turn. */
  readonly text: string;
}

export type SequenceReading =
  | { readonly kind: "none" }
  | { readonly kind: "invalid"; readonly reason: string }
  | { readonly kind: "sequence"; readonly sequence: Sequence };

const head = /^~(SEQx?|LST)[ \t]*\(([^)]*)\)[ \t]*([^]*)$/u;

/** `~SEQ` and `~LST`, whatever follows: keepalived complains of what it cannot read there. */
export const isSequence = (line: string): boolean => /^[ \t]*~(?:SEQ|LST)/u.test(line);

/** keepalived looks again at a replaced line for a reference or a condition only: this sequence has none. */
export const isTooLate = (text: string): boolean => {
  const content = contentOf(text);
  return isSequence(content) && !content.includes("$");
};

/** Reads a line whose parameters have no definitions left in them. */
export const readSequence = (line: string): SequenceReading => {
  if (!isSequence(line)) return { kind: "none" };
  const match = head.exec(line);
  if (match === null)
    return {
      kind: "invalid",
      reason: "it is not of the form ~SEQ(NAME, FROM, STEP, TO) or ~LST(NAME, MEMBER, …)",
    };
  const [, kind, parameters = "", text = ""] = match;
  return kind === "LST"
    ? readList(parameters, text)
    : readNumbers(parameters, { text, isHex: kind === "SEQx" });
};

const name = /^[A-Za-z_][A-Za-z0-9_]*$/u;
const number = /^[+-]?(?:0[xX][0-9A-Fa-f]+|[0-9]+)$/u;

const readNumber = (word: string): number | undefined => {
  if (word === "") return 0;
  if (!number.test(word)) return undefined;
  const isNegative = word.startsWith("-");
  const digits = word.replace(/^[+-]/u, "");
  const value = Number(digits);
  return Number.isSafeInteger(value) ? (isNegative ? -value : value) : undefined;
};

/** Any name, and whatever one character follows it: keepalived does not look whether that is a comma. */
const firstParameter = /^[ \t]*([^ \t,]+)(?:,|[ \t]+[^ \t])([^]*)$/u;

const readNumbers = (parameters: string, of: { text: string; isHex: boolean }): SequenceReading => {
  const [, variable, numbers = ""] = firstParameter.exec(parameters) ?? [];
  const words = numbers.split(",").map((word) => trimBlanks(word));
  const values = words.map(readNumber).filter((value) => value !== undefined);
  if (variable === undefined || values.length !== words.length || words.length > 3) {
    return { kind: "invalid", reason: "it needs a name and one to three numbers" };
  }
  const last = values.at(-1) ?? 0;
  const first = values.length === 1 ? (last < 0 ? -1 : 1) : (values[0] ?? 0);
  const step = values.length === 3 ? (values[1] ?? 0) : last < first ? -1 : 1;
  if (step === 0 || (last - first) * step < 0)
    return { kind: "invalid", reason: "its step never reaches the end" };
  if (of.isHex && (first < 0 || last < 0))
    return { kind: "invalid", reason: "hexadecimal numbers are not negative" };
  const rows = countRows({ first, last, step }, of.isHex ? 16 : 10);
  return { kind: "sequence", sequence: { variables: [variable], rows, text: of.text } };
};

function* countRows(
  range: { first: number; last: number; step: number },
  radix: number,
): IterableIterator<string[]> {
  for (
    let value = range.first;
    range.step > 0 ? value <= range.last : value >= range.last;
    value += range.step
  ) {
    yield [value.toString(radix)];
  }
}

/** `a, {b, c}, d`: commas inside braces do not part. A member may be empty, but not blank. */
const splitMembers = (parameters: string): string[][] => {
  const members: string[][] = [];
  let at = 0;
  while (at < parameters.length) {
    const close = parameters[at] === "{" ? parameters.indexOf("}", at) : -1;
    if (close >= 0) {
      addMember(members, parameters.slice(at + 1, close), true);
      at = close + 1;
    } else if (isMark(parameters[at])) {
      if (parameters[at] === "," && parameters[at - 1] === ",") members.push([""]);
      at += 1;
    } else {
      const start = at;
      while (at < parameters.length && !isMark(parameters[at])) at += 1;
      addMember(members, parameters.slice(start, at), false);
    }
  }
  if (parameters.endsWith(",")) members.push([""]);
  return members;
};

const isMark = (character: string | undefined): boolean =>
  character === "," || character === "{" || character === "}";

const addMember = (members: string[][], text: string, isGroup: boolean): void => {
  if (isGroup || trimBlanks(text) !== "") members.push(text.split(",").map((word) => trimBlanks(word)));
};

const readList = (parameters: string, text: string): SequenceReading => {
  const [variables = [], ...members] = splitMembers(parameters);
  if (variables.length === 0 || members.length === 0 || !variables.every((variable) => name.test(variable))) {
    return { kind: "invalid", reason: "it needs names and at least one member" };
  }
  const rows = members.map((member) => variables.map((_, index) => member[index] ?? ""));
  return { kind: "sequence", sequence: { variables, rows, text } };
};
