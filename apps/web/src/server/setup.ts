import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { db } from "./db.ts";
import { readEnv } from "./env.ts";

/**
 * The first admin is made with a one-time token that only somebody on the console's machine can read: it is printed on the
 * console's log and stands in `<data directory>/setup-token`, mode 0600, until the first account exists.
 */

export function setupTokenFile(): string {
  return path.join(readEnv().dataDir, "setup-token");
}

export async function isSetupNeeded(): Promise<boolean> {
  return (await db().user.count()) === 0;
}

/** At start: writes the token where it is needed, takes it away where it is not. */
export async function prepareSetup(): Promise<void> {
  if (!(await isSetupNeeded())) {
    await forgetSetupToken();
    return;
  }
  const token = (await readSetupToken()) ?? randomBytes(20).toString("hex");
  await writeFile(setupTokenFile(), `${token}\n`, { mode: 0o600 });
  const { publicOrigin, port } = readEnv();
  console.log(
    `No administrator yet. Open ${publicOrigin ?? `http://localhost:${port}`}/setup and give this one-time token: ${token}`,
  );
}

/** Compared by hash, so that the time taken tells nothing. */
export async function isSetupToken(given: string): Promise<boolean> {
  const token = await readSetupToken();
  if (token === undefined) return false;
  const hash = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(hash(token), hash(given.trim()));
}

export async function forgetSetupToken(): Promise<void> {
  await rm(setupTokenFile(), { force: true });
}

async function readSetupToken(): Promise<string | undefined> {
  try {
    const token = (await readFile(setupTokenFile(), "utf8")).trim();
    return token === "" ? undefined : token;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
