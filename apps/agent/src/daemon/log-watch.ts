import { logLinesKept } from "@lvs/core/director/state";
import type { LogSource } from "../keepalived-log/log-source.ts";
import { messageOf } from "../log.ts";
import type { Clock } from "../system/clock.ts";
import type { Subscription } from "../system/subscription.ts";
import { SystemError } from "../system/system-error.ts";

/** `keepalived -d` prints its whole configuration, the password among it. */
const secretLine = /^(.*\b(?:password|auth_pass|auth_data)\b\s*[=:]?\s*)(\S.*)$/iu;

export const coverLogLine = (line: string): string => line.replace(secretLine, "$1••••");

/** Follows keepalived's log and hands every line on, secrets covered. */
export class LogWatch {
  readonly #clock: Clock;
  readonly #source: LogSource;
  #following: Subscription | undefined;
  #collectors = new Set<string[]>();
  #problem: string | undefined;

  constructor(clock: Clock, source: LogSource) {
    this.#clock = clock;
    this.#source = source;
  }

  /** Where its lines come from, and why they do not come now. */
  get origin(): { readonly source: string; readonly problem?: string } {
    const problem = this.#problem;
    return { source: this.#source.name, ...(problem === undefined ? {} : { problem }) };
  }

  /** The last lines there are, then every new one to `listen`. */
  async start(listen: (lines: readonly string[], atMs: number) => void): Promise<readonly string[]> {
    const last = await this.#tail();
    this.#following = this.#source.follow((heard) => {
      if (heard.kind === "problem") {
        this.#problem = heard.reason;
        return;
      }
      const line = coverLogLine(heard.text);
      for (const collector of this.#collectors) collector.push(line);
      listen([line], heard.atMs);
    });
    return last;
  }

  /** The result gives what was logged since this call; collecting ends with the next minute. */
  collect(): () => readonly string[] {
    const lines: string[] = [];
    this.#collectors.add(lines);
    this.#clock.after(120_000, () => this.#collectors.delete(lines));
    return () => lines;
  }

  /** Empty where there is no log; `origin` says why. */
  async #tail(): Promise<string[]> {
    try {
      const lines = await this.#source.tail(logLinesKept);
      this.#problem = undefined;
      return lines.map(coverLogLine);
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      this.#problem = messageOf(error);
      return [];
    }
  }

  close(): void {
    this.#following?.close();
  }
}
