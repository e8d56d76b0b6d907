import type { Clock } from "../system/clock.ts";

/**
 * Work on the main thread goes on for at most about this long before other work of the event loop runs: far below a screen's frame; smaller
 * ones add turns of the loop without anything that would notice.
 */
const sliceMs = 2;

/** Lets other work run when a stretch of work has gone on for long enough. */
export class Slice {
  readonly #clock: Clock;
  readonly #piecesPerLook: number;
  #pieces = 0;
  #endMs: number;

  /**
   * `piecesPerLook`: the clock is looked at once in so many pieces of the work, which together must take far less than a slice. A look is a
   * call of the kernel where that cannot lend its clock (some virtual machines), and then dearer than a small piece.
   */
  constructor(clock: Clock, piecesPerLook: number) {
    this.#clock = clock;
    this.#piecesPerLook = piecesPerLook;
    this.#endMs = clock.monotonicMs() + sliceMs;
  }

  /** Between two pieces of the work: undefined to go on at once. */
  end(): Promise<void> | undefined {
    this.#pieces += 1;
    if (this.#pieces < this.#piecesPerLook) return undefined;
    this.#pieces = 0;
    return this.#clock.monotonicMs() < this.#endMs ? undefined : this.#rest();
  }

  async #rest(): Promise<void> {
    await this.#clock.yield();
    this.#endMs = this.#clock.monotonicMs() + sliceMs;
  }
}
