import { logLinesKept } from "@lvs/core/director/state";
import type { System } from "../system/system.ts";
import type { Subscription } from "../system/subscription.ts";
import { SystemError } from "../system/system-error.ts";

/** `keepalived -d` prints its whole configuration, the password among it. */
const secretLine = /^(.*\b(?:password|auth_pass|auth_data)\b\s*[=:]?\s*)(\S.*)$/iu;
/** How much of the end of a log is read for its last lines. */
const tailBytes = 512 * 1024;

export const coverLogLine = (line: string): string => line.replace(secretLine, "$1••••");

/** Follows keepalived's log and hands every line on, secrets covered. */
export class LogWatch {
  readonly #system: System;
  readonly #path: string;
  #following: Subscription | undefined;
  #collectors = new Set<string[]>();

  constructor(system: System, path: string) {
    this.#system = system;
    this.#path = path;
  }

  /** The last lines there are, then every new one to `listen`. */
  async start(listen: (lines: readonly string[], atMs: number) => void): Promise<readonly string[]> {
    const last = await this.tail(logLinesKept);
    this.#following = this.#system.files.follow(this.#path, { from: "end" }, (event) => {
      if (event.kind !== "line") return;
      const line = coverLogLine(event.text);
      for (const collector of this.#collectors) collector.push(line);
      listen([line], event.atMs);
    });
    return last;
  }

  /** The result gives what was logged since this call; collecting ends with the next minute. */
  collect(): () => readonly string[] {
    const lines: string[] = [];
    this.#collectors.add(lines);
    this.#system.clock.after(120_000, () => this.#collectors.delete(lines));
    return () => lines;
  }

  /** Empty where there is no log. */
  async tail(count: number): Promise<string[]> {
    try {
      const text = await this.#readEnd();
      return text
        .split("\n")
        .filter((line) => line !== "")
        .slice(-count)
        .map(coverLogLine);
    } catch (error) {
      if (!(error instanceof SystemError) || error.code !== "not-found") throw error;
      return [];
    }
  }

  async #readEnd(): Promise<string> {
    const { sizeBytes } = await this.#system.files.stat(this.#path);
    const pieces: Uint8Array[] = [];
    let passed = 0;
    for await (const piece of this.#system.files.chunks(this.#path)) {
      passed += piece.length;
      if (passed > sizeBytes - tailBytes) pieces.push(piece);
    }
    return Buffer.concat(pieces).toString("utf8");
  }

  close(): void {
    this.#following?.close();
  }
}
