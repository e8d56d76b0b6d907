import type { Daemon } from "@lvs/core/director/state";
import type { Process, ProcessId } from "../system/processes.ts";
import type { System } from "../system/system.ts";
import { SystemError } from "../system/system-error.ts";

export interface KeepalivedProcesses {
  readonly parent: ProcessId | undefined;
  /** All of them, for looking whether they still are the same. */
  readonly ids: readonly ProcessId[];
  readonly processes: Daemon["processes"];
}

/** proc(5): stat's start time counts in USER_HZ, which the kernel fixes at 100 for user space on every architecture of Linux we run on. */
const ticksPerSecond = 100;
const standardConf = "/etc/keepalived/keepalived.conf";

/** The daemon that runs `configPath` and its children by role, from /proc. Other keepalived daemons of the machine are left alone. */
export async function findKeepalived(system: System, configPath: string): Promise<KeepalivedProcesses> {
  const all = (await system.processes.list()).filter(isKeepalived);
  const parent = all.find(
    (each) => isDaemon(each, all) && !isTestRun(each.argv) && configOf(each.argv) === configPath,
  );
  if (parent === undefined) return { parent: undefined, ids: [], processes: [] };
  const children = all.filter((each) => each.parentPid === parent.pid).toSorted((a, b) => a.pid - b.pid);
  const roles = await childRoles(system, parent, children);
  const bootMs = await bootTime(system);
  const startedAt = (each: Process): number => bootMs + (each.startTicks * 1000) / ticksPerSecond;
  return {
    parent,
    ids: [parent, ...children],
    processes: [
      { role: "parent", pid: parent.pid, startedAtMs: startedAt(parent) },
      ...children.flatMap((child) => {
        const role = roles.get(child.pid);
        return role === undefined ? [] : [{ role, pid: child.pid, startedAtMs: startedAt(child) }];
      }),
    ],
  };
}

/**
 * Those of `configPath`'s daemon that a signal has paused, whether or not their parent lives. None is in its life but the checkers, for a
 * moment, while the agent stops the daemon.
 */
export async function findPaused(system: System, configPath: string): Promise<readonly ProcessId[]> {
  const all = (await system.processes.list()).filter(isKeepalived);
  return all.filter((each) => each.state === "T" && configOf(each.argv) === configPath);
}

/**
 * Looks again, cheaply: while every process of the last look is the same and none is missing, the whole of /proc need not be read. Every so
 * many looks it is, for children that came later.
 */
export function keepalivedFinder(system: System, configPath: string): () => Promise<KeepalivedProcesses> {
  let last: KeepalivedProcesses | undefined;
  let looks = 0;
  return async () => {
    looks += 1;
    const known = last;
    const isDue = looks % wholeLookEvery === 0 || (known?.processes.length ?? 0) < 2;
    if (known !== undefined && !isDue && (await areSame(system, known.ids))) return known;
    last = await findKeepalived(system, configPath);
    return last;
  };
}

const wholeLookEvery = 10;

async function areSame(system: System, ids: readonly ProcessId[]): Promise<boolean> {
  const found = await Promise.all(ids.map(({ pid }) => system.processes.find(pid)));
  return ids.every(({ startTicks }, index) => {
    const now = found[index];
    return now?.startTicks === startTicks && now.state !== "Z";
  });
}

/**
 * keepalived forks into the background and leads a session from then on (main.c xdaemon): the process before that is no daemon yet, and
 * ends at once. One that was told not to fork leads whatever its starter made of it, and is known by its children.
 */
function isDaemon(one: Process, all: readonly Process[]): boolean {
  const starter = all.find(({ pid }) => pid === one.parentPid);
  if (leadsSession(one)) return starter === undefined || !leadsSession(starter);
  return starter === undefined && all.some((each) => each.parentPid === one.pid && !leadsSession(each));
}

const leadsSession = ({ pid, sessionId }: Process): boolean => sessionId === pid;

const isKeepalived = (each: Process): boolean =>
  each.state !== "Z" && each.argv.length > 0 && each.name.startsWith("keepalived");

const isTestRun = (argv: readonly string[]): boolean =>
  argv.some((word) => /^(-t|--config-test)/u.test(word));

/** The file a daemon was started with; keepalived(8) -f. */
function configOf(argv: readonly string[]): string {
  return optionOf(argv, ["-f", "--use-file"]) ?? standardConf;
}

function optionOf(argv: readonly string[], names: readonly string[]): string | undefined {
  for (const [index, word] of argv.entries()) {
    if (names.includes(word)) return argv[index + 1];
    const long = names.find((name) => name.startsWith("--") && word.startsWith(`${name}=`));
    if (long !== undefined) return word.slice(long.length + 1);
    const short = names.find((name) => !name.startsWith("--") && word.startsWith(name) && word.length > 2);
    if (short !== undefined) return word.slice(short.length);
  }
  return undefined;
}

type ChildRole = "vrrp" | "checkers";

/**
 * Children look alike in /proc: their pid files tell them apart. Where there are none, the order does: keepalived starts the
 * checkers before VRRP (main.c start_keepalived), so of two the first is the checkers'.
 */
async function childRoles(
  system: System,
  parent: Process,
  children: readonly Process[],
): Promise<Map<number, ChildRole>> {
  const files: readonly (readonly [ChildRole, string | undefined, readonly string[]])[] = [
    [
      "vrrp",
      optionOf(parent.argv, ["-r", "--vrrp_pid"]),
      ["/run/keepalived/vrrp.pid", "/run/vrrp.pid", "/run/keepalived_vrrp.pid"],
    ],
    [
      "checkers",
      optionOf(parent.argv, ["-c", "--checkers_pid"]),
      ["/run/keepalived/checkers.pid", "/run/checkers.pid", "/run/keepalived_checkers.pid"],
    ],
  ];
  const roles = new Map<number, ChildRole>();
  for (const [role, named, usual] of files) {
    for (const path of named === undefined ? usual : [named]) {
      const pid = await readPid(system, path);
      if (pid !== undefined && children.some((child) => child.pid === pid)) roles.set(pid, role);
    }
  }
  const rest = children.filter((child) => !roles.has(child.pid));
  const missing = startedRoles(parent.argv).filter((role) => ![...roles.values()].includes(role));
  if (rest.length === missing.length)
    rest.forEach((child, index) => setRole(roles, child.pid, missing[index]));
  return roles;
}

/** What keepalived(8) starts: -P only VRRP, -C only the checkers. */
function startedRoles(argv: readonly string[]): readonly ChildRole[] {
  if (argv.includes("-P") || argv.includes("--vrrp")) return ["vrrp"];
  if (argv.includes("-C") || argv.includes("--check")) return ["checkers"];
  return ["checkers", "vrrp"];
}

function setRole(roles: Map<number, ChildRole>, pid: number, role: ChildRole | undefined): void {
  if (role !== undefined) roles.set(pid, role);
}

async function readPid(system: System, path: string): Promise<number | undefined> {
  try {
    const text = await system.files.readText(path, { maxBytes: 64 });
    return /^\s*\d+\s*$/u.test(text) ? Number(text) : undefined;
  } catch (error) {
    if (error instanceof SystemError && error.code === "not-found") return undefined;
    throw error;
  }
}

/** When the machine was started, epoch ms: /proc/stat `btime`. */
async function bootTime(system: System): Promise<number> {
  const text = await system.files.readText("/proc/stat");
  return Number(/^btime (\d+)$/mu.exec(text)?.[1] ?? 0) * 1000;
}
