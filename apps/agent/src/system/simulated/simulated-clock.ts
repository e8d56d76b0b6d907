import type { Clock } from "../clock.ts";

/** A clock that stands still until it is told to go on. */
export interface SimulatedClock extends Clock {
  /** Moves time forward, runs what falls due in order, and lets the promises it settles run. */
  advance(milliseconds: number): Promise<void>;
  /** Timers that have not run yet. */
  readonly pendingCount: number;
}

interface Pending {
  readonly dueMs: number;
  readonly order: number;
  readonly run: () => void;
}

/** Lets everything that hangs on settled promises run; two turns, since a turn may settle the next. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 2; turn += 1)
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
};

/** `startMs`: the wall clock at the beginning; the monotonic clock starts at 0. */
export const simulatedClock = (startMs: number): SimulatedClock => {
  let elapsedMs = 0;
  let made = 0;
  let pending: Pending[] = [];
  const after: Clock["after"] = (delayMs, run) => {
    made += 1;
    const entry: Pending = { dueMs: elapsedMs + Math.max(0, delayMs), order: made, run };
    pending.push(entry);
    return {
      cancel: () => {
        pending = pending.filter((other) => other !== entry);
      },
    };
  };
  return {
    nowMs: () => startMs + elapsedMs,
    monotonicMs: () => elapsedMs,
    after,
    sleep: (delayMs, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) {
          resolve();
          return;
        }
        const timer = after(delayMs, resolve);
        signal?.addEventListener("abort", () => {
          timer.cancel();
          resolve();
        });
      }),
    yield: () => Promise.resolve(),
    advance: async (milliseconds) => {
      const untilMs = elapsedMs + milliseconds;
      await settle();
      for (;;) {
        const next = pending
          .filter(({ dueMs }) => dueMs <= untilMs)
          .toSorted((a, b) => a.dueMs - b.dueMs || a.order - b.order)[0];
        if (next === undefined) break;
        pending = pending.filter((entry) => entry !== next);
        elapsedMs = Math.max(elapsedMs, next.dueMs);
        next.run();
        await settle();
      }
      elapsedMs = untilMs;
    },
    get pendingCount() {
      return pending.length;
    },
  };
};
