import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expectSuccess, runCommand, type CommandOptions, type CommandResult } from "../machine/command.ts";
import { LabError, messageOf } from "../machine/failure.ts";
import { insideNamespace, namespaceOf } from "../machine/network.ts";
import { isAlive, killGroup, spawnDetached, type ProcessIdentity } from "../machine/process.ts";
import { hostFolder, readState, rememberProcess } from "../machine/state.ts";
import { waitFor } from "../machine/wait.ts";
import { servicePortsOf, vipsOf, type LabPlan, type RealServer } from "../plan.ts";

const labSource = join(import.meta.dirname, "..");

export const realServerRole = (server: RealServer): string => `real-server:${server.name}`;

const bootLog = (name: string, server: RealServer) => join(hostFolder(name, server.name), "boot.log");

/** The process that holds the real server's namespaces together, if it lives. */
function keeperOf(name: string, server: RealServer): ProcessIdentity | null {
  const keeper = readState(name)?.processes[realServerRole(server)];
  return keeper !== undefined && isAlive(keeper) ? keeper : null;
}

/** The host's pid of the real server's PID 1, or null when it is not running (or about to start). */
function initPid(name: string, server: RealServer): number | null {
  const keeper = keeperOf(name, server);
  if (keeper === null) return null;
  const children = readFileSync(`/proc/${keeper.pid}/task/${keeper.pid}/children`, "latin1").trim();
  return children === "" ? null : Number(children.split(" ")[0]);
}

export function isRealServerUp(name: string, server: RealServer): boolean {
  return keeperOf(name, server) !== null;
}

/** Starts a real server, unless it runs: its namespaces, its VIPs on lo, sshd and nginx. */
export async function startRealServer(name: string, plan: LabPlan, server: RealServer): Promise<void> {
  if (isRealServerUp(name, server)) return;
  const log = bootLog(name, server);
  rmSync(log, { force: true });
  const argv = insideNamespace(namespaceOf(name, server), [
    "unshare",
    "-mupf",
    "--kill-child",
    "--mount-proc",
    "--propagation=private",
    join(labSource, "guest", "real-server-init.sh"),
    server.name,
    hostFolder(name, server.name),
    vipsOf(plan).join(" "),
    servicePortsOf(plan).join(" "),
    labSource,
  ]);
  rememberProcess(name, realServerRole(server), await spawnDetached({ argv, log }));
}

/** Waits until the real server's services run. */
export async function awaitRealServer(name: string, server: RealServer): Promise<void> {
  const log = bootLog(name, server);
  try {
    await waitFor({ what: `${server.name} to start its services`, timeoutMs: 30_000 }, () => {
      if (!isRealServerUp(name, server)) throw new LabError(`${server.name} ended`);
      return existsSync(log) && readFileSync(log, "utf8").includes("REAL-SERVER-BOOTED") ? true : undefined;
    });
  } catch (error) {
    throw new LabError(`${messageOf(error)}; ${log}:\n${readFileSync(log, "utf8").trim()}`);
  }
}

/** Ends a real server with everything in it. False when it did not run. */
export async function stopRealServer(name: string, server: RealServer): Promise<boolean> {
  const keeper = readState(name)?.processes[realServerRole(server)];
  if (keeper === undefined) return false;
  const killed = await killGroup(keeper);
  rememberProcess(name, realServerRole(server), null);
  return killed;
}

/** Runs a command inside a real server: its own network, files, host name and processes. */
export async function execOnRealServer(
  name: string,
  server: RealServer,
  command: CommandOptions & { readonly argv: readonly string[] },
): Promise<CommandResult> {
  const pid = initPid(name, server);
  if (pid === null) throw new LabError(`${server.name} is not running`);
  const { argv, ...options } = command;
  return runCommand(["nsenter", "-t", String(pid), "-m", "-u", "-n", "-p", "--wd=/root", ...argv], options);
}

/** As `execOnRealServer`, but anything else than exit 0 is an error. Gives stdout. */
export async function mustExecOnRealServer(
  name: string,
  server: RealServer,
  argv: readonly string[],
): Promise<string> {
  return expectSuccess([`${server.name}:`, ...argv], await execOnRealServer(name, server, { argv }));
}
