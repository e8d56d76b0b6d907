import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { CommandEvent } from "../commands.ts";
import type { Subscription } from "../subscription.ts";
import { SystemError, systemError } from "../system-error.ts";
import { commandEnvironment, killGroup } from "./child.ts";

/** Of what it says against itself, the end is kept. */
const complaintBytes = 4_096;

/** Runs a program that goes on printing lines. */
export function followCommand(argv: readonly string[], listen: (event: CommandEvent) => void): Subscription {
  const [command, ...rest] = argv;
  if (command === undefined) throw new Error("an empty argument vector");
  const subject = argv.join(" ");
  const child = spawn(command, rest, {
    env: commandEnvironment(),
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let isOpen = true;
  const end = (error: SystemError): void => {
    if (!isOpen) return;
    isOpen = false;
    listen({ kind: "ended", error });
  };
  const complaint = keepComplaint(child);
  createInterface({ input: child.stdout }).on("line", (text) => {
    if (isOpen) listen({ kind: "line", text });
  });
  child.on("error", (error) => end(systemError(error, { door: "commands", subject, doing: "run" })));
  child.on("close", (code, signal) => {
    const said = complaint() === "" ? "" : `: ${complaint()}`;
    const reason = `ended with ${signal ?? code}${said}`;
    end(new SystemError({ door: "commands", code: "closed", subject, reason, argv }));
  });
  return {
    close: () => {
      isOpen = false;
      killGroup(child);
    },
  };
}

function keepComplaint(child: ChildProcess): () => string {
  let kept = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    kept = (kept + text).slice(-complaintBytes);
  });
  return () => kept.trim();
}
