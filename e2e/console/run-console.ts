import { spawn, type ChildProcess } from "node:child_process";
import { createWriteStream, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { stationArgv } from "../lab/exec.ts";
import { projectRoot } from "../lab/machine/state.ts";

/** The built console as a process of ours. */
export interface RunningConsole {
  readonly pid: number;
  /** Where a browser on this machine reaches it. */
  readonly url: string;
  readonly dataDir: string;
  /** Resolves with the exit code when it has ended, by itself or not. */
  readonly ended: Promise<number | null>;
  /** SIGTERM and up to 20 s to end in order, then SIGKILL. */
  readonly stop: () => Promise<void>;
  /** SIGKILL, as a power cut would. The database it started goes on without it. */
  readonly kill: () => Promise<void>;
}

export interface ConsoleOptions {
  /** Runs in this lab's console namespace; absent: on this machine itself. */
  readonly lab?: string;
  readonly port: number;
  readonly enrolPort: number;
  /** What agents are told to call. */
  readonly enrolUrl?: string;
  readonly dataDir: string;
  /** Its output goes here as well. */
  readonly log?: string;
  readonly isQuiet?: boolean;
}

const server = join(projectRoot, "apps/web/.next/standalone/apps/web/server.js");

export const healthSchema = z.object({
  status: z.string(),
  database: z.string(),
  collector: z.string(),
  directors: z.object({ enrolled: z.number(), connected: z.number() }),
});
export type Health = z.infer<typeof healthSchema>;

/** Starts it and returns at once; `waitForHealth` says when it answers. */
export async function runConsole(options: ConsoleOptions): Promise<RunningConsole> {
  if (!existsSync(server)) throw new Error(`the console is not built: no ${server} (npm run build)`);
  mkdirSync(options.dataDir, { recursive: true });
  const argv = [process.execPath, server];
  const [command = "", ...rest] =
    options.lab === undefined ? argv : stationArgv(options.lab, "console", argv);
  const child = spawn(command, rest, {
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
    env: {
      ...process.env,
      NODE_ENV: "production",
      PORT: String(options.port),
      HOSTNAME: options.lab === undefined ? "127.0.0.1" : "0.0.0.0",
      ENROL_PORT: String(options.enrolPort),
      LVS_CONSOLE_DATA_DIR: options.dataDir,
      ...(options.enrolUrl === undefined ? {} : { ENROL_URL: options.enrolUrl }),
    },
  });
  keepWords(child, options);
  const ended = new Promise<number | null>((resolve) => {
    child.once("exit", (code) => {
      resolve(code);
    });
  });
  const url = `http://127.0.0.1:${options.port}`;
  return {
    pid: child.pid ?? 0,
    url,
    dataDir: options.dataDir,
    ended,
    stop: async () => {
      child.kill("SIGTERM");
      const isOver = await Promise.race([ended.then(() => true), sleep(20_000, false, { ref: false })]);
      if (!isOver) child.kill("SIGKILL");
      await ended;
    },
    kill: async () => {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

function keepWords(child: ChildProcess, options: ConsoleOptions): void {
  const file = options.log === undefined ? undefined : createWriteStream(options.log, { flags: "a" });
  const keep = (chunk: Buffer): void => {
    file?.write(chunk);
    if (options.isQuiet !== true) process.stdout.write(chunk);
  };
  child.stdout?.on("data", keep);
  child.stderr?.on("data", keep);
}

/** Asks `/api/health` until `isGood` says so; the last answer is in the error when it never did. */
export async function waitForHealth(
  url: string,
  isGood: (health: Health) => boolean,
  limitMs = 60_000,
): Promise<Health> {
  const began = Date.now();
  let last = "no answer";
  while (Date.now() - began < limitMs) {
    try {
      const answer = await fetch(`${url}/api/health`, { signal: AbortSignal.timeout(5_000) });
      const text = await answer.text();
      last = `${answer.status} ${text}`;
      const health = healthSchema.safeParse(JSON.parse(text));
      if (health.success && isGood(health.data)) return health.data;
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
    }
    await sleep(200);
  }
  throw new Error(`the console at ${url} did not come to health in ${limitMs / 1_000} s; last: ${last}`);
}
