import { isDatabaseAway } from "./database-away.ts";
import { db } from "./db.ts";
import { mayDo } from "./permissions.ts";

/**
 * Whether a stream that began under this session may go on: the session stands and its role still reads. Nobody can end a session while
 * the database is away: whoever watches then goes on watching, which is when it is needed most.
 */
export async function mayStillWatch(sessionId: string): Promise<boolean> {
  try {
    const session = await db().session.findUnique({
      where: { id: sessionId },
      select: { expiresAt: true, user: { select: { role: true } } },
    });
    return (
      session !== null && session.expiresAt.getTime() >= Date.now() && mayDo(session.user.role, "viewer")
    );
  } catch (error) {
    if (isDatabaseAway(error)) return true;
    throw error;
  }
}
