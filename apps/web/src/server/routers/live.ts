import { tracked } from "@trpc/server";
import { z } from "zod";
import { mayStillWatch } from "../sessions.ts";
import { watchLive } from "../live.ts";
import { procedure, router } from "../trpc.ts";

/** How long a session that was ended elsewhere may still watch. */
const sessionCheckMs = 15_000;

export const liveRouter = router({
  /** A browser tab's one stream. Begins with the whole picture, or goes on after `lastEventId`. */
  watch: procedure
    .input(z.object({ lastEventId: z.string().max(100).nullish() }).optional())
    .subscription(async function* ({ ctx, input, signal }) {
      const session = watchSession(ctx.person.sessionId, signal ?? new AbortController().signal);
      try {
        for await (const { id, item } of watchLive(input?.lastEventId ?? undefined, session.signal))
          yield tracked(id, item);
      } finally {
        session.release();
      }
    }),
});

/** Ends with `signal` or with the session. Asked beside the stream: a slow database must not make facts old. */
function watchSession(sessionId: string, signal: AbortSignal): { signal: AbortSignal; release: () => void } {
  const ended = new AbortController();
  let isAsking = false;
  const ask = async (): Promise<void> => {
    if (isAsking) return;
    isAsking = true;
    if (!(await mayStillWatch(sessionId))) ended.abort();
    isAsking = false;
  };
  const timer = setInterval(() => {
    ask().catch((error: unknown) => {
      console.error("live: a session could not be looked at, its stream ends", error);
      ended.abort();
    });
  }, sessionCheckMs);
  return { signal: AbortSignal.any([signal, ended.signal]), release: () => clearInterval(timer) };
}
