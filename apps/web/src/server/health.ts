import { database } from "./db.ts";
import { currentFleet } from "./live.ts";
import { lockKey } from "./lock-holder.ts";

/** What a monitor is told without a session: words and two numbers, no names. */
export interface Health {
  readonly status: "ok" | "failed";
  readonly database: "ok" | "failed";
  /** `failed`: this console hears nobody, or no console on its database keeps the record. */
  readonly collector: "ok" | "failed";
  readonly directors: { readonly enrolled: number; readonly connected: number };
}

const askLimitMs = 3_000;

export async function readHealth(): Promise<Health> {
  const asked = await askDatabase();
  const answers = asked === undefined ? "failed" : "ok";
  const collector = globalThis.lvsCollector !== undefined && asked?.isCollected === true ? "ok" : "failed";
  const directors = currentFleet().directors.filter(({ connection }) => connection.status !== "revoked");
  return {
    status: answers === "ok" && collector === "ok" ? "ok" : "failed",
    database: answers,
    collector,
    directors: {
      enrolled: directors.length,
      connected: directors.filter(({ connection }) => connection.status === "connected").length,
    },
  };
}

/** Undefined: it did not answer. `isCollected`: this console or another holds the lock of whoever collects. */
async function askDatabase(): Promise<{ isCollected: boolean } | undefined> {
  if (globalThis.lvsDatabase === undefined) return undefined;
  const late = new Promise<undefined>((resolve) => {
    setTimeout(() => resolve(undefined), askLimitMs).unref();
  });
  const asked = database()
    .pool.query<{ held: boolean }>(
      `select exists (select 1 from pg_locks where locktype = 'advisory' and granted and classid = 0 and objid = $1
         and database = (select oid from pg_database where datname = current_database())) as held`,
      [lockKey],
    )
    .then(
      ({ rows }) => ({ isCollected: rows[0]?.held === true }),
      () => undefined,
    );
  return Promise.race([asked, late]);
}
