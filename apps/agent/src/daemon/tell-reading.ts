import { Bell } from "@lvs/core/director/bell";
import { type ReadingNews, UnsaidNews } from "@lvs/core/director/connection-reading";
import type { Clock } from "../system/clock.ts";

/** Often enough to look alive; rows that are found in between come together. */
const newsEveryMs = 250;

export interface Reading {
  readonly clock: Clock;
  /** What is read, at its own speed; ends soon once its signal is aborted. */
  readonly read: (signal: AbortSignal) => AsyncIterable<ReadingNews>;
  /** Waits until the reading may begin, and lets the next one begin when it is over. */
  readonly inTurn: (work: () => Promise<void>) => Promise<void>;
  /** Of whoever listens. */
  readonly signal: AbortSignal;
}

/**
 * Tells a reading to somebody who may listen slowly: the reading never waits for him, so that he does not hold up those who wait for their
 * turn, and what he has not heard is merged (`UnsaidNews`). A few pieces of news a second while it goes on, the rest at its end. Who stops
 * listening ends the reading. Throws what the reading threw, after all that it had found.
 */
export async function* tellReading({ clock, inTurn, read, signal }: Reading): AsyncGenerator<ReadingNews> {
  const unsaid = new UnsaidNews();
  const gone = new AbortController();
  const over = new AbortController();
  const bell = new Bell();
  const listening = AbortSignal.any([signal, gone.signal]);
  const resting = AbortSignal.any([listening, over.signal]);
  const nobodyListens = (): void => bell.ring();
  signal.addEventListener("abort", nobodyListens, { once: true });
  const reading = inTurn(async () => {
    if (listening.aborted) return;
    for await (const news of read(listening)) {
      unsaid.put(news);
      bell.ring();
    }
  }).finally(() => {
    over.abort();
    bell.ring();
  });
  // Told below; nobody may be there any more to hear it.
  reading.catch(() => undefined);
  try {
    while (!signal.aborted) {
      const isOver = over.signal.aborted;
      const news = unsaid.take();
      if (news !== undefined) {
        yield news;
        if (news.kind === "found") await clock.sleep(newsEveryMs, resting);
      } else if (isOver) return await reading;
      else await bell.rung();
    }
  } finally {
    signal.removeEventListener("abort", nobodyListens);
    gone.abort();
  }
}
