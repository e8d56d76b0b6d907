import type { Clock } from "../system/clock.ts";

/**
 * Work on the main thread goes on for at most this long before other work of the event loop runs: far below a screen's frame; smaller
 * ones add turns of the loop without anything that would notice.
 */
const sliceMs = 2;

/** Lets other work run when a stretch of work has gone on for long enough. */
export class Slice {
  readonly #clock: Clock;
  #endMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#endMs = clock.monotonicMs() + sliceMs;
  }

  /** Between two pieces of the work. */
  async end(): Promise<void> {
    if (this.#clock.monotonicMs() < this.#endMs) return;
    await this.#clock.yield();
    this.#endMs = this.#clock.monotonicMs() + sliceMs;
  }
}
