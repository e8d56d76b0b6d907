import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { openLab, stationArgv } from "../exec.ts";
import { LabError } from "../machine/failure.ts";
import { withLock } from "../machine/lock.ts";
import { isAlive, killGroup, spawnDetached } from "../machine/process.ts";
import { labFolder, readState, rememberProcess } from "../machine/state.ts";
import { waitFor } from "../machine/wait.ts";

export type Publication = {
  readonly lab?: string;
  /** Port on this machine's 127.0.0.1. */
  readonly hostPort: number;
  /** Port on 127.0.0.1 inside the console's namespace; the same unless told. */
  readonly port?: number;
};

const relay = join(import.meta.dirname, "relay.ts");
const roleOf = (hostPort: number, half: "inner" | "outer") => `publish:${hostPort}:${half}`;

async function startHalf(
  name: string,
  half: { readonly role: string; readonly argv: readonly string[] },
): Promise<void> {
  const remembered = readState(name)?.processes[half.role];
  if (remembered !== undefined && isAlive(remembered)) return;
  const log = join(labFolder(name), `${half.role.replaceAll(":", "-")}.log`);
  rmSync(log, { force: true });
  const identity = await spawnDetached({ argv: half.argv, log, cwd: labFolder(name) });
  rememberProcess(name, half.role, identity);
  await waitFor({ what: `${half.role} to listen`, timeoutMs: 10_000, everyMs: 20 }, () => {
    const text = readFileSync(log, "utf8");
    if (text.includes("RELAY-READY")) return true;
    if (!isAlive(identity)) throw new LabError(`${half.role}: ${text.trim()}`);
    return undefined;
  });
}

/**
 * Makes 127.0.0.1:`hostPort` of this machine reach 127.0.0.1:`port` in the console's namespace, until `unpublish` or
 * `down`. Both halves listen when this returns; whether the console does is not asked. Again is quick.
 */
export async function publish(publication: Publication): Promise<void> {
  const { name } = openLab(publication.lab);
  const { hostPort } = publication;
  const port = publication.port ?? hostPort;
  const socket = `publish-${hostPort}.sock`;
  await withLock({ name, doing: `publish ${hostPort}`, timeoutMs: 60_000 }, async () => {
    const inner = roleOf(hostPort, "inner");
    const remembered = readState(name)?.processes[inner];
    if (remembered === undefined || !isAlive(remembered))
      rmSync(join(labFolder(name), socket), { force: true });
    const innerArgv = stationArgv(name, "console", [process.execPath, relay, "inner", socket, String(port)]);
    await startHalf(name, { role: inner, argv: innerArgv });
    const outerArgv = [process.execPath, relay, "outer", String(hostPort), socket];
    await startHalf(name, { role: roleOf(hostPort, "outer"), argv: outerArgv });
  });
}

/** Ends a publication; its open connections break. */
export async function unpublish(lab: string | undefined, hostPort: number): Promise<void> {
  const { name } = openLab(lab);
  await withLock({ name, doing: `unpublish ${hostPort}`, timeoutMs: 60_000 }, async () => {
    for (const half of ["outer", "inner"] as const) {
      const role = roleOf(hostPort, half);
      const identity = readState(name)?.processes[role];
      if (identity !== undefined) await killGroup(identity);
      rememberProcess(name, role, null);
    }
  });
}
