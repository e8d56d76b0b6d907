import { tracked } from "@trpc/server";
import { z } from "zod";
import { mayDo } from "../permissions.ts";
import { personNow } from "../sessions.ts";
import { watchLive } from "../live.ts";
import { procedure, router } from "../trpc.ts";

/** How long a session that was ended elsewhere may still watch. */
const sessionCheckMs = 15_000;

export const liveRouter = router({
  /** A browser tab's one stream. Begins with the whole picture, or goes on after `lastEventId`. */
  watch: procedure
    .input(z.object({ lastEventId: z.string().max(100).nullish() }).optional())
    .subscription(async function* ({ ctx, input, signal }) {
      const end = signal ?? new AbortController().signal;
      let checkAtMs = Date.now() + sessionCheckMs;
      for await (const { id, item } of watchLive(input?.lastEventId ?? undefined, end)) {
        if (Date.now() >= checkAtMs) {
          const role = await personNow(ctx.person.sessionId);
          if (role === undefined || !mayDo(role, "viewer")) return;
          checkAtMs = Date.now() + sessionCheckMs;
        }
        yield tracked(id, item);
      }
    }),
});
