import { randomUUID } from "node:crypto";
import { hashPassword, verifyPassword } from "better-auth/crypto";
import { z } from "zod";
import { longestPassword, shortestPassword } from "./auth.ts";
import { db } from "./db.ts";
import type { Prisma } from "../../../../prisma/generated/client.ts";
import { problem } from "./problem.ts";
import { roleSchema, type Role } from "./role.ts";

/** Accounts: made, changed and removed here alone. The last admin can neither leave nor lose the role. */

export const passwordSchema = z.string().min(shortestPassword).max(longestPassword);

export const newPersonSchema = z.object({
  name: z.string().trim().min(1).max(100),
  email: z
    .email()
    .max(320)
    .transform((text) => text.toLowerCase()),
  password: passwordSchema,
});
export type NewPerson = z.infer<typeof newPersonSchema>;

export const accountSchema = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  role: roleSchema,
  createdAtMs: z.number(),
  lastSeenAtMs: z.number().optional(),
});

type Rows = Prisma.TransactionClient;

/** Throws `nameTaken`. */
export async function createPerson(person: NewPerson, role: Role, rows: Rows = db()): Promise<string> {
  const taken = await rows.user.findUnique({ where: { email: person.email }, select: { id: true } });
  if (taken !== null) throw problem("nameTaken", `There is an account for ${person.email} already.`);
  const id = randomUUID();
  const password = await hashPassword(person.password);
  await rows.user.create({
    data: {
      id,
      name: person.name,
      email: person.email,
      emailVerified: true,
      role,
      accounts: { create: { id: randomUUID(), accountId: id, providerId: "credential", password } },
    },
  });
  return id;
}

/** Refuses when somebody is there already, also when two ask at once. */
export async function createFirstPerson(person: NewPerson): Promise<string> {
  return db().$transaction(async (rows) => {
    await rows.$executeRaw`select pg_advisory_xact_lock(hashtext('lvs-console first admin'))`;
    if ((await rows.user.count()) > 0) throw problem("setupDone", "There is an administrator already.");
    return createPerson(person, "admin", rows);
  });
}

export async function setRole(id: string, role: Role): Promise<void> {
  await db().$transaction(async (rows) => {
    await keepOneAdmin(rows, id, role);
    await rows.user.update({ where: { id }, data: { role } });
  });
}

export async function removePerson(id: string): Promise<void> {
  await db().$transaction(async (rows) => {
    await keepOneAdmin(rows, id, undefined);
    await rows.user.delete({ where: { id } });
  });
}

async function keepOneAdmin(rows: Rows, id: string, role: Role | undefined): Promise<void> {
  await rows.$executeRaw`select pg_advisory_xact_lock(hashtext('lvs-console admins'))`;
  const found = await rows.user.findUnique({ where: { id }, select: { role: true } });
  if (found === null) throw problem("notFound", "There is no such account.");
  if (found.role !== "admin" || role === "admin") return;
  const others = await rows.user.count({ where: { role: "admin", id: { not: id } } });
  if (others === 0) throw problem("lastAdmin", "This is the last admin: make another one first.");
}

/** Ends every session of the account but `exceptSessionId`. */
export async function setPassword(id: string, password: string, exceptSessionId?: string): Promise<void> {
  const hash = await hashPassword(password);
  await db().$transaction(async (rows) => {
    const changed = await rows.account.updateMany({
      where: { userId: id, providerId: "credential" },
      data: { password: hash },
    });
    if (changed.count === 0) throw problem("notFound", "There is no such account.");
    await rows.session.deleteMany({
      where: { userId: id, ...(exceptSessionId === undefined ? {} : { id: { not: exceptSessionId } }) },
    });
  });
}

export async function isPasswordOf(id: string, password: string): Promise<boolean> {
  const account = await db().account.findFirst({ where: { userId: id, providerId: "credential" } });
  if (account === null || account.password === null) return false;
  return verifyPassword({ hash: account.password, password });
}
