import {
  busiestAnswerSchema,
  busiestQuestionSchema,
  connectionQuestionSchema,
  drainHoldsAnswerSchema,
} from "@lvs/core/director/connections";
import { procedure, router } from "./trpc.ts";

/** For a transport that cannot tell when its caller hangs up. */
const never = new AbortController().signal;

/** The connection table of this director's kernel. A caller that hangs up ends the reading. */
export const connectionsRouter = router({
  /** Told while it goes on: `readingNewsSchema`, and nothing after `ended` or `absent`. */
  find: procedure
    .input(connectionQuestionSchema)
    .subscription(({ ctx, input, signal }) => ctx.agent.connections.find(input, signal ?? never)),

  /** Drained real servers to which persistence still sends clients, and for how long at least. */
  drainHolds: procedure
    .output(drainHoldsAnswerSchema)
    .query(({ ctx, signal }) => ctx.agent.connections.drainHolds(signal ?? never)),

  busiest: procedure
    .input(busiestQuestionSchema)
    .output(busiestAnswerSchema)
    .query(({ ctx, input, signal }) => ctx.agent.connections.busiest(input, signal ?? never)),
});
