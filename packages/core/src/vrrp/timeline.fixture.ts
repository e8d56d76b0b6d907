import { type Happening, simulate } from "./simulation.ts";

/** Predicted and observed timelines beside each other. */

/** How well the moment is known at which an event took effect in another process: a loaded machine is late. */
export const uncertaintyMs = 60;
export const perturbations = 200;

export type Line = { readonly atMs: number; readonly name: string; readonly state: string };

/** A script as it was done: what, when, and what the daemons said. */
export type Run = {
  readonly happenings: readonly Happening[];
  readonly observed: readonly Line[];
  readonly endMs: number;
};

/** Without what is said twice in a row. */
export const distinct = (all: readonly Line[]): Line[] => {
  const last = new Map<string, string>();
  return all.filter(({ name, state }) => {
    const isNew = last.get(name) !== state;
    last.set(name, state);
    return isNew;
  });
};

export const predict = ({ happenings, endMs }: Run): Line[] =>
  distinct(simulate(happenings, endMs).transitions);

export const show = (all: readonly Line[], fromMs: number): string =>
  all
    .map(({ atMs, name, state }) => `${String(Math.round(atMs - fromMs)).padStart(6)} ${name} ${state}`)
    .join("\n");

/** Undefined where the timelines agree, else what differs first. */
export const difference = (
  predicted: readonly Line[],
  observed: readonly Line[],
  intervalMs: number,
): string | undefined => {
  if (predicted.length !== observed.length)
    return `${predicted.length} predicted, ${observed.length} observed`;
  const left = [...observed];
  const placed: { predictedMs: number; at: number }[] = [];
  for (const each of predicted) {
    const at = left.findIndex(({ name }) => name === each.name);
    const found = left[at];
    if (found === undefined || found.state !== each.state) return `no ${each.name} ${each.state}`;
    const offMs = Math.abs(found.atMs - each.atMs);
    if (offMs > intervalMs) return `${each.name} ${each.state} is off by ${Math.round(offMs)} ms`;
    placed.push({ predictedMs: each.atMs, at: observed.indexOf(found) });
    left.splice(at, 1);
  }
  const isSwapped = placed.some((one) =>
    placed.some((two) => two.predictedMs - one.predictedMs > uncertaintyMs && two.at < one.at),
  );
  return isSwapped ? "another order" : undefined;
};

/** Pseudo-random from -1 to 1, the same for the same numbers. */
export const noise = (a: number, b: number): number => {
  const x = Math.sin(a * 127.1 + b * 311.7) * 43_758.5453;
  return 2 * (x - Math.floor(x)) - 1;
};

/** The same run with every moment moved by what is not known of it. */
export const perturbed = (of: Run, variant: number): Run => ({
  ...of,
  happenings: of.happenings.map((each, index) => ({
    ...each,
    atMs: each.atMs + (variant === 0 ? 0 : noise(variant, index) * uncertaintyMs),
  })),
});

export const verdictOf = (of: Run, intervalMs: number): { isExact: boolean; problem: string | undefined } => {
  const observed = distinct(of.observed);
  const problemOf = (variant: number): string | undefined =>
    difference(predict(perturbed(of, variant)), observed, intervalMs);
  const problem = problemOf(0);
  if (problem === undefined) return { isExact: true, problem };
  const others = Array.from({ length: perturbations }, (_, index) => index + 1);
  return {
    isExact: false,
    problem: others.some((each) => problemOf(each) === undefined) ? undefined : problem,
  };
};
