import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { mustRun } from "../machine/command.ts";
import { hostFolder, labFolder } from "../machine/state.ts";
import type { LabPlan, RealServer } from "../plan.ts";

async function makeKey(path: string, comment: string): Promise<void> {
  if (existsSync(path)) return;
  await mustRun(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", path]);
}

/** The private key the console logs in with on real servers; beside it, with `.pub`, the public one. */
export const consoleKeyPath = (name: string): string => join(labFolder(name), "keys", "console");

/** A real server's host key; beside it, with `.pub`, the public one. Made once per lab, kept over restarts. */
export const hostKeyPath = (name: string, server: RealServer): string =>
  join(hostFolder(name, server.name), "ssh_host_ed25519_key");

/** Makes the console's key and every real server's host key, once per lab, and lets the console's key in. */
export async function makeKeys(name: string, plan: LabPlan): Promise<void> {
  mkdirSync(join(labFolder(name), "keys"), { recursive: true, mode: 0o700 });
  await makeKey(consoleKeyPath(name), `console@${name}`);
  const authorized = readFileSync(`${consoleKeyPath(name)}.pub`);
  for (const server of plan.realServers) {
    mkdirSync(hostFolder(name, server.name), { recursive: true, mode: 0o700 });
    writeFileSync(join(hostFolder(name, server.name), "authorized_keys"), authorized, { mode: 0o600 });
    await makeKey(hostKeyPath(name, server), server.name);
  }
}
