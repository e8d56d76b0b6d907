import { existsSync } from "node:fs";
import { hostNamed, openLab } from "./exec.ts";
import { execOnDirector, mustExecOnDirector } from "./hosts/director.ts";
import { expectSuccess } from "./machine/command.ts";
import { LabError } from "./machine/failure.ts";
import type { Director } from "./plan.ts";

/**
 * The agent inside a director. It runs as a service of its own: `node --max-semi-space-size=4 --env-file=/var/lib/lvs-agent/agent.env BUNDLE`,
 * brought back one second after it ends, and started with the director once it has an environment.
 * /var/lib/lvs-agent lives on the director's disk: what the agent keeps there outlives its kernel.
 */

const service = "/etc/init.d/lvs-agent";
const environmentPath = "/var/lib/lvs-agent/agent.env";

/** One line of a Node env file. The value may hold anything but all three kinds of quotes at once. */
function printVariable(key: string, value: string): string {
  const quote = ["'", '"', "`"].find((mark) => !value.includes(mark));
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(key) || quote === undefined) {
    throw new LabError(`${key} cannot be written into an environment file`);
  }
  return `${key}=${quote}${value}${quote}\n`;
}

function directorNamed(
  lab: string | undefined,
  host: string,
): { readonly name: string; readonly director: Director } {
  const { name, plan } = openLab(lab);
  const director = hostNamed(plan, host);
  if (director.kind !== "director") throw new LabError(`${host} is not a director`);
  return { name, director };
}

/**
 * Gives the director's agent this environment and starts it, or starts it again. Without `env` it keeps the one it
 * has. Returns when the service says it was started: that the agent answers is the caller's to see.
 */
export async function startAgent(
  lab: string | undefined,
  host: string,
  env?: Readonly<Record<string, string>>,
): Promise<void> {
  const { name, director } = directorNamed(lab, host);
  const bundle = openLab(lab).state.agentBundle;
  if (!existsSync(bundle)) throw new LabError(`the agent is not built: no ${bundle}`);
  if (env !== undefined) {
    const text = Object.entries(env)
      .map(([key, value]) => printVariable(key, value))
      .join("");
    const argv = [
      "sh",
      "-c",
      `umask 077; cat > ${environmentPath}.new && mv ${environmentPath}.new ${environmentPath}`,
    ];
    expectSuccess(["write", environmentPath], await execOnDirector(name, director, { argv, stdin: text }));
  }
  await mustExecOnDirector(name, director, [service, "restart"]);
}

/** Stops the agent and keeps it stopped (until startAgent, or the next boot of the director). */
export async function stopAgent(lab: string | undefined, host: string): Promise<void> {
  const { name, director } = directorNamed(lab, host);
  await mustExecOnDirector(name, director, [service, "stop"]);
}

/** The agent's pid inside the director, or null when it does not run. */
export async function readAgentPid(lab: string | undefined, host: string): Promise<number | null> {
  const { name, director } = directorNamed(lab, host);
  const result = await execOnDirector(name, director, { argv: [service, "status"] });
  if (result.exitCode === 3) return null;
  const pid = /\((\d+)\)/.exec(expectSuccess([service, "status"], result))?.[1];
  if (pid === undefined) throw new LabError(`${host}: ${service} status said ${result.stdout}`);
  return Number(pid);
}
