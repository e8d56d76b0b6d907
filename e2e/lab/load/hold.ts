import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { stationArgv } from "../exec.ts";
import { LabError } from "../machine/failure.ts";

export type HoldOptions = {
  readonly lab?: string;
  /** One of the client's addresses: 10.77.0.1, .201-.219. */
  readonly from: string;
  readonly to: string;
  readonly port: number;
  readonly count: number;
};

/** Opens connections to a VIP and keeps them open; resolves when every one was answered. They end with `release`, or with this process. */
export async function holdConnections(
  options: HoldOptions,
): Promise<{ readonly release: () => Promise<void> }> {
  const { lab, ...order } = options;
  const worker = join(import.meta.dirname, "hold-worker.ts");
  const argv = stationArgv(lab, "client", [process.execPath, worker, JSON.stringify(order)]);
  const [command = "", ...rest] = argv;
  const child = spawn(command, rest, { stdio: ["pipe", "pipe", "pipe"] });
  let words = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    words += text;
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const held = new Promise<void>((resolve) =>
    createInterface({ input: child.stdout }).on("line", () => resolve()),
  );
  const isHeld = await Promise.race([held.then(() => true), ended.then(() => false)]);
  if (!isHeld) throw new LabError(`connections to ${order.to}:${order.port} could not be opened: ${words}`);
  return {
    release: async () => {
      child.stdin.end();
      await ended;
    },
  };
}
