import { randomUUID, X509Certificate } from "node:crypto";
import { setTargets, type RegisteredDirector } from "./agents.ts";
import { database, db } from "./db.ts";
import { printHostKeyFingerprint } from "./host-key.ts";
import { setRegistered } from "./live.ts";

/** What there is, as the database says it: read at start and at each notice that it changed, by this process or another. */

declare global {
  /** Tells this process's notices from those of another console on the same database. */
  var lvsProcessId: string | undefined;
  var lvsRegistryReading: Promise<void> | undefined;
  var lvsRegistryWatchers: Set<(directors: readonly RegisteredDirector[]) => void> | undefined;
}

/** The PostgreSQL channel on which every change of clusters, directors and real servers is told. */
export const registryChannel = "lvs_registry";

export function processId(): string {
  globalThis.lvsProcessId ??= randomUUID();
  return globalThis.lvsProcessId;
}

/** Calls `watcher` with the directors after each reading. Returns what ends it. */
export function watchRegistry(watcher: (directors: readonly RegisteredDirector[]) => void): () => void {
  globalThis.lvsRegistryWatchers ??= new Set();
  globalThis.lvsRegistryWatchers.add(watcher);
  return () => void globalThis.lvsRegistryWatchers?.delete(watcher);
}

/** Reads it all, shows it to every tab, and tells the collector. One after the other: an older answer must not come last. */
export function readRegistry(): Promise<void> {
  const reading = (globalThis.lvsRegistryReading ?? Promise.resolve()).then(readOnce);
  globalThis.lvsRegistryReading = reading.catch(() => undefined);
  return reading;
}

async function readOnce(): Promise<void> {
  const [clusters, directors, realServers] = await Promise.all([
    db().cluster.findMany({ orderBy: { name: "asc" }, select: { id: true, name: true } }),
    db().director.findMany({ orderBy: { name: "asc" } }),
    db().realServer.findMany({ orderBy: { name: "asc" } }),
  ]);
  setRegistered({
    clusters,
    directors: directors.map(({ id, name, clusterId, address, port, certificatePem }) => ({
      id,
      name,
      clusterId,
      address,
      port,
      certificateEndsAtMs: new X509Certificate(certificatePem).validToDate.getTime(),
    })),
    realServers: realServers.map(({ id, clusterId, name, address, sshPort, hostKey, serviceName }) => ({
      id,
      clusterId,
      name,
      address,
      sshPort,
      serviceName,
      ...(hostKey === null ? {} : { hostKeyFingerprint: printHostKeyFingerprint(hostKey) }),
    })),
  });
  const targets = directors.map(({ id, name, clusterId, address, port, fingerprint, revokedAt }) => {
    return { id, name, clusterId, address, port, fingerprint, isRevoked: revokedAt !== null };
  });
  setTargets(targets);
  for (const watcher of globalThis.lvsRegistryWatchers ?? []) watcher(targets);
}

/** Reads the registry anew and tells the other consoles on this database. Call it after the change is committed. */
export async function announceRegistry(): Promise<void> {
  await readRegistry();
  await database().pool.query("select pg_notify($1, $2)", [registryChannel, processId()]);
}
