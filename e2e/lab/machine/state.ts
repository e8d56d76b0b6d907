import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { z } from "zod";
import { topologies } from "../plan.ts";
import type { ProcessIdentity } from "./process.ts";
import { LabError } from "./failure.ts";

export const inits = ["scripts", "systemd"] as const;
export type Init = (typeof inits)[number];

const processSchema = z.object({ pid: z.number().int().positive(), startTime: z.string() });

const stateSchema = z.object({
  version: z.literal(1),
  name: z.string(),
  topology: z.enum(topologies),
  /** The host's boot: pids of an earlier one mean nothing. */
  bootId: z.string(),
  phase: z.enum(["starting", "up"]),
  startedAt: z.string(),
  memoryMb: z.number().int(),
  /** What the directors' services are run by. */
  init: z.enum(inits).default("scripts"),
  /** The agent's bundle: one file that Node runs; it need not be there while no agent is started. */
  agentBundle: z.string(),
  /** By role: `kernel:lvs-1`, `real-server:rs1`, `publish:3000:outer` … */
  processes: z.record(z.string(), processSchema),
});

/** What the lab remembers between two commands. */
export type LabState = z.infer<typeof stateSchema>;

/** The lab's name: from the caller, else LVS_LAB_NAME, else `lab`. */
export function labName(name?: string): string {
  const chosen = name ?? process.env["LVS_LAB_NAME"] ?? "lab";
  if (!/^[a-z][a-z0-9]{0,11}$/.test(chosen)) {
    throw new LabError(
      `"${chosen}" cannot be a lab's name: a lower-case letter, then up to 11 letters or digits`,
    );
  }
  return chosen;
}

/** The root of the project; directors see it at the same path, read-only. */
export const projectRoot = resolve(import.meta.dirname, "../../..");

/** The lab's own folder: below LVS_LAB_DIR, else below `.lab` in the project. */
export function labFolder(name: string): string {
  return join(resolve(process.env["LVS_LAB_DIR"] ?? join(projectRoot, ".lab")), name);
}

/** The folder of one host inside the lab's folder. */
export function hostFolder(name: string, host: string): string {
  return join(labFolder(name), "hosts", host);
}

export function readBootId(): string {
  return readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
}

/** The remembered state, or null when there is none (or it is of an earlier boot of this machine). */
export function readState(name: string): LabState | null {
  return readStateOf(labFolder(name));
}

/** As `readState`, of a lab's folder wherever it lies. */
export function readStateOf(folder: string): LabState | null {
  const path = join(folder, "state.json");
  if (!existsSync(path)) return null;
  const parsed = stateSchema.safeParse(JSON.parse(readFileSync(path, "utf8")));
  if (!parsed.success) throw new LabError(`${path} is not a lab's state: ${parsed.error.message}`);
  return parsed.data.bootId === readBootId() ? parsed.data : null;
}

/** As `readState`, but a state that cannot be read (another version's, a torn file) counts as none. */
export function readStateIfSound(name: string): LabState | null {
  try {
    return readState(name);
  } catch {
    return null;
  }
}

/** Writes the state so that a reader sees the old one or the new one, never half of it. */
export function writeState(state: LabState): void {
  const folder = labFolder(state.name);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, "state.json");
  const beside = `${path}.${randomBytes(4).toString("hex")}`;
  writeFileSync(beside, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  renameSync(beside, path);
}

/** Reads, changes and writes the state in one synchronous turn. */
export function updateState(name: string, change: (state: LabState) => LabState): LabState {
  const state = readState(name);
  if (state === null) throw new LabError(`lab ${name} is not up`);
  const next = change(state);
  writeState(next);
  return next;
}

/** Remembers a process under its role, or forgets the role. */
export function rememberProcess(name: string, role: string, identity: ProcessIdentity | null): void {
  updateState(name, (state) => {
    const { [role]: _gone, ...others } = state.processes;
    return { ...state, processes: identity === null ? others : { ...others, [role]: identity } };
  });
}

/** Empties the lab's folder, but for the lock of whoever is at it. */
export function clearFolder(name: string, kept: readonly string[] = []): void {
  const folder = labFolder(name);
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder)) {
    if (entry !== "lock" && !entry.startsWith("lock.") && !kept.includes(entry))
      rmSync(join(folder, entry), { recursive: true, force: true });
  }
}
