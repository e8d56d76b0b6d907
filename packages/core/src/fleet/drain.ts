/** When a draining real server will be empty, from what its ActiveConn has done so far. Pure. */

export interface DrainForecast {
  /** Connections per minute that end, over the last minute or what there is of it. */
  readonly fallingPerMinute: number;
  /** Epoch ms at which the count is expected to be at most what was asked; undefined: not falling, or too slowly to say. */
  readonly expectedAtMs: number | undefined;
  /** The expected line from now on, for the chart: [epoch ms, connections]. */
  readonly line: readonly (readonly [number, number])[];
}

/** What is known before this says little: a stretch shorter than this is noise. */
const shortestMs = 10_000;
const lookBackMs = 60_000;
/** Past two hours a straight guess is no forecast any more. */
const longestMs = 2 * 60 * 60_000;

/**
 * Connections of a drained server end independently of each other, so their number falls like e^(-t/τ); τ is taken from the last
 * minute. `points` oldest first. `most`: the count that is asked for; below one, the last connection's end counts.
 */
export const forecastDrain = (
  points: readonly (readonly [number, number])[],
  most: number,
  nowMs: number,
): DrainForecast => {
  const last = points.at(-1);
  const first = points.find(([atMs]) => atMs >= nowMs - lookBackMs);
  if (last !== undefined && last[1] <= most) return { fallingPerMinute: 0, expectedAtMs: last[0], line: [] };
  if (last === undefined || first === undefined || last[0] - first[0] < shortestMs)
    return { fallingPerMinute: 0, expectedAtMs: undefined, line: [] };
  const fallingPerMinute = ((first[1] - last[1]) / (last[0] - first[0])) * 60_000;
  if (fallingPerMinute <= 0) return { fallingPerMinute, expectedAtMs: undefined, line: [] };
  const decayMs = (last[0] - first[0]) / Math.log(first[1] / Math.max(last[1], 0.5));
  const target = Math.max(most, 0.5);
  const neededMs = decayMs * Math.log(last[1] / target);
  if (neededMs > longestMs) return { fallingPerMinute, expectedAtMs: undefined, line: [] };
  return { fallingPerMinute, expectedAtMs: last[0] + neededMs, line: drawLine(last, decayMs, neededMs) };
};

const lineSteps = 24;

const drawLine = (
  [atMs, value]: readonly [number, number],
  decayMs: number,
  neededMs: number,
): (readonly [number, number])[] =>
  Array.from({ length: lineSteps + 1 }, (_, index) => {
    const spentMs = (neededMs * index) / lineSteps;
    return [atMs + spentMs, value * Math.exp(-spentMs / decayMs)] as const;
  });
