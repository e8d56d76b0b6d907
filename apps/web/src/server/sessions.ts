import { db } from "./db.ts";

/** The role that a session gives now; undefined where it has ended. */
export async function personNow(sessionId: string): Promise<string | undefined> {
  const session = await db().session.findUnique({
    where: { id: sessionId },
    select: { expiresAt: true, user: { select: { role: true } } },
  });
  return session === null || session.expiresAt.getTime() < Date.now() ? undefined : session.user.role;
}
