import { spawn } from "node:child_process";
import { LabError } from "./failure.ts";

/** How a command ended. `exitCode` is null when a signal ended it; `problem` says so, or that its time was up. */
export type CommandResult = {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly problem: string | null;
};

export type CommandOptions = {
  readonly stdin?: string;
  /** Milliseconds, 30,000 unless told; the whole process group is killed when they are over. */
  readonly timeoutMs?: number;
  /** How its output becomes text: utf8 unless told; latin1 keeps every byte. */
  readonly encoding?: "utf8" | "latin1";
};

/** Fixed locale and no colours: what a command prints is read by programs here. */
export const commandEnv: Readonly<Record<string, string>> = {
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  HOME: "/root",
  LC_ALL: "C",
};

const endedBy = (signal: NodeJS.Signals | null) => (signal === null ? null : `ended by ${signal}`);

/** Runs `argv` on this machine and gives everything it printed. Throws only when it cannot be started. */
export function runCommand(argv: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const [file, ...args] = argv;
  if (file === undefined) throw new LabError("empty command");
  const timeoutMs = options.timeoutMs ?? 30_000;
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { detached: true, env: commandEnv, stdio: ["pipe", "pipe", "pipe"] });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      try {
        if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
      } catch {
        // it ended in this very moment: `close` is on its way
      }
      child.stdout.destroy();
      child.stderr.destroy();
    }, timeoutMs);
    child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
    child.stdin.on("error", () => {
      // a command that does not read its input closes it: not an error of ours
    });
    child.once("error", (error) => {
      clearTimeout(timer);
      reject(new LabError(`cannot run ${file}: ${error.message}`, { argv }));
    });
    child.once("close", (exitCode, signal) => {
      clearTimeout(timer);
      resolve({
        exitCode,
        stdout: Buffer.concat(stdout).toString(options.encoding ?? "utf8"),
        stderr: Buffer.concat(stderr).toString(),
        problem: late ? `killed after ${timeoutMs} ms` : endedBy(signal),
      });
    });
    child.stdin.end(options.stdin ?? "");
  });
}

/** As `runCommand`, but anything else than exit 0 is an error with the command's own words. Gives stdout. */
export async function mustRun(argv: readonly string[], options: CommandOptions = {}): Promise<string> {
  const result = await runCommand(argv, options);
  return expectSuccess(argv, result);
}

/** The stdout of a command that ended well; otherwise a LabError with argv, exit code and stderr. */
export function expectSuccess(argv: readonly string[], result: CommandResult): string {
  if (result.exitCode === 0 && result.problem === null) return result.stdout;
  const ending = result.problem ?? `exit ${result.exitCode}`;
  throw new LabError(`${argv.join(" ")}: ${ending}: ${(result.stderr || result.stdout).trim()}`, { argv });
}
