import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { down } from "../lab/down.ts";
import { openLab } from "../lab/exec.ts";
import { labFolder } from "../lab/machine/state.ts";
import type { LabPlan, Topology } from "../lab/plan.ts";
import { publish, unpublish } from "../lab/publish/publish.ts";
import { up } from "../lab/up.ts";
import { signIn, consoleApi, type Account, type ConsoleApi } from "./api.ts";
import { provisionLab } from "./provision.ts";
import { runConsole, waitForHealth, type RunningConsole } from "./run-console.ts";

/** The built console inside a lab, every director enrolled and every real server registered, with an admin of the test's own. */
export interface LabConsole {
  readonly lab: string;
  readonly plan: LabPlan;
  readonly url: string;
  readonly admin: Account;
  readonly clusterId: string;
  /** By the lab's names: "lvs-1", "rs4". */
  readonly directorIds: ReadonlyMap<string, string>;
  readonly realServerIds: ReadonlyMap<string, string>;
  /** Signed in as the admin. */
  readonly api: ConsoleApi;
  /** The process of now; another after `restart`. */
  readonly process: () => RunningConsole;
  /** Starts the console again after it was killed, and waits until it hears every director. */
  readonly restart: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface LabConsoleOptions {
  readonly lab: string;
  readonly topology: Topology;
  /** On this machine's loopback. */
  readonly port: number;
}

export const innerPort = 3000;
export const enrolPort = 3443;

export async function openLabConsole(options: LabConsoleOptions): Promise<LabConsole> {
  await up({ name: options.lab, topology: options.topology });
  const { plan } = openLab(options.lab);
  // Not in the lab's own folder: PostgreSQL runs unprivileged and must be able to come to its part.
  const dataDir = mkdtempSync(join(tmpdir(), `lvs-console-${options.lab}-`));
  chmodSync(dataDir, 0o755);
  const start = (): Promise<RunningConsole> =>
    runConsole({
      lab: options.lab,
      port: innerPort,
      enrolPort,
      enrolUrl: enrolUrlOf(plan),
      dataDir,
      log: join(labFolder(options.lab), "console.log"),
      isQuiet: true,
    });
  let running = await start();
  await publish({ lab: options.lab, hostPort: options.port, port: innerPort });
  const url = `http://127.0.0.1:${options.port}`;
  await waitForHealth(url, (health) => health.database === "ok");
  const admin = await firstAdmin(url, running.dataDir);
  const api = await signIn(url, admin);
  const { clusterId, directorIds, realServerIds } = await provisionLab({
    lab: options.lab,
    dataDir: running.dataDir,
    enrolUrl: enrolUrlOf(plan),
  });
  const everyone = plan.directors.length;
  await waitForHealth(url, (health) => health.status === "ok" && health.directors.connected === everyone);
  return {
    lab: options.lab,
    plan,
    url,
    admin,
    clusterId,
    directorIds,
    realServerIds,
    api,
    process: () => running,
    restart: async () => {
      running = await start();
      await waitForHealth(url, (health) => health.status === "ok" && health.directors.connected === everyone);
    },
    close: async () => {
      await running.stop();
      await unpublish(options.lab, options.port);
      await down({ name: options.lab });
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** What a token tells the lab's directors to call. */
export function enrolUrlOf(plan: LabPlan): string {
  const station = plan.stations.find((each) => each.name === "console");
  return `https://${station?.address ?? ""}:${enrolPort}`;
}

async function firstAdmin(url: string, dataDir: string): Promise<Account> {
  const token = await setupToken(dataDir);
  const admin = { name: "Ann", email: "ann@example.org", password: randomBytes(12).toString("hex") };
  await consoleApi(url).mutate("setup.createFirstAdmin", z.unknown(), { token, ...admin });
  return admin;
}

/** Written by the console once its database is migrated, a moment after it first answers. */
async function setupToken(dataDir: string): Promise<string> {
  const file = join(dataDir, "setup-token");
  for (let tries = 0; tries < 150 && !existsSync(file); tries += 1) await sleep(200);
  return readFileSync(file, "utf8").trim();
}
