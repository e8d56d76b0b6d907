/** One measured claim: both sides taken in the same run. `ratio` is ours over theirs. */
export interface BenchLine {
  readonly name: string;
  readonly ours: number;
  readonly theirs: number;
  readonly unit: string;
  readonly ratio: number;
  /** The goal in words: "ratio at most 0.125", "0 failed". */
  readonly goal: string;
  readonly met: boolean;
}

/** `name: ours X, theirs Y, ratio Z, goal G, met|short`. */
export function printBenchLine(line: BenchLine): string {
  const value = (number: number): string => `${round(number)} ${line.unit}`.trimEnd();
  const verdict = line.met ? "met" : "short";
  return `${line.name}: ours ${value(line.ours)}, theirs ${value(line.theirs)}, ratio ${round(line.ratio)}, goal ${line.goal}, ${verdict}`;
}

/** Three significant digits, without an exponent. */
function round(number: number): string {
  if (!Number.isFinite(number)) return String(number);
  return String(Number(number.toPrecision(3)));
}
