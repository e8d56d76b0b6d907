import type { Subscription } from "./subscription.ts";
import type { SystemError } from "./system-error.ts";

export interface CommandOptions {
  /** The whole process group is killed after this time. */
  readonly timeoutMs: number;
  /** Written to the standard input, which is closed after it; nothing: an empty input. */
  readonly input?: Uint8Array | string;
  /** Added to the agent's own environment; LC_ALL is always "C". */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Limit for each of both outputs; 4 MiB unless told. */
  readonly maxOutputBytes?: number;
  readonly signal?: AbortSignal;
}

export interface CommandResult {
  /** 128 + n when signal n ended it, as shells say it. */
  readonly exitCode: number;
  /** "SIGSEGV"; undefined when it ended by itself. */
  readonly signal: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly tookMs: number;
}

export type CommandEvent =
  /** Of its standard output, without its line end. */
  | { readonly kind: "line"; readonly text: string }
  /** The last one: it could not be run, or it ended by itself, which what goes on does not. */
  | { readonly kind: "ended"; readonly error: SystemError };

/** Runs other programs: an argument vector, never a shell's text. */
export interface Commands {
  /**
   * Runs to the end; every exit code is a result. A child that goes on as a daemon does not hold the call open: what it
   * prints later is not read. Throws SystemError when it could not be run (`not-found`, `no-permission`), took too long
   * (`timed-out`), printed too much (`too-large`) or was aborted (`closed`); the error carries argv and stderr.
   */
  run(argv: readonly string[], options: CommandOptions): Promise<CommandResult>;
  /** Runs a program that goes on printing lines. Closing kills its whole process group. */
  follow(argv: readonly string[], listen: (event: CommandEvent) => void): Subscription;
}
