import type { Timer } from "../system/clock.ts";
import type { Subscription } from "../system/subscription.ts";
import { SystemError } from "../system/system-error.ts";
import type { System } from "../system/system.ts";
import { readJournalEntry } from "./journal-entry.ts";
import type { LogHeard, LogSource } from "./log-source.ts";

const tailLimitMs = 15_000;
const againAfterMs = 5_000;
/** A journalctl that cannot follow ends at once. */
const settlesInMs = 1_000;

/** The messages of one unit in systemd's journal, by journalctl(1). What is written while journalctl is started again is not lost. */
export function journalLog(system: System, unit: string): LogSource {
  const words = ["journalctl", `--unit=${unit}`, "--output=json", "--no-pager", "--quiet"];
  let cursor: string | undefined;
  const read = (line: string): { readonly text: string; readonly atMs: number } => {
    const entry = readJournalEntry(line);
    cursor = entry.cursor ?? cursor;
    return { text: entry.text, atMs: entry.atMs ?? system.clock.nowMs() };
  };
  const tail = async (count: number): Promise<string[]> => {
    const argv = [...words, `--lines=${count}`];
    const { exitCode, stdout, stderr } = await system.commands.run(argv, {
      timeoutMs: tailLimitMs,
      maxOutputBytes: 32 << 20,
    });
    if (exitCode !== 0) throw failedOf(argv, `ended with ${exitCode}: ${stderr.trim()}`);
    return stdout
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => read(line).text);
  };
  const follow = (listen: (heard: LogHeard) => void): Subscription => {
    let running: Subscription | undefined;
    let settled: Timer | undefined;
    let isOpen = true;
    const run = (): void => {
      if (!isOpen) return;
      // Without --no-tail, --follow gives the last ten lines at most.
      const from = cursor === undefined ? ["--lines=0"] : ["--no-tail", `--after-cursor=${cursor}`];
      settled = system.clock.after(settlesInMs, () => listen({ kind: "problem", reason: undefined }));
      running = system.commands.follow([...words, "--follow", ...from], (event) => {
        if (!isOpen) return;
        if (event.kind === "line") {
          listen({ kind: "line", ...read(event.text) });
          return;
        }
        settled?.cancel();
        listen({ kind: "problem", reason: event.error.message });
        system.clock.after(againAfterMs, run);
      });
    };
    run();
    return {
      close: () => {
        isOpen = false;
        settled?.cancel();
        running?.close();
      },
    };
  };
  return { name: `journalctl -u ${unit}`, tail, follow };
}

const failedOf = (argv: readonly string[], reason: string): SystemError =>
  new SystemError({ door: "commands", code: "failed", subject: argv.join(" "), reason, argv });
