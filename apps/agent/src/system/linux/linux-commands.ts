import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";
import type { CommandOptions, CommandResult, Commands } from "../commands.ts";
import { commandEnvironment, killGroup } from "./child.ts";
import { followCommand } from "./linux-follow-command.ts";
import { SystemError, type SystemErrorCode, systemError } from "../system-error.ts";

const defaultMaxOutputBytes = 4 << 20;

/**
 * How long after the child's end its output may still arrive. A daemon that it left behind may hold the pipes open for ever; what the
 * child itself printed is in the pipe by then and read within a turn of the loop.
 */
const drainMs = 50;

/** Collects one output up to its limit. */
class Output {
  readonly #chunks: Buffer[] = [];
  readonly #limit: number;
  #length = 0;
  isTooLarge = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(chunk: Buffer): void {
    this.#length += chunk.length;
    if (this.#length > this.#limit) this.isTooLarge = true;
    else this.#chunks.push(chunk);
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString("utf8");
  }
}

const signalNumbers: Readonly<Record<string, number>> = constants.signals;

class Run {
  readonly #argv: readonly string[];
  readonly #options: CommandOptions;
  readonly #startMs = performance.now();
  readonly #stdout: Output;
  readonly #stderr: Output;
  #stop: { code: SystemErrorCode; reason: string } | undefined;

  constructor(argv: readonly string[], options: CommandOptions) {
    this.#argv = argv;
    this.#options = options;
    const limit = options.maxOutputBytes ?? defaultMaxOutputBytes;
    this.#stdout = new Output(limit);
    this.#stderr = new Output(limit);
  }

  async result(): Promise<CommandResult> {
    const [command, ...rest] = this.#argv;
    if (command === undefined) throw new Error("an empty argument vector");
    if (this.#options.signal?.aborted === true) throw this.#error({ code: "closed", reason: "was aborted" });
    const child = this.#spawn(command, rest);
    const abort = (): void => this.#end(child, { code: "closed", reason: "was aborted" });
    const timer = setTimeout(
      () => this.#end(child, { code: "timed-out", reason: `took longer than ${this.#options.timeoutMs} ms` }),
      this.#options.timeoutMs,
    );
    this.#options.signal?.addEventListener("abort", abort);
    try {
      return await this.#wait(child);
    } finally {
      clearTimeout(timer);
      this.#options.signal?.removeEventListener("abort", abort);
      child.stdout?.destroy();
      child.stderr?.destroy();
    }
  }

  #spawn(command: string, rest: readonly string[]): ChildProcess {
    const { cwd, env } = this.#options;
    return spawn(command, rest, {
      ...(cwd === undefined ? {} : { cwd }),
      env: commandEnvironment(env),
      stdio: ["pipe", "pipe", "pipe"],
      detached: true,
    });
  }

  #end(child: ChildProcess, stop: { code: SystemErrorCode; reason: string }): void {
    this.#stop ??= stop;
    killGroup(child);
  }

  #error(stop: { code: SystemErrorCode; reason: string }): SystemError {
    return new SystemError({
      door: "commands",
      ...stop,
      subject: this.#argv.join(" "),
      argv: this.#argv,
      stderr: this.#stderr.text(),
    });
  }

  async #wait(child: ChildProcess): Promise<CommandResult> {
    const take = (output: Output) => (chunk: Buffer) => {
      output.add(chunk);
      if (output.isTooLarge) this.#end(child, { code: "too-large", reason: "printed too much" });
    };
    child.stdout?.on("data", take(this.#stdout));
    child.stderr?.on("data", take(this.#stderr));
    // EPIPE: a command that does not read its input is no failure.
    child.stdin?.on("error", () => {});
    child.stdin?.end(this.#options.input ?? "");
    const ended = await new Promise<{ code: number | null; signal: string | null }>((resolve, reject) => {
      child.on("error", (error) => {
        const subject = this.#argv.join(" ");
        const failed = systemError(error, { door: "commands", subject, doing: "run" });
        reject(this.#error({ code: failed.code, reason: failed.message.slice(subject.length + 2) }));
      });
      child.on("close", (code, signal) => resolve({ code, signal }));
      child.on("exit", (code, signal) => setTimeout(() => resolve({ code, signal }), drainMs));
    });
    if (this.#stop !== undefined) throw this.#error(this.#stop);
    const signal = ended.signal ?? undefined;
    return {
      exitCode: ended.code ?? 128 + (signal === undefined ? 0 : (signalNumbers[signal] ?? 0)),
      signal,
      stdout: this.#stdout.text(),
      stderr: this.#stderr.text(),
      tookMs: performance.now() - this.#startMs,
    };
  }
}

/** Commands of this machine. */
export const linuxCommands = (): Commands => ({
  run: async (argv, options) => await new Run(argv, options).result(),
  follow: followCommand,
});
