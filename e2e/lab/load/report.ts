/**
 * What a client load found, and the words its worker is told. Shared by the worker (in the client's namespace) and
 * the lab (outside), which talk in lines of JSON.
 */

export type LoadOrder = {
  readonly vip: string;
  readonly port: number;
  readonly path: string;
  /** Requests per second, evenly spread, sent whether or not earlier ones were answered. */
  readonly ratePerSecond: number;
  readonly seconds: number;
  /** A request that has no full, correct answer after this long has failed. */
  readonly timeoutMs: number;
  /** The requests take turns over these source addresses. */
  readonly sources: readonly string[];
};

export type LoadFailure = {
  /** When the request was sent, milliseconds since the epoch. */
  readonly sentAt: number;
  readonly tookMs: number;
  readonly reason: string;
};

export type LoadReport = {
  readonly vip: string;
  readonly port: number;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly seconds: number;
  readonly sent: number;
  readonly ok: number;
  readonly failed: number;
  /** How often each reason. */
  readonly reasons: Readonly<Record<string, number>>;
  /** The first thousand. */
  readonly failures: readonly LoadFailure[];
  /** Good answers by the real server that gave them. */
  readonly servers: Readonly<Record<string, number>>;
  /** Of good answers. */
  readonly latencyMs: { readonly median: number; readonly p99: number; readonly worst: number };
  /** The longest time in which no good answer came, milliseconds. */
  readonly longestSilenceMs: number;
};

/** What the worker says once a second. */
export type LoadTick = { readonly sent: number; readonly ok: number; readonly failed: number };

/** The value at this share (0 to 1) of sorted numbers; 0 of none. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

const namePattern = /^(rs\d+)\n/;

/**
 * Which real server gave this answer, or why it is not a correct one: every line of a body is the server's own name,
 * so that a torn or mixed body shows.
 */
export function judgeAnswer(
  status: number,
  body: string,
): { readonly server: string } | { readonly reason: string } {
  if (status !== 200) return { reason: `status ${status}` };
  const server = namePattern.exec(body)?.[1];
  if (server === undefined) return { reason: "a body without a real server's name" };
  const line = `${server}\n`;
  if (body !== line.repeat(body.length / line.length)) return { reason: "a torn body" };
  return { server };
}
