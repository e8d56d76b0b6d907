import { z } from "zod";
import {
  busiestAnswerSchema,
  busiestQuestionSchema,
  connectionQuestionSchema,
  drainHoldsAnswerSchema,
} from "@lvs/core/director/connections";
import { askDirector } from "../ask-director.ts";
import { findConnections } from "../find-connections.ts";
import { procedure, router } from "../trpc.ts";
import { tryAnswerSchema, tryQuestionSchema, tryService } from "../try-service.ts";

const directorSchema = z.object({ directorId: z.string() });

const scopeSchema = z.discriminatedUnion("of", [
  z.object({ of: z.literal("director"), id: z.string() }),
  z.object({ of: z.literal("cluster"), id: z.string() }),
  z.object({ of: z.literal("fleet") }),
]);

/** For a transport that cannot tell when its caller hangs up. */
const never = new AbortController().signal;

/** Questions to the kernels' connection tables, each asked when somebody wants to know and never kept. */
export const connectionsRouter = router({
  /** What each of these directors finds, while it finds it. A browser that goes away ends the readings. */
  find: procedure
    .input(z.object({ scope: scopeSchema, question: connectionQuestionSchema }))
    .subscription(({ input: { question, scope }, signal }) =>
      findConnections(scope, question, signal ?? never),
    ),

  drainHolds: procedure
    .input(directorSchema)
    .output(drainHoldsAnswerSchema)
    .query(({ input: { directorId }, signal }) =>
      askDirector(directorId, (agent) => agent.connections.drainHolds.query(undefined, until(signal))),
    ),

  busiest: procedure
    .input(directorSchema.extend(busiestQuestionSchema.shape))
    .output(busiestAnswerSchema)
    .query(({ input: { directorId, ...question }, signal }) =>
      askDirector(directorId, (agent) => agent.connections.busiest.query(question, until(signal))),
    ),

  /** Opens connections and sends nothing: a change of no table, but somebody else's log may name the console. */
  tryService: procedure
    .input(tryQuestionSchema)
    .output(tryAnswerSchema)
    .mutation(({ input }) => tryService(input)),
});

/** A browser that goes away ends the question, and the agent's reading with it. */
const until = (signal: AbortSignal | undefined) => (signal === undefined ? {} : { signal });
