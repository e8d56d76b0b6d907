import { TRPCClientError } from "@trpc/client";
import { TRPCError } from "@trpc/server";
import { type ReadingNews, readingNewsSchema } from "@lvs/core/director/connection-reading";
import type { ConnectionQuestion } from "@lvs/core/director/connections";
import { askAgent } from "./agent-failure.ts";
import { type AgentTarget, linkTo, targetOf } from "./agents.ts";
import { problem } from "./problem.ts";

/**
 * One reading of a director's connection table, heard while it goes on. Resolves at its end, or soon after the signal was aborted, which
 * ends the reading at the director, too. What was not heard to its end is a problem with words, never a reading that found nothing.
 */
export async function followReading(
  directorId: string,
  question: ConnectionQuestion,
  listener: { readonly signal: AbortSignal; readonly onNews: (news: ReadingNews) => void },
): Promise<void> {
  const target = targetOf(directorId);
  let isWhole = false;
  const onNews = (news: ReadingNews): void => {
    isWhole = news.kind === "ended" || news.kind === "absent";
    listener.onNews(news);
  };
  let error: unknown;
  try {
    await listen(target, question, { signal: listener.signal, onNews });
  } catch (thrown) {
    error = thrown;
  }
  if (isWhole || listener.signal.aborted) return;
  await explain(target, error);
}

/** A stream is never taken up again: the agent would begin a new reading, and what was found would be told twice. */
function listen(
  target: AgentTarget,
  question: ConnectionQuestion,
  { onNews, signal }: { readonly signal: AbortSignal; readonly onNews: (news: ReadingNews) => void },
): Promise<void> {
  const { promise, reject, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) return Promise.resolve();
  const subscription = linkTo(target).client.connections.find.subscribe(question, {
    onData: (said) => {
      const news = readingNewsSchema.safeParse(said);
      if (news.success) onNews(news.data);
      else reject(problem("agentFailed", `${target.name} speaks of connections in another form.`));
    },
    onError: reject,
    onComplete: resolve,
    onConnectionStateChange: (change) => {
      if (change.state === "connecting" && change.error !== null) reject(change.error);
    },
  });
  signal.addEventListener("abort", () => resolve(), { once: true });
  return promise.finally(() => subscription.unsubscribe());
}

/** Throws why the stream ended before the reading. A stream that was cut does not say why; whether the agent can be asked at all, does. */
async function explain(target: AgentTarget, error: unknown): Promise<never> {
  if (error instanceof TRPCError) throw error;
  if (isWithoutProcedure(error))
    throw problem("agentFailed", `${target.name}: its agent is older than this console; update it.`);
  if (error instanceof TRPCClientError && error.data !== undefined)
    return askAgent(target, () => Promise.reject(error));
  await askAgent(target, () => linkTo(target).client.ping.query());
  throw problem("agentUnreachable", `${target.name} (${target.address}:${target.port}): the stream was cut.`);
}

/** What a refused stream leaves is an event in the place of the answer, with the HTTP status as its code. */
function isWithoutProcedure(error: unknown): boolean {
  const shape: unknown = error instanceof TRPCClientError ? error.shape : undefined;
  return typeof shape === "object" && shape !== null && Reflect.get(shape, "code") === 404;
}
