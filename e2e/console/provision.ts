import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import { startAgent } from "../lab/agent.ts";
import { mustExec, openLab } from "../lab/exec.ts";
import { projectRoot } from "../lab/machine/state.ts";
import type { LabPlan } from "../lab/plan.ts";

/** Makes a lab known to a running console, without a browser and without an account: cluster, real servers with their host keys, agents. */

const command = join(projectRoot, "apps/web/src/server/provision.ts");
const run = promisify(execFile);

export interface Provisioned {
  readonly clusterId: string;
  /** By the lab's names. */
  readonly directorIds: ReadonlyMap<string, string>;
  readonly realServerIds: ReadonlyMap<string, string>;
}

const idSchema = z.object({ id: z.string() });
const directorsSchema = z.object({ directors: z.array(z.object({ id: z.string(), name: z.string() })) });

/** May be done again: directors that are enrolled already are left alone. */
export async function provisionLab(options: {
  lab: string;
  dataDir: string;
  enrolUrl: string;
}): Promise<Provisioned> {
  const { plan } = openLab(options.lab);
  const ask = async <Schema extends z.ZodType>(
    schema: Schema,
    argv: readonly string[],
  ): Promise<z.infer<Schema>> => {
    const env = { ...process.env, LVS_CONSOLE_DATA_DIR: options.dataDir };
    const { stdout } = await run(process.execPath, [command, ...argv], { env, timeout: 60_000 });
    return schema.parse(JSON.parse(stdout));
  };
  const cluster = plan.topology;
  const { id: clusterId } = await ask(idSchema, ["cluster", "--name", cluster]);
  const { publicKey } = await ask(z.object({ publicKey: z.string() }), ["ssh-key"]);
  const realServerIds = new Map<string, string>();
  for (const real of plan.realServers) {
    await authorizeKey(options.lab, real.name, publicKey);
    const hostKey = await mustExec(options.lab, real.name, ["cat", "/etc/ssh/ssh_host_ed25519_key.pub"]);
    const argv = ["real-server", "--cluster", cluster, "--name", real.name, "--address", real.address];
    const { id } = await ask(idSchema, [...argv, "--host-key", hostKey.trim()]);
    realServerIds.set(real.name, id);
  }
  const readDirectors = async (): Promise<Map<string, string>> => {
    const { directors } = await ask(directorsSchema, ["directors", "--cluster", cluster]);
    return new Map(directors.map(({ name, id }) => [name, id]));
  };
  const known = await readDirectors();
  for (const director of plan.directors.filter((each) => !known.has(each.name))) {
    const argv = ["token", "--cluster", cluster, "--enrol-url", options.enrolUrl];
    const { token } = await ask(z.object({ token: z.string() }), argv);
    await startAgent(options.lab, director.name, {
      LVS_AGENT_TOKEN: token,
      LVS_AGENT_ADDRESS: director.address,
    });
  }
  const directorIds = await untilEnrolled(plan, readDirectors);
  return { clusterId, realServerIds, directorIds };
}

/** What the owner of a real server does once: the console's key may sign in. */
async function authorizeKey(lab: string, realServer: string, publicKey: string): Promise<void> {
  const append = 'grep -qxF "$1" /root/.ssh/authorized_keys || echo "$1" >> /root/.ssh/authorized_keys';
  await mustExec(lab, realServer, ["sh", "-c", append, "sh", publicKey.trim()]);
}

async function untilEnrolled(
  plan: LabPlan,
  readDirectors: () => Promise<Map<string, string>>,
): Promise<Map<string, string>> {
  for (let tries = 0; tries < 60; tries += 1) {
    const known = await readDirectors();
    if (plan.directors.every((each) => known.has(each.name))) return known;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error("not every director of the lab enrolled within 60 s; see /var/log/lvs-agent.log on each");
}
