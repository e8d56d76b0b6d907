import type { Clock } from "../clock.ts";

/**
 * Wall clock with a fraction of a millisecond. `timeOrigin + now()` alone never hears of a later correction of the machine's time,
 * so it is brought back to Date.now() as soon as the two are apart.
 */
export const wallClock = (): (() => number) => {
  let origin = performance.timeOrigin;
  return () => {
    const fine = origin + performance.now();
    const coarse = Date.now();
    if (Math.abs(fine - coarse) <= 2) return fine;
    origin += coarse - fine;
    return coarse;
  };
};

/** The machine's own time. */
export const linuxClock = (): Clock => ({
  nowMs: wallClock(),
  monotonicMs: () => performance.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
  sleep: (delayMs, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted === true) {
        resolve();
        return;
      }
      const end = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", end);
        resolve();
      };
      const timer = setTimeout(end, delayMs);
      signal?.addEventListener("abort", end);
    }),
  yield: () =>
    new Promise((resolve) => {
      setImmediate(resolve);
    }),
});
