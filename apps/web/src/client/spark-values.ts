import type { Trace } from "./traces.ts";

const slotMs = 15_000;
const slots = 60;

/** The last fifteen minutes in slots of fifteen seconds; a slot without a value is a gap. */
export const sparkValues = (trace: Trace, nowMs: number): (number | undefined)[] => {
  const values: (number | undefined)[] = Array.from({ length: slots }, () => undefined);
  const last = Math.floor(nowMs / slotMs);
  for (const [atMs, value] of trace) {
    const index = slots - 1 - (last - Math.floor(atMs / slotMs));
    if (index >= 0 && index < slots) values[index] = value;
  }
  return values;
};

/** Several traces as one, added up at the moments they share. */
export const sumTraces = (traces: readonly Trace[]): Trace => {
  const sums = new Map<number, number>();
  for (const [atMs, value] of traces.flat()) sums.set(atMs, (sums.get(atMs) ?? 0) + value);
  return [...sums];
};
