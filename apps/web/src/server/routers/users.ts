import { z } from "zod";
import { db } from "../db.ts";
import {
  accountSchema,
  createPerson,
  isPasswordOf,
  newPersonSchema,
  passwordSchema,
  removePerson,
  setPassword,
  setRole,
} from "../people.ts";
import { problem } from "../problem.ts";
import { isRole, roleSchema } from "../role.ts";
import { procedure, router } from "../trpc.ts";
import { tryCounter } from "../try-counter.ts";

const idSchema = z.object({ id: z.string() });
const passwordTries = tryCounter({ most: 10, withinMs: 60_000 });

export const usersRouter = router({
  me: procedure
    .output(z.object({ id: z.string(), name: z.string(), email: z.string(), role: roleSchema }))
    .query(({ ctx: { person } }) => ({
      id: person.id,
      name: person.name,
      email: person.email,
      role: person.role,
    })),

  /** Ends this person's other sessions. */
  changeOwnPassword: procedure
    .input(z.object({ currentPassword: z.string().max(200), newPassword: passwordSchema }))
    .mutation(async ({ ctx: { person }, input }) => {
      if (!passwordTries.take(person.id)) throw problem("tooManyTries", "Too many tries. Wait a minute.");
      if (!(await isPasswordOf(person.id, input.currentPassword))) {
        throw problem("passwordWrong", "The current password is another one.");
      }
      await setPassword(person.id, input.newPassword, person.sessionId);
    }),

  list: procedure.output(z.array(accountSchema)).query(async () => {
    const rows = await db().user.findMany({
      orderBy: { email: "asc" },
      include: { sessions: { orderBy: { updatedAt: "desc" }, take: 1, select: { updatedAt: true } } },
    });
    return rows.flatMap(({ id, name, email, role, createdAt, sessions: [last] }) => {
      if (!isRole(role)) return [];
      const seen = last === undefined ? {} : { lastSeenAtMs: last.updatedAt.getTime() };
      return [{ id, name, email, role, createdAtMs: createdAt.getTime(), ...seen }];
    });
  }),

  create: procedure
    .input(newPersonSchema.extend({ role: roleSchema }))
    .output(idSchema)
    .mutation(async ({ input: { role, ...person } }) => ({ id: await createPerson(person, role) })),

  setRole: procedure
    .input(idSchema.extend({ role: roleSchema }))
    .mutation(({ input: { id, role } }) => setRole(id, role)),

  /** `confirmEmail`: typed by the person who asks. */
  remove: procedure
    .input(idSchema.extend({ confirmEmail: z.string() }))
    .mutation(async ({ input: { id, confirmEmail } }) => {
      const found = await db().user.findUnique({ where: { id }, select: { email: true } });
      if (found === null) throw problem("notFound", "There is no such account.");
      if (found.email !== confirmEmail.trim().toLowerCase()) {
        throw problem("nameMismatch", `Type ${found.email} to remove the account.`);
      }
      await removePerson(id);
    }),

  /** Ends all sessions of the account. */
  resetPassword: procedure
    .input(idSchema.extend({ password: passwordSchema }))
    .mutation(({ input: { id, password } }) => setPassword(id, password)),
});
