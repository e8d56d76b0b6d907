import { TRPCError } from "@trpc/server";
import { z } from "zod";
import {
  busiestAnswerSchema,
  busiestQuestionSchema,
  connectionAnswerSchema,
  connectionQuestionSchema,
  drainHoldsAnswerSchema,
  servingQuestionSchema,
} from "@lvs/core/director/connections";
import { askDirector } from "../ask-director.ts";
import { Problem } from "../problem.ts";
import { procedure, router } from "../trpc.ts";
import { tryAnswerSchema, tryQuestionSchema, tryService } from "../try-service.ts";

const directorSchema = z.object({ directorId: z.string() });

/** One director's answer among many. `failed`: it could not be asked, which says nothing about the client. */
const oneAnswerSchema = z.discriminatedUnion("status", [
  ...connectionAnswerSchema.options,
  z.object({ status: z.literal("failed"), problem: z.string(), reason: z.string() }),
]);
type OneAnswer = z.infer<typeof oneAnswerSchema>;

/** Directors asked at the same time: a fleet is asked in a second without three hundred handshakes at once. */
const askedAtOnce = 32;

/** Questions to the kernels' connection tables, each asked when somebody wants to know and never kept. */
export const connectionsRouter = router({
  read: procedure
    .input(directorSchema.extend(connectionQuestionSchema.shape))
    .output(connectionAnswerSchema)
    .query(({ input: { directorId, ...question }, signal }) =>
      askDirector(directorId, (agent) => agent.connections.read.query(question, until(signal))),
    ),

  /** Which real server serves this client, asked of each of these directors; one that cannot be asked does not hide the others. */
  serving: procedure
    .input(servingQuestionSchema.extend({ directorIds: z.array(z.string()).min(1).max(1_000) }))
    .output(
      z.object({
        answers: z.array(z.object({ directorId: z.string(), answer: oneAnswerSchema })),
        tookMs: z.number(),
      }),
    )
    .query(async ({ input: { directorIds, ...question }, signal }) => {
      const startMs = performance.now();
      const answers = await askAll([...new Set(directorIds)], async (directorId) => ({
        directorId,
        answer: await askOne(directorId, question, signal),
      }));
      return { answers, tookMs: performance.now() - startMs };
    }),

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

async function askOne(
  directorId: string,
  question: z.infer<typeof servingQuestionSchema>,
  signal: AbortSignal | undefined,
): Promise<OneAnswer> {
  try {
    return await askDirector(directorId, (agent) => agent.connections.serving.query(question, until(signal)));
  } catch (error) {
    if (!(error instanceof TRPCError) || !(error.cause instanceof Problem)) throw error;
    return { status: "failed", problem: error.cause.problem, reason: error.message };
  }
}

/** A browser that goes away ends the question, and the agent's reading with it. */
const until = (signal: AbortSignal | undefined) => (signal === undefined ? {} : { signal });

/** The answers in the order of the questions. */
async function askAll<Question, Answer>(
  questions: readonly Question[],
  ask: (question: Question) => Promise<Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (let at = 0; at < questions.length; at += askedAtOnce)
    answers.push(...(await Promise.all(questions.slice(at, at + askedAtOnce).map(ask))));
  return answers;
}
