import type { Subscription } from "../system/subscription.ts";

/** Where keepalived's words go: a file (`keepalived -l`, a syslog daemon) or systemd's journal. */
export type LogPlace =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "journal"; readonly unit: string };

export type LogHeard =
  /** A new line with its stamp; `atMs` when it was written, as far as that is known. */
  | { readonly kind: "line"; readonly text: string; readonly atMs: number }
  /** Why no line is heard now; undefined: lines are heard again. */
  | { readonly kind: "problem"; readonly reason: string | undefined };

export interface LogSource {
  /** Where an operator reads the same lines: a path, or the command that prints them. */
  readonly name: string;
  /** The last lines, oldest first. Throws SystemError where they cannot be read. */
  tail(count: number): Promise<string[]>;
  /** Every line behind those of the last `tail`, if there was one, else from now on. */
  follow(listen: (heard: LogHeard) => void): Subscription;
}
