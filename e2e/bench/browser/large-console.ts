import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { consoleApi, signIn, type Account, type ConsoleApi } from "../../console/api.ts";
import { runConsole, waitForHealth } from "../../console/run-console.ts";
import { projectRoot } from "../../lab/machine/state.ts";

/** The built console on this machine, without a lab, and one director of the size that was asked for. */
export interface LargeConsole {
  readonly url: string;
  readonly directorId: string;
  readonly admin: Account;
  readonly api: ConsoleApi & { cookie: string };
  /** From now on so many services, each with all of its rows, are others every second. */
  readonly move: (services: number) => void;
  /** The longest that the console's event loop stood still between two times of this machine's clock, ms. */
  readonly longestStall: (fromMs: number, toMs: number) => number;
  readonly close: () => Promise<void>;
}

export async function openLargeConsole(options: {
  port: number;
  services: number;
  realServers: number;
}): Promise<LargeConsole> {
  const dataDir = mkdtempSync(join(tmpdir(), "lvs-console-bench-"));
  chmodSync(dataDir, 0o755);
  const stalls = join(dataDir, "stalls");
  process.env["WATCH_LOOP"] = stalls;
  process.env["NODE_OPTIONS"] = `--import=${join(import.meta.dirname, "watch-loop.mjs")}`;
  const running = await runConsole({
    port: options.port,
    enrolPort: options.port + 1,
    dataDir,
    isQuiet: true,
    log: join(dataDir, "console.log"),
  });
  delete process.env["NODE_OPTIONS"];
  delete process.env["WATCH_LOOP"];
  const { url } = running;
  await waitForHealth(url, (health) => health.database === "ok");
  const admin = { name: "Ann", email: "ann@example.org", password: randomBytes(12).toString("hex") };
  const token = await setupToken(dataDir);
  await consoleApi(url).mutate("setup.createFirstAdmin", z.unknown(), { token, ...admin });
  const director = await startDirector({ dataDir, ...options });
  await waitForHealth(url, (health) => health.directors.connected === 1);
  return {
    url,
    admin,
    directorId: director.id,
    api: await signIn(url, admin),
    move: director.move,
    longestStall: (fromMs, toMs) => longestStall(stalls, fromMs, toMs),
    close: async () => {
      await director.close();
      await running.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function startDirector(options: { dataDir: string; services: number; realServers: number }) {
  const program = join(projectRoot, "apps/web/src/server/testing/large-director.ts");
  const child = spawn(process.execPath, [program, String(options.services), String(options.realServers)], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, LVS_CONSOLE_DATA_DIR: options.dataDir },
  });
  const [id] = z.tuple([z.string()]).parse(await once(createInterface({ input: child.stdout }), "line"));
  return {
    id,
    move: (services: number): void => void child.stdin.write(`${services}\n`),
    close: async (): Promise<void> => {
      child.stdin.end();
      await once(child, "exit");
    },
  };
}

async function setupToken(dataDir: string): Promise<string> {
  const file = join(dataDir, "setup-token");
  for (let tries = 0; tries < 150 && !existsSync(file); tries += 1) await sleep(200);
  return readFileSync(file, "utf8").trim();
}

function longestStall(file: string, fromMs: number, toMs: number): number {
  if (!existsSync(file)) return 0;
  const stalls = readFileSync(file, "utf8")
    .split("\n")
    .map((line) => line.split(" ").map(Number));
  return Math.max(
    0,
    ...stalls.flatMap(([endMs = 0, lengthMs = 0]) =>
      endMs >= fromMs && endMs - lengthMs <= toMs ? [lengthMs] : [],
    ),
  );
}
