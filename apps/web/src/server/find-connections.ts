import { setTimeout as wait } from "node:timers/promises";
import { TRPCError } from "@trpc/server";
import { Bell } from "@lvs/core/director/bell";
import { type ReadingNews, UnsaidNews } from "@lvs/core/director/connection-reading";
import type { ConnectionQuestion } from "@lvs/core/director/connections";
import type { FailedNews, FindingSaid } from "@lvs/core/fleet/finding";
import { registeredDirectors } from "./agents.ts";
import { followReading } from "./follow-reading.ts";
import { Problem, problem } from "./problem.ts";

/** Who is asked. */
export type Scope =
  | { readonly of: "director"; readonly id: string }
  | { readonly of: "cluster"; readonly id: string }
  | { readonly of: "fleet" };

type DirectorNews = Extract<FindingSaid, { kind: "news" }>["news"][number];

/** Directors asked at the same time: a fleet is asked in a second without three hundred handshakes at once. */
const askedAtOnce = 32;
/** A few times a second, whatever the number of directors. */
const newsEveryMs = 200;
/** Of one message: a few milliseconds of a browser. */
const rowsPerMessage = 500;

/** What these directors find, while they find it. Each tells at its own speed; whoever stops listening ends every reading. */
export async function* findConnections(
  scope: Scope,
  question: ConnectionQuestion,
  signal: AbortSignal,
): AsyncGenerator<FindingSaid> {
  const startMs = performance.now();
  const directorIds = asked(scope);
  yield { kind: "asked", directorIds };
  const gone = new AbortController();
  const over = new AbortController();
  const listening = AbortSignal.any([signal, gone.signal]);
  const desk = new Desk(directorIds);
  const all = askAll(directorIds, (id) => hear(desk, { id, question, signal: listening })).finally(() => {
    over.abort();
    desk.bell.ring();
  });
  // Told below; nobody may be there any more to hear it.
  all.catch(() => undefined);
  listening.addEventListener("abort", () => desk.bell.ring(), { once: true });
  try {
    while (!signal.aborted) {
      const isOver = over.signal.aborted;
      const news = desk.take();
      if (news.length > 0) {
        yield { kind: "news", news };
        await wait(newsEveryMs, undefined, { signal: over.signal }).catch(() => undefined);
      } else if (isOver) {
        await all;
        yield { kind: "done", tookMs: performance.now() - startMs };
        return;
      } else await desk.bell.rung();
    }
  } finally {
    gone.abort();
  }
}

function asked(scope: Scope): string[] {
  const directors = registeredDirectors();
  const ids = directors
    .filter(({ clusterId, id, isRevoked }) => {
      if (scope.of === "director") return scope.id === id;
      return !isRevoked && (scope.of === "fleet" || clusterId === scope.id);
    })
    .map(({ id }) => id);
  if (scope.of === "director" && ids.length === 0) throw problem("notFound", "There is no such director.");
  return ids.toSorted();
}

/** Every director that cannot be asked is told as that; it does not hide the others. */
async function hear(
  desk: Desk,
  asking: { readonly id: string; readonly question: ConnectionQuestion; readonly signal: AbortSignal },
): Promise<void> {
  const { id, question, signal } = asking;
  try {
    await followReading(id, question, { signal, onNews: (news) => desk.put(id, news) });
  } catch (error) {
    if (!(error instanceof TRPCError) || !(error.cause instanceof Problem)) throw error;
    desk.fail(id, { kind: "failed", problem: error.cause.problem, reason: error.message });
  }
}

/** As many at a time as may be asked at once, in this order. */
async function askAll(ids: readonly string[], ask: (id: string) => Promise<void>): Promise<void> {
  const waiting = [...ids];
  const askOn = async (): Promise<void> => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) await ask(id);
  };
  await Promise.all(Array.from({ length: askedAtOnce }, askOn));
}

/** What was not told yet, of each director. */
class Desk {
  readonly #unsaid: ReadonlyMap<string, UnsaidNews>;
  readonly #failed = new Map<string, FailedNews>();
  readonly bell = new Bell();

  constructor(ids: readonly string[]) {
    this.#unsaid = new Map(ids.map((id) => [id, new UnsaidNews()]));
  }

  put(id: string, news: ReadingNews): void {
    this.#unsaid.get(id)?.put(news);
    this.bell.ring();
  }

  fail(id: string, news: FailedNews): void {
    this.#failed.set(id, news);
    this.bell.ring();
  }

  take(): DirectorNews[] {
    const taken: DirectorNews[] = [];
    let rows = 0;
    for (const [directorId, unsaid] of this.#unsaid) {
      for (
        let news = this.#next(directorId, unsaid);
        news !== undefined;
        news = this.#next(directorId, unsaid)
      ) {
        taken.push({ directorId, news });
        rows += news.kind === "found" ? news.connections.length : 0;
        if (rows >= rowsPerMessage) return taken;
      }
    }
    return taken;
  }

  /** That it failed is the last that is said of a director. */
  #next(id: string, unsaid: UnsaidNews): DirectorNews["news"] | undefined {
    const news = unsaid.take() ?? this.#failed.get(id);
    if (news?.kind === "failed") this.#failed.delete(id);
    return news;
  }
}
