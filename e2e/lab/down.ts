import { LabError } from "./machine/failure.ts";
import { withLock } from "./machine/lock.ts";
import { namespacesOf, removeNamespaces } from "./machine/network.ts";
import { expectOwnName, releaseName } from "./machine/owner.ts";
import { killGroup } from "./machine/process.ts";
import { clearFolder, labName, readStateIfSound } from "./machine/state.ts";
import { planLab } from "./plan.ts";

export type DownOptions = {
  readonly name?: string;
  /** The caller holds the lab's lock already. */
  readonly locked?: boolean;
  /** The hosts are powered off, not thrown away: files of the directors and all keys stay for an `up` that reuses them. */
  readonly keepsDisks?: boolean;
};

/** What a power cut would leave: the disks of the hosts (with host keys) and the console's key. */
const disks = ["hosts", "keys"];

export type DownResult = { readonly name: string; readonly killed: number };

async function tearDown(name: string, keepsDisks: boolean): Promise<DownResult> {
  expectOwnName(name);
  const state = readStateIfSound(name);
  let killed = 0;
  for (const identity of Object.values(state?.processes ?? {})) {
    if (await killGroup(identity)) killed += 1;
  }
  // Also what no state tells of: a command killed before it could write one. The names of all topologies are the same.
  killed += await removeNamespaces(namespacesOf(name, planLab("cdn")));
  releaseName(name);
  clearFolder(name, keepsDisks ? disks : []);
  return { name, killed };
}

/**
 * Ends everything the lab started, by pid and start time and by its own namespaces' names, and removes its folder.
 * Does nothing, and says so with `killed: 0`, when there is no such lab.
 */
export async function down(options: DownOptions = {}): Promise<DownResult> {
  const name = labName(options.name);
  const keepsDisks = options.keepsDisks === true;
  if (options.locked === true) return tearDown(name, keepsDisks);
  if (process.getuid?.() !== 0) throw new LabError("the lab needs root");
  return withLock({ name, doing: "down", timeoutMs: 120_000 }, () => tearDown(name, keepsDisks));
}
