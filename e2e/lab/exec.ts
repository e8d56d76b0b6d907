import { execOnDirector } from "./hosts/director.ts";
import { execOnRealServer } from "./hosts/real-server.ts";
import { expectSuccess, runCommand, type CommandOptions, type CommandResult } from "./machine/command.ts";
import { LabError } from "./machine/failure.ts";
import { insideNamespace, namespaceOf } from "./machine/network.ts";
import { labName, readState, type LabState } from "./machine/state.ts";
import { findHost, planLab, type Host, type LabPlan } from "./plan.ts";

/** A lab that is up (or was, when something in it was killed), with its plan. */
export type RunningLab = { readonly name: string; readonly state: LabState; readonly plan: LabPlan };

/** The lab of this name; an error when it is not up. */
export function openLab(name?: string): RunningLab {
  const chosen = labName(name);
  const state = readState(chosen);
  if (state === null || state.phase !== "up") {
    throw new LabError(`lab ${chosen} is not up: npm run lab -- up --name ${chosen}`);
  }
  return { name: chosen, state, plan: planLab(state.topology) };
}

/** The host of this name; the error lists the names there are. */
export function hostNamed(plan: LabPlan, name: string): Host {
  const host = findHost(plan, name);
  if (host !== null) return host;
  const names = [...plan.directors, ...plan.realServers, ...plan.stations].map((known) => known.name);
  throw new LabError(`no host "${name}" in the lab; there are ${names.join(", ")}`);
}

/**
 * Runs a command on any host of the lab: a director over its control link (works while its wire is cut), a real
 * server inside its namespaces, `client` and `console` in their network namespace with this machine's files.
 */
export function exec(
  lab: string | undefined,
  host: string,
  command: CommandOptions & { readonly argv: readonly string[] },
): Promise<CommandResult> {
  const { name, plan } = openLab(lab);
  const target = hostNamed(plan, host);
  switch (target.kind) {
    case "director":
      return execOnDirector(name, target, command);
    case "real-server":
      return execOnRealServer(name, target, command);
    case "station": {
      const { argv, ...options } = command;
      return runCommand(insideNamespace(namespaceOf(name, target), argv), options);
    }
  }
}

/** As `exec`, but anything else than exit 0 is an error that carries stderr. Gives stdout. */
export async function mustExec(
  lab: string | undefined,
  host: string,
  argv: readonly string[],
): Promise<string> {
  return expectSuccess([`${host}:`, ...argv], await exec(lab, host, { argv }));
}

/** argv that runs `argv` in the network of `client` or `console` (same process, this machine's files and user). */
export function stationArgv(
  lab: string | undefined,
  station: "client" | "console",
  argv: readonly string[],
): readonly string[] {
  const { name, plan } = openLab(lab);
  const host = plan.stations.find((known) => known.name === station);
  if (host === undefined) throw new LabError(`no station ${station}`);
  return insideNamespace(namespaceOf(name, host), argv);
}
