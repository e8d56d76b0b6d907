import type { RealServerAccess } from "@lvs/core/real-server/recipe";
import type { RealServerProbe } from "@lvs/core/workflow/facts";
import { db } from "../db.ts";
import { SshError } from "../ssh/ssh-error.ts";
import { portAnswers, realServerLink, sshFailureOf, type RealServerLink } from "../ssh/real-server-link.ts";
import { sshIdentity } from "../ssh-key.ts";

/** A real server with the console's standing connection to it. */
export interface ReachedRealServer {
  readonly id: string;
  readonly name: string;
  readonly access: RealServerAccess;
  readonly link: RealServerLink;
}

interface Reached extends ReachedRealServer {
  /** What the link was opened with: another key, port or user makes a new one. */
  readonly target: string;
}

const reached = new Map<string, Reached>();

/** Throws SshError `hostKeyUnknown` where nobody has accepted the machine's key yet, and plainly where there is no such real server. */
export async function reachRealServer(id: string): Promise<ReachedRealServer> {
  const row = await db().realServer.findUnique({ where: { id } });
  if (row === null) throw new Error(`There is no real server ${id}; it was removed.`);
  if (row.hostKey === null)
    throw new SshError(
      "hostKeyUnknown",
      `The host key of ${row.name} (${row.address}) is not accepted yet.`,
      {
        host: row.address,
      },
    );
  const target = [row.address, row.sshPort, row.sshUser, row.hostKey].join(" ");
  const standing = reached.get(id);
  const access = { user: row.sshUser, serviceName: row.serviceName };
  if (standing?.target === target) return { ...standing, name: row.name, access };
  standing?.link.close();
  const { privateKeyPem } = await sshIdentity();
  const link = realServerLink({
    address: row.address,
    port: row.sshPort,
    user: row.sshUser,
    pinnedHostKey: row.hostKey.split(" ").at(-1) ?? "",
    privateKeyPem,
  });
  const fresh: Reached = { id, name: row.name, access, link, target };
  reached.set(id, fresh);
  return fresh;
}

/** One look at a real server; undefined fields are what could not be asked. Never throws. */
export async function probeRealServer(
  real: { id: string; address: string },
  ports: readonly number[],
): Promise<RealServerProbe> {
  try {
    const { link } = await reachRealServer(real.id);
    return await link.probe(ports);
  } catch (error) {
    return {
      answers: await portAnswers(real.address, ports),
      loopbackAddresses: undefined,
      arp: undefined,
      sshFailure: sshFailureOf(error),
    };
  }
}

export function closeRealServers(): void {
  for (const each of reached.values()) each.link.close();
  reached.clear();
}
