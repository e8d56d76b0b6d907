import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";

/**
 * One console of several on a database keeps the record and drives the runs: the one that holds an advisory lock on its own
 * connection. The same connection hears notices. When the connection ends, the lock is gone, and so is the right.
 */

export interface LockHandlers {
  readonly onHeld: () => void;
  readonly onLost: () => void;
  readonly onNotice: (payload: string) => void;
  /** After each new connection: notices may have been missed. */
  readonly onConnected: () => void;
}

/** "lvs-cons" as a number: any constant that nobody else on this database uses. */
export const lockKey = 1_819_702_115;
const everyMs = 2_000;

/** Returns when `signal` ends, without the lock. */
export async function holdLock(
  options: pg.ClientConfig & { readonly channel: string },
  handlers: LockHandlers,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const client = new pg.Client({
      connectionTimeoutMillis: 5_000,
      query_timeout: 10_000,
      keepAlive: true,
      ...options,
    });
    let isHeld = false;
    // The lock went with the connection: another console may hold it a moment later.
    const gone = new AbortController();
    client.on("error", () => gone.abort());
    client.on("end", () => gone.abort());
    const ended = AbortSignal.any([signal, gone.signal]);
    client.on("notification", ({ payload }) => handlers.onNotice(payload ?? ""));
    try {
      await client.connect();
      await client.query(`listen ${client.escapeIdentifier(options.channel)}`);
      handlers.onConnected();
      while (!ended.aborted) {
        if (isHeld) await client.query("select 1");
        else isHeld = await tryLock(client, handlers);
        await sleep(everyMs, undefined, { signal: ended }).catch(() => undefined);
      }
      if (gone.signal.aborted) console.error("database: the connection that holds the lock was lost");
    } catch (error) {
      console.error(`database: ${error instanceof Error ? error.message : String(error)}`);
    }
    if (isHeld) handlers.onLost();
    await client.end().catch(() => undefined);
    await sleep(500, undefined, { signal }).catch(() => undefined);
  }
}

async function tryLock(client: pg.Client, { onHeld }: LockHandlers): Promise<boolean> {
  const { rows } = await client.query<{ held: boolean }>("select pg_try_advisory_lock($1) as held", [
    lockKey,
  ]);
  if (rows[0]?.held !== true) return false;
  onHeld();
  return true;
}
