import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { codeOf, LabError } from "./failure.ts";
import { isLocked } from "./lock.ts";
import { isAlive } from "./process.ts";
import { labFolder, readStateOf } from "./state.ts";

/**
 * Namespaces have one name on the whole machine, folders do not: two checkouts may both want a lab of the same name.
 * Here stands, per name, whose it is.
 */
const registry = "/run/lvs-lab";

function readOwner(name: string): string | null {
  try {
    return readFileSync(join(registry, name), "utf8").trim();
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    throw error;
  }
}

/** A folder whose processes have all ended is what a power cut leaves: it uses nothing on this machine. */
const isInUse = (folder: string): boolean =>
  isLocked(folder) || Object.values(readStateOf(folder)?.processes ?? {}).some(isAlive);

/** Throws when the name belongs to a lab of another folder that still runs. */
export function expectOwnName(name: string): void {
  const owner = readOwner(name);
  if (owner === null || owner === labFolder(name) || !isInUse(owner)) return;
  throw new LabError(
    `the lab ${name} on this machine belongs to ${owner}: choose another name, or take it down from there`,
  );
}

/** Takes the name for this folder. */
export function claimName(name: string): void {
  expectOwnName(name);
  mkdirSync(registry, { recursive: true, mode: 0o755 });
  writeFileSync(join(registry, name), `${labFolder(name)}\n`);
}

/** Gives the name up. */
export function releaseName(name: string): void {
  rmSync(join(registry, name), { force: true });
}
