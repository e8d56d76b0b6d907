import fc from "fast-check";

/** The pieces random configurations are made of. */

export type Lines = readonly string[];

export const nat = (max: number, min = 1): fc.Arbitrary<number> => fc.integer({ min, max });
export const oneOf = (...words: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...words);
export const word = (text: string): fc.Arbitrary<string> => fc.constant(text);
export const numbered = (name: string, max: number, min = 1): fc.Arbitrary<string> =>
  nat(max, min).map((value) => `${name} ${value}`);
export const chosen = (name: string, ...words: readonly string[]): fc.Arbitrary<string> =>
  oneOf(...words).map((one) => (one === "" ? name : `${name} ${one}`));

/** Some of the lines, in their order. */
export const some = (...lines: readonly fc.Arbitrary<string | Lines>[]): fc.Arbitrary<Lines> =>
  fc.tuple(...lines.map((line) => fc.option(line, { nil: [], freq: 2 }))).map((kept) => kept.flat());

export const block = (head: string, ...inside: readonly (string | Lines)[]): Lines => [
  `${head} {`,
  ...inside.flat().map((line) => `    ${line}`),
  "}",
];

export const flagged = (name: string): fc.Arbitrary<string> => chosen(name, "", "on", "off");
