import { readFile } from "node:fs/promises";

/** Whom a child process runs as; empty where this process is not root and cannot choose. */
export interface Owner {
  readonly uid?: number;
  readonly gid?: number;
}

/** In this order: an account of our own, the one Debian's packages make, the one that every system has. */
const names = ["lvs-console", "postgres", "nobody"] as const;

export async function ownedBy(): Promise<Owner> {
  if (process.getuid?.() !== 0) return {};
  const accounts = (await readFile("/etc/passwd", "utf8")).split("\n").map((line) => line.split(":"));
  for (const name of names) {
    const account = accounts.find(([found]) => found === name);
    if (account !== undefined) return { uid: Number(account[2]), gid: Number(account[3]) };
  }
  throw new Error(
    "PostgreSQL refuses to run as root and /etc/passwd names neither lvs-console, postgres nor nobody",
  );
}
