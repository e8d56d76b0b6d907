import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import { PrismaClient } from "../../../../prisma/generated/client.ts";

/** The one door to the database: Prisma for rows, the pool for what is many (samples) or PostgreSQL's own (locks, notices). */

export interface Database {
  readonly prisma: PrismaClient;
  readonly pool: pg.Pool;
  readonly options: pg.PoolConfig;
}

declare global {
  /** Shared by instrumentation and route handlers, which are bundled apart. */
  var lvsDatabase: Database | undefined;
}

/** A server that hangs keeps its connections: without this a page would wait as long as it does. What is asked here for somebody who waits takes no second. */
const answerLimitMs = 10_000;

/** Opens the pool; asks nothing of the server yet. */
export function openDatabase(options: pg.PoolConfig): Database {
  const limits = { connectionTimeoutMillis: 5_000, query_timeout: answerLimitMs };
  const pool = new pg.Pool({ max: 10, keepAlive: true, ...limits, ...options });
  pool.on("error", (error) => console.error(`database: idle connection lost: ${error.message}`));
  const prisma = new PrismaClient({
    adapter: new PrismaPg(pool),
    transactionOptions: { timeout: answerLimitMs },
  });
  globalThis.lvsDatabase = { prisma, pool, options };
  return globalThis.lvsDatabase;
}

export async function closeDatabase(): Promise<void> {
  const database = globalThis.lvsDatabase;
  globalThis.lvsDatabase = undefined;
  if (database === undefined) return;
  await database.prisma.$disconnect();
  await database.pool.end();
}

/** Throws before `openDatabase`. */
export function db(): PrismaClient {
  return database().prisma;
}

export function database(): Database {
  if (globalThis.lvsDatabase === undefined) throw new Error("the database is not open yet");
  return globalThis.lvsDatabase;
}

const leisureLimitMs = 600_000;

/** For work that nobody waits for, and that takes minutes where much has gathered while no console ran. */
export function queryAtLeisure(text: string, values: readonly unknown[]): Promise<pg.QueryResult> {
  // node-postgres takes its limit for one query as well (client.js), which its types do not say.
  const query = { text, values: [...values], query_timeout: leisureLimitMs };
  return database().pool.query(query);
}
