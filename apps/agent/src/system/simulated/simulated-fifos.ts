import type { Clock } from "../clock.ts";
import type { FifoEvent, Fifos } from "../fifos.ts";

/** Pipes that a test writes to. */
export interface SimulatedFifos extends Fifos {
  /** What the daemon writes: one line, without its end. Lines to a pipe that nobody has open are lost, as the kernel's are. */
  write(path: string, line: string): void;
  /** What a reload does: the pipe is deleted and made anew. */
  remake(path: string): void;
  /** Paths that are open. */
  readonly openPaths: readonly string[];
}

/** No pipes yet. */
export const simulatedFifos = (clock: Clock): SimulatedFifos => {
  const readers = new Map<string, Set<(event: FifoEvent) => void>>();
  const deliver = (path: string, event: FifoEvent): void => {
    for (const listen of readers.get(path) ?? []) listen(event);
  };
  return {
    open: async (path, _options, listen) => {
      const set = readers.get(path) ?? new Set();
      readers.set(path, set.add(listen));
      return {
        close: () => {
          set.delete(listen);
          if (set.size === 0) readers.delete(path);
        },
      };
    },
    write: (path, line) => deliver(path, { kind: "line", text: line, atMs: clock.nowMs() }),
    remake: (path) => deliver(path, { kind: "reopened", atMs: clock.nowMs() }),
    get openPaths() {
      return [...readers.keys()];
    },
  };
};
