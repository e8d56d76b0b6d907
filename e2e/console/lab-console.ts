import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { startAgent } from "../lab/agent.ts";
import { down } from "../lab/down.ts";
import { mustExec, openLab } from "../lab/exec.ts";
import { labFolder } from "../lab/machine/state.ts";
import type { LabPlan, Topology } from "../lab/plan.ts";
import { publish, unpublish } from "../lab/publish/publish.ts";
import { up } from "../lab/up.ts";
import { signIn, consoleApi, type Account, type ConsoleApi } from "./api.ts";
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

const innerPort = 3000;
const enrolPort = 3443;
const idSchema = z.object({ id: z.string() });

export async function openLabConsole(options: LabConsoleOptions): Promise<LabConsole> {
  await up({ name: options.lab, topology: options.topology });
  const { plan } = openLab(options.lab);
  const start = (): Promise<RunningConsole> =>
    runConsole({
      lab: options.lab,
      port: innerPort,
      enrolPort,
      enrolUrl: enrolUrlOf(plan),
      dataDir: join(labFolder(options.lab), "console"),
      log: join(labFolder(options.lab), "console.log"),
      isQuiet: true,
    });
  let running = await start();
  await publish({ lab: options.lab, hostPort: options.port, port: innerPort });
  const url = `http://127.0.0.1:${options.port}`;
  await waitForHealth(url, (health) => health.database === "ok");
  const admin = await firstAdmin(url, running.dataDir);
  const api = await signIn(url, admin);
  const { clusterId, directorIds, realServerIds } = await register(api, plan, options.lab);
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
    },
  };
}

/** What a token tells the lab's directors to call. */
export function enrolUrlOf(plan: LabPlan): string {
  const station = plan.stations.find((each) => each.name === "console");
  return `https://${station?.address ?? ""}:${enrolPort}`;
}

async function firstAdmin(url: string, dataDir: string): Promise<Account> {
  const token = readFileSync(join(dataDir, "setup-token"), "utf8").trim();
  const admin = { name: "Ann", email: "ann@example.org", password: randomBytes(12).toString("hex") };
  await consoleApi(url).mutate("setup.createFirstAdmin", z.unknown(), { token, ...admin });
  return admin;
}

async function register(
  api: ConsoleApi,
  plan: LabPlan,
  lab: string,
): Promise<Pick<LabConsole, "clusterId" | "directorIds" | "realServerIds">> {
  const { id: clusterId } = await api.mutate("clusters.create", idSchema, { name: plan.topology });
  for (const director of plan.directors) {
    const { token } = await api.mutate("directors.createToken", z.looseObject({ token: z.string() }), {
      clusterId,
    });
    await startAgent(lab, director.name, { LVS_AGENT_TOKEN: token, LVS_AGENT_ADDRESS: director.address });
  }
  const { publicKey } = await api.query("realServers.publicKey", z.object({ publicKey: z.string() }));
  const realServerIds = new Map<string, string>();
  for (const real of plan.realServers) {
    const { name, address, sshPort } = real;
    await authorizeKey(lab, name, publicKey);
    const { id } = await api.mutate("realServers.add", idSchema, { clusterId, name, address, sshPort });
    const { presented } = await api.mutate(
      "realServers.readHostKey",
      z.object({ presented: z.object({ fingerprint: z.string() }).loose() }).loose(),
      { id },
    );
    await api.mutate("realServers.pinHostKey", z.unknown(), { id, fingerprint: presented.fingerprint });
    realServerIds.set(name, id);
  }
  return { clusterId, realServerIds, directorIds: await enrolled(api, plan) };
}

/** What the owner of a real server does once: the console's key may sign in. */
export async function authorizeKey(lab: string, realServer: string, publicKey: string): Promise<void> {
  const append = 'grep -qxF "$1" /root/.ssh/authorized_keys || echo "$1" >> /root/.ssh/authorized_keys';
  await mustExec(lab, realServer, ["sh", "-c", append, "sh", publicKey.trim()]);
}

const fleetSchema = z.looseObject({
  directors: z.array(z.looseObject({ id: z.string(), name: z.string() })),
});

async function enrolled(api: ConsoleApi, plan: LabPlan): Promise<Map<string, string>> {
  for (let tries = 0; tries < 150; tries += 1) {
    const { directors } = await api.query("fleet.read", fleetSchema);
    if (directors.length === plan.directors.length)
      return new Map(directors.map(({ name, id }) => [name, id]));
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error("not every director of the lab enrolled within 30 s");
}
