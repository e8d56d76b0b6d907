/** One process and no later one with the same number. */
export interface ProcessId {
  readonly pid: number;
  /** Clock ticks between the machine's start and the process's (proc(5), stat field 22). */
  readonly startTicks: number;
}

export interface Process extends ProcessId {
  readonly parentPid: number;
  /** Its own pid where it leads a session (setsid(2)), as a daemon does. */
  readonly sessionId: number;
  /** The kernel's short name (comm), at most 15 characters. */
  readonly name: string;
  /** Empty for a kernel thread and for a zombie. */
  readonly argv: readonly string[];
  /** "R", "S", "D", "Z", "T" (paused by a signal) … */
  readonly state: string;
}

export type SignalName =
  | "SIGHUP"
  | "SIGTERM"
  | "SIGKILL"
  | "SIGUSR1"
  | "SIGUSR2"
  | "SIGINT"
  | "SIGSTOP"
  | "SIGCONT";

/** The machine's processes. Every method throws SystemError when it could not ask. */
export interface Processes {
  list(): Promise<readonly Process[]>;
  /** Undefined: there is no such process. */
  find(pid: number): Promise<Process | undefined>;
  /**
   * Whether the process lives through this signal: it catches, holds back (for a signalfd, as keepalived does) or ignores it. False: its
   * default action is left, which for most ends the process. `not-found` as for `signal`.
   */
  survives(process: ProcessId, signal: SignalName | number): Promise<boolean>;
  /** Checks the start time first. `not-found` when that process is gone, even when its number is used again. A number serves keepalived's own signals. */
  signal(process: ProcessId, signal: SignalName | number): Promise<void>;
}
