import { randomUUID } from "node:crypto";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { announceRegistry } from "../registry.ts";
import { createPerson } from "../people.ts";
import { db } from "../db.ts";
import type { Role } from "../role.ts";
import { appRouter } from "../router.ts";
import { openStores } from "../start.ts";
import type { Person } from "../person.ts";
import { createCaller, type Context } from "../trpc.ts";

/** A console's stores on a PostgreSQL of their own in a new directory: for contract tests. */
export interface TestConsole {
  readonly dataDir: string;
  close(): Promise<void>;
}

export async function openTestConsole(): Promise<TestConsole> {
  const dataDir = await mkdtemp(path.join(tmpdir(), "lvs-console-test-"));
  // Where the tests run as root, the database runs as somebody else, who must get there.
  await chmod(dataDir, 0o755);
  process.env["LVS_CONSOLE_DATA_DIR"] = dataDir;
  delete process.env["DATABASE_URL"];
  const closers: (() => Promise<void>)[] = [];
  globalThis.lvsStarted = { ready: Promise.resolve(), closers: [], embedded: undefined };
  await openStores(closers);
  return {
    dataDir,
    close: async () => {
      for (const close of closers.toReversed()) await close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

export const password = "correct horse battery staple";

export async function makePerson(role: Role, email = `${role}-${randomUUID()}@example.com`): Promise<Person> {
  const id = await createPerson({ name: role, email, password }, role);
  return { id, name: role, email, role, sessionId: randomUUID() };
}

/** Calls procedures as this person would, from a page of the console; the guard, the audit and all else included. `signal`: hanging up. */
export function callAs(person: Person | undefined, context: Partial<Context> = {}, signal?: AbortSignal) {
  const caller = { person, isSameOrigin: true, clientAddress: "192.0.2.1", ...context };
  return createCaller(appRouter)(caller, signal === undefined ? {} : { signal });
}

export async function makeCluster(): Promise<string> {
  const id = randomUUID();
  await db().cluster.create({ data: { id, name: `cluster ${id}` } });
  await announceRegistry();
  return id;
}
