import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  decodeFrames,
  frameType,
  parseEnd,
  type ControlEnd,
  type ControlRequest,
} from "../guest/control-frames.ts";
import { expectSuccess, runCommand, type CommandOptions, type CommandResult } from "../machine/command.ts";
import { LabError, messageOf } from "../machine/failure.ts";
import { controlTap, insideNamespace, namespaceOf, wireTap } from "../machine/network.ts";
import { isAlive, killGroup, spawnDetached, type ProcessIdentity } from "../machine/process.ts";
import {
  hostFolder,
  labFolder,
  projectRoot,
  readState,
  rememberProcess,
  type LabState,
} from "../machine/state.ts";
import { waitFor } from "../machine/wait.ts";
import { kernelEnvironment } from "../machine/xstate.ts";
import { controlPort, type Director, type LabPlan } from "../plan.ts";
import { printKeepalivedConf } from "./keepalived-conf.ts";

const guestFolder = join(import.meta.dirname, "../guest");

export const kernelRole = (director: Director): string => `kernel:${director.name}`;

/** The director's kernel as remembered, if it lives. */
export function kernelOf(state: LabState, director: Director): ProcessIdentity | null {
  const identity = state.processes[kernelRole(director)];
  return identity !== undefined && isAlive(identity) ? identity : null;
}

/** Makes what the director finds on its disk: its folders and its first keepalived.conf. Keeps what is there. */
export function prepareDirector(state: LabState, plan: LabPlan, director: Director): void {
  const folder = hostFolder(state.name, director.name);
  for (const part of ["etc-keepalived", "var-log", "agent"]) {
    mkdirSync(join(folder, part), { recursive: true, mode: 0o755 });
  }
  const configuration = join(folder, "etc-keepalived", "keepalived.conf");
  if (!existsSync(configuration)) {
    writeFileSync(configuration, printKeepalivedConf(plan, director), { mode: 0o644 });
  }
  writeFileSync(join(folder, "agent", "node"), `${process.execPath}\n`);
  writeFileSync(join(folder, "agent", "bundle"), `${state.agentBundle}\n`);
}

const wireMac = (director: Director) => `02:00:0a:4d:00:1${director.index}`;
const controlMac = (director: Director) => `02:00:0a:4e:00:1${director.index}`;

function kernelArgv(state: LabState, director: Director): readonly string[] {
  const words = {
    LVS_NAME: director.name,
    LVS_INIT: state.init,
    LVS_SHARE: hostFolder(state.name, director.name),
    LVS_ADDRESS: director.address,
    LVS_ADDRESS6: director.address6,
    LVS_CONTROL: director.controlAddress,
    LVS_NODE: process.execPath,
    LVS_LAB: join(import.meta.dirname, ".."),
    LVS_VISIBLE: [projectRoot, dirname(process.execPath), dirname(state.agentBundle)].join(":"),
  };
  return insideNamespace(namespaceOf(state.name, "wire"), [
    "linux.uml",
    `umid=${director.name}`,
    `uml_dir=${join(labFolder(state.name), "uml")}`,
    `mem=${state.memoryMb}M`,
    "root=/dev/root",
    "rootfstype=hostfs",
    "rootflags=/",
    "ro",
    "quiet",
    `init=${join(guestFolder, "director-init.sh")}`,
    "con=null",
    "con0=null,fd:1",
    `vec0:transport=tap,ifname=${wireTap(director)},depth=64,mac=${wireMac(director)}`,
    `vec1:transport=tap,ifname=${controlTap(director)},depth=64,mac=${controlMac(director)}`,
    ...Object.entries(words).map(([key, value]) => `${key}=${value}`),
  ]);
}

/** Switches the director's power on, unless it is on. Its kernel is remembered before this returns. */
export async function powerOn(name: string, director: Director): Promise<void> {
  const state = readState(name);
  if (state === null) throw new LabError(`lab ${name} is not up`);
  if (kernelOf(state, director) !== null) return;
  const umlFolder = join(labFolder(name), "uml");
  mkdirSync(umlFolder, { recursive: true });
  rmSync(join(umlFolder, director.name), { recursive: true, force: true });
  const log = consoleLog(name, director);
  rmSync(log, { force: true });
  const env = await kernelEnvironment(labFolder(name));
  const identity = await spawnDetached({ argv: kernelArgv(state, director), log, env });
  rememberProcess(name, kernelRole(director), identity);
}

const consoleLog = (name: string, director: Director) => join(hostFolder(name, director.name), "console.log");

/** Waits until the director runs commands. The error carries the end of its console. */
export async function awaitDirector(name: string, director: Director): Promise<void> {
  const log = consoleLog(name, director);
  try {
    await waitFor({ what: `${director.name} to boot`, timeoutMs: 60_000, everyMs: 50 }, () => {
      const state = readState(name);
      if (state === null || kernelOf(state, director) === null)
        throw new LabError(`${director.name}'s kernel ended`);
      return readFileSync(log, "latin1").includes("CONTROL-READY") ? true : undefined;
    });
  } catch (error) {
    const lines = readFileSync(log, "latin1").trim().split("\n").slice(-8).join("\n");
    throw new LabError(`${messageOf(error)}; the end of ${log}:\n${lines}`);
  }
}

/** Kills the director's kernel as a power cut does. False when it was off. */
export async function powerOff(name: string, director: Director): Promise<boolean> {
  const state = readState(name);
  const identity = state?.processes[kernelRole(director)];
  if (identity === undefined) return false;
  const killed = await killGroup(identity);
  rememberProcess(name, kernelRole(director), null);
  return killed;
}

/**
 * A request to the control server from outside its network, and its answer: bash opens the connection, one cat sends
 * all of the input, one reads to the end. Without --norc a bash whose input is a socket, as Node's pipes are, takes
 * itself for a remote login and runs the user's .bashrc first, whatever that does. The server reads all of a request before it answers, so neither waits for
 * the other.
 */
function controlRelay(name: string, director: Director): readonly string[] {
  const script = 'exec 3<>"/dev/tcp/$0/$1" || exit 111; cat >&3; exec cat <&3';
  return insideNamespace(namespaceOf(name, "wire"), [
    "bash",
    "--norc",
    "-c",
    script,
    director.controlAddress,
    String(controlPort),
  ]);
}

function readAnswer(raw: Buffer): {
  readonly stdout: string;
  readonly stderr: string;
  readonly end: ControlEnd | null;
} {
  const { frames } = decodeFrames(raw);
  const textOf = (type: number) =>
    Buffer.concat(frames.filter((frame) => frame.type === type).map((frame) => frame.payload)).toString();
  const last = frames.at(-1);
  const end = last?.type === frameType.end ? parseEnd(last.payload) : null;
  return { stdout: textOf(frameType.stdout), stderr: textOf(frameType.stderr), end };
}

/** Runs a command on the director over its control link; works while its wire is cut. */
export async function execOnDirector(
  name: string,
  director: Director,
  command: CommandOptions & { readonly argv: readonly string[] },
): Promise<CommandResult> {
  const state = readState(name);
  if (state === null || kernelOf(state, director) === null) throw new LabError(`${director.name} is off`);
  const stdin = command.stdin ?? "";
  const timeoutMs = command.timeoutMs ?? 30_000;
  const request: ControlRequest = { argv: command.argv, stdinBytes: Buffer.byteLength(stdin), timeoutMs };
  const relayed = await runCommand(controlRelay(name, director), {
    stdin: `${JSON.stringify(request)}\n${stdin}`,
    timeoutMs: timeoutMs + 5000,
    encoding: "latin1",
  });
  const answer = readAnswer(Buffer.from(relayed.stdout, "latin1"));
  if (answer.end === null) {
    const reason = relayed.problem ?? (relayed.stderr.trim() || "the connection ended early");
    throw new LabError(`no answer from ${director.name}'s control link: ${reason}`, { argv: command.argv });
  }
  return { ...answer.end, stdout: answer.stdout, stderr: answer.stderr };
}

/** As `execOnDirector`, but anything else than exit 0 is an error. Gives stdout. */
export async function mustExecOnDirector(
  name: string,
  director: Director,
  argv: readonly string[],
): Promise<string> {
  return expectSuccess([`${director.name}:`, ...argv], await execOnDirector(name, director, { argv }));
}
