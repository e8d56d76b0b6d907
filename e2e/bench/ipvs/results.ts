import type { z } from "zod";
import type { BenchLine } from "../bench-line.ts";

/** "KEY VALUE" lines: every value of each key, in order. */
const parseResults = (text: string): ReadonlyMap<string, readonly string[]> => {
  const values = new Map<string, string[]>();
  for (const line of text.split("\n")) {
    const at = line.indexOf(" ");
    if (at < 0) continue;
    const key = line.slice(0, at);
    values.set(key, [...(values.get(key) ?? []), line.slice(at + 1)]);
  }
  return values;
};

export const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;

/** What a part of the run said; a part that is missing is an error of the lines that need it alone. */
export class Results {
  readonly #values: ReadonlyMap<string, readonly string[]>;

  constructor(text: string) {
    this.#values = parseResults(text);
  }

  texts(key: string): readonly string[] {
    const found = this.#values.get(key);
    if (found === undefined) throw new Error(`the run said nothing of ${key}`);
    return found;
  }

  numbers(key: string): number[] {
    return this.texts(key).map(Number);
  }

  json<Value>(key: string, schema: z.ZodType<{ value: Value }>): Value[] {
    return this.texts(key).map((text) => schema.parse(JSON.parse(text)).value);
  }

  one<Value>(key: string, schema: z.ZodType<{ value: Value }>): Value {
    const [first] = this.json(key, schema);
    if (first === undefined) throw new Error(`the run said nothing of ${key}`);
    return first;
  }
}

export interface Claim {
  readonly ours: number;
  readonly theirs: number;
  readonly unit: string;
  /** Ours over theirs may be at most this. */
  readonly ratioAtMost?: number;
  /** Ours may be at most this. */
  readonly oursAtMost?: number;
}

const goalOf = ({ ours, theirs, unit, ratioAtMost, oursAtMost }: Claim): [string, boolean] => {
  if (ratioAtMost !== undefined) return [`ratio at most ${ratioAtMost}`, ours / theirs <= ratioAtMost];
  if (oursAtMost !== undefined) return [`ours at most ${oursAtMost} ${unit}`, ours <= oursAtMost];
  return ["reported", Number.isFinite(ours)];
};

/** The line of a claim, or, where what it needs is missing, one that says why. */
export const line = (name: string, claim: () => Claim): BenchLine => {
  try {
    const claimed = claim();
    const { ours, theirs, unit } = claimed;
    const [goal, met] = goalOf(claimed);
    return { name: `ipvs: ${name}`, ours, theirs, unit, ratio: ours / theirs, goal, met };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const none = { ours: Number.NaN, theirs: Number.NaN, ratio: Number.NaN };
    return { name: `ipvs: ${name}`, ...none, unit: "", goal: `not measured: ${why}`, met: false };
  }
};
