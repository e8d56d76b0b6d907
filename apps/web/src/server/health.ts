import { db } from "./db.ts";
import { currentFleet } from "./live.ts";

/** What a monitor is told without a session: words and two numbers, no names. */
export interface Health {
  readonly status: "ok" | "failed";
  readonly database: "ok" | "failed";
  /** `failed`: no console on this database collects. */
  readonly collector: "ok" | "failed";
  readonly directors: { readonly enrolled: number; readonly connected: number };
}

const askLimitMs = 3_000;

export async function readHealth(): Promise<Health> {
  const database = (await isDatabaseUp()) ? "ok" : "failed";
  const collector = globalThis.lvsCollector === undefined ? "failed" : "ok";
  const directors = currentFleet().directors.filter(({ connection }) => connection.status !== "revoked");
  return {
    status: database === "ok" && collector === "ok" ? "ok" : "failed",
    database,
    collector,
    directors: {
      enrolled: directors.length,
      connected: directors.filter(({ connection }) => connection.status === "connected").length,
    },
  };
}

async function isDatabaseUp(): Promise<boolean> {
  if (globalThis.lvsDatabase === undefined) return false;
  const late = new Promise<false>((resolve) => {
    setTimeout(() => resolve(false), askLimitMs).unref();
  });
  const asked = db().$queryRaw`select 1`.then(
    () => true,
    () => false,
  );
  return Promise.race([asked, late]);
}
