import { readAddresses, type LabAddresses } from "./addresses.ts";
import { openLab, type RunningLab } from "./exec.ts";
import { execOnDirector, kernelOf } from "./hosts/director.ts";
import { isRealServerUp, mustExecOnRealServer } from "./hosts/real-server.ts";
import { expectSuccess } from "./machine/command.ts";
import { messageOf } from "./machine/failure.ts";
import { isLinked } from "./machine/network.ts";
import { vipsOf, type Director, type RealServer } from "./plan.ts";

export type InstanceStatus = {
  readonly name: string;
  /** What keepalived last logged of this instance; null when it logged nothing. It may have died since. */
  readonly state: "MASTER" | "BACKUP" | "FAULT" | null;
};

export type DirectorStatus = {
  readonly name: string;
  readonly address: string;
  /** Its port is on the bridge. */
  readonly isLinked: boolean;
  readonly kernelPid: number | null;
  /** What it says of itself; null when it is off. `problem` is set when it is on and did not answer. */
  readonly inside: {
    readonly keepalivedPid: number | null;
    readonly agentPid: number | null;
    readonly instances: readonly InstanceStatus[];
    /** The lab's VIPs on eth0. */
    readonly vips: readonly string[];
    /** `ipvsadm -Ln`, as printed. */
    readonly table: string;
  } | null;
  readonly problem: string | null;
};

export type RealServerStatus = {
  readonly name: string;
  readonly address: string;
  readonly isLinked: boolean;
  readonly isUp: boolean;
  readonly isNginxRunning: boolean;
  readonly isSshRunning: boolean;
  /** The lab's VIPs on lo. */
  readonly vipsOnLo: readonly string[];
};

export type LabStatus = {
  readonly addresses: LabAddresses;
  readonly directors: readonly DirectorStatus[];
  readonly realServers: readonly RealServerStatus[];
};

const separator = "=== lab ===";

/** One command per host: each part's output behind a separator line. */
const script = (parts: readonly string[]) => parts.join(`; echo "${separator}"; `);
const partsOf = (output: string) => output.split(`${separator}\n`);

const liveness = (pidFile: string) =>
  `read -r pid <${pidFile} 2>/dev/null && [ -d /proc/$pid ] && echo $pid; true`;

const directorScript = script([
  liveness("/run/keepalived.pid"),
  liveness("/run/lvs-agent.pid"),
  "ip -4 -o addr show dev eth0",
  "ipvsadm -Ln",
  'grep -E "Entering (MASTER|BACKUP|FAULT) STATE" /var/log/keepalived.log | tail -n 40',
]);

const pidOrNull = (text: string) => (/^\d+\s*$/.test(text) ? Number(text) : null);

function stateOf(log: string, instance: string): InstanceStatus["state"] {
  const states = ["MASTER", "BACKUP", "FAULT"] as const;
  const last = log.split("\n").findLast((line) => line.includes(`(${instance}) Entering `));
  return states.find((state) => last?.includes(`Entering ${state} STATE`) === true) ?? null;
}

async function readInside(lab: RunningLab, director: Director): Promise<DirectorStatus["inside"]> {
  const argv = ["sh", "-c", directorScript];
  const output = expectSuccess(argv, await execOnDirector(lab.name, director, { argv, timeoutMs: 10_000 }));
  const [keepalived = "", agent = "", addresses = "", table = "", log = ""] = partsOf(output);
  return {
    keepalivedPid: pidOrNull(keepalived),
    agentPid: pidOrNull(agent),
    instances: lab.plan.instances.map(({ name }) => ({ name, state: stateOf(log, name) })),
    vips: vipsOf(lab.plan).filter((vip) => addresses.includes(` ${vip}/`)),
    table,
  };
}

async function readDirector(lab: RunningLab, director: Director): Promise<DirectorStatus> {
  const kernel = kernelOf(lab.state, director);
  const known = {
    name: director.name,
    address: director.address,
    isLinked: await isLinked(lab.name, director),
    kernelPid: kernel?.pid ?? null,
  };
  if (kernel === null) return { ...known, inside: null, problem: null };
  try {
    return { ...known, inside: await readInside(lab, director), problem: null };
  } catch (error) {
    return { ...known, inside: null, problem: messageOf(error) };
  }
}

const realServerScript = script([
  liveness("/run/nginx.pid"),
  liveness("/run/sshd.pid"),
  "ip -4 -o addr show dev lo",
]);

async function readRealServer(lab: RunningLab, server: RealServer): Promise<RealServerStatus> {
  const isUp = isRealServerUp(lab.name, server);
  const output = isUp ? await mustExecOnRealServer(lab.name, server, ["sh", "-c", realServerScript]) : "";
  const [nginx = "", ssh = "", addresses = ""] = partsOf(output);
  return {
    name: server.name,
    address: server.address,
    isLinked: await isLinked(lab.name, server),
    isUp,
    isNginxRunning: pidOrNull(nginx) !== null,
    isSshRunning: pidOrNull(ssh) !== null,
    vipsOnLo: vipsOf(lab.plan).filter((vip) => addresses.includes(` ${vip}/`)),
  };
}

/** Asks every host of a lab how it is. A director that does not answer is reported, not guessed. */
export async function readStatus(name?: string): Promise<LabStatus> {
  const lab = openLab(name);
  const [directors, realServers] = await Promise.all([
    Promise.all(lab.plan.directors.map((director) => readDirector(lab, director))),
    Promise.all(lab.plan.realServers.map((server) => readRealServer(lab, server))),
  ]);
  return { addresses: readAddresses(lab.name), directors, realServers };
}

function printDirector(director: DirectorStatus): string {
  const link = director.isLinked ? "" : ", link cut";
  const head = `${director.name} ${director.address}`;
  if (director.kernelPid === null) return `${head}  off${link}`;
  if (director.inside === null)
    return `${head}  kernel ${director.kernelPid}, no answer: ${director.problem}${link}`;
  const { keepalivedPid, agentPid, instances, vips, table } = director.inside;
  const states = instances.map(({ name, state }) => `${name} ${state ?? "silent"}`).join(", ");
  return [
    `${head}  kernel ${director.kernelPid}, keepalived ${keepalivedPid ?? "dead"}, agent ${agentPid ?? "none"}${link}`,
    `  last logged ${states}; VIPs ${vips.join(" ") || "none"}`,
    table.trimEnd().replace(/^/gm, "    "),
  ].join("\n");
}

function printRealServer(server: RealServerStatus): string {
  const link = server.isLinked ? "" : ", link cut";
  const head = `${server.name}   ${server.address}`;
  if (!server.isUp) return `${head}  off${link}`;
  const services = `nginx ${server.isNginxRunning ? "running" : "stopped"}, ssh ${server.isSshRunning ? "running" : "stopped"}`;
  return `${head}  ${services}, on lo: ${server.vipsOnLo.join(" ") || "no VIP"}${link}`;
}

/** The status as lines for people. */
export function printStatus(status: LabStatus): string {
  const { addresses, directors, realServers } = status;
  return [
    `lab ${addresses.name}: topology ${addresses.topology}, VIPs ${addresses.vips.join(" ")}`,
    ...directors.map(printDirector),
    ...realServers.map(printRealServer),
    `client ${addresses.clientAddress}, console ${addresses.consoleAddress}, key ${addresses.consoleKeyPath}`,
    "",
  ].join("\n");
}
