/** A pending call. Cancelling one that has run is allowed. */
export interface Timer {
  cancel(): void;
}

/** Time as the agent knows it. Everything that waits, waits here, so that a test can own the time. */
export interface Clock {
  /** Wall clock: milliseconds since the epoch, with a fraction. May jump when the machine's clock is set. */
  nowMs(): number;
  /** Milliseconds since some fixed moment; never goes back. */
  monotonicMs(): number;
  /** Runs once after the delay. A pending timer does not keep the process alive. */
  after(delayMs: number, run: () => void): Timer;
  /** Resolves after the delay, or at once when the signal is aborted: the caller looks at the signal. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
  /** Lets other work of the event loop run. */
  yield(): Promise<void>;
}
