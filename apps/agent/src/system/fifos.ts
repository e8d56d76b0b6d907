import type { Subscription } from "./subscription.ts";
import type { SystemError } from "./system-error.ts";

export type FifoEvent =
  /** Without its line end and stray NULs. */
  | { readonly kind: "line"; readonly text: string; readonly atMs: number }
  /** The pipe was deleted and made anew (keepalived does so at every reload). Lines may have been lost: ask for the state again. */
  | { readonly kind: "reopened"; readonly atMs: number }
  | { readonly kind: "failed"; readonly error: SystemError };

/** Named pipes that another program writes to. */
export interface Fifos {
  /**
   * Makes the pipe when it is absent and reads lines until closed. Opened for reading and writing, so that a writer which
   * goes away does not end it. Throws SystemError `exists` when something else than a pipe is there.
   */
  open(
    path: string,
    options: { readonly mode?: number },
    listen: (event: FifoEvent) => void,
  ): Promise<Subscription>;
}
