import { request } from "node:http";
import {
  judgeAnswer,
  quantile,
  type LoadFailure,
  type LoadOrder,
  type LoadReport,
  type LoadTick,
} from "./report.ts";

/**
 * The client: sends requests at an even rate, each on a connection of its own, and counts. Its order is its first
 * argument. It ends when it has sent as many as rate and seconds ask for, or when its input ends; then it waits for what is on its way.
 */

const order: LoadOrder = JSON.parse(process.argv[2] ?? "{}");
const begin = performance.now();
const startedAt = Date.now();

let sent = 0;
let ok = 0;
let failed = 0;
let lastGood = begin;
let longestSilenceMs = 0;
const latencies: number[] = [];
const failures: LoadFailure[] = [];
const reasons = new Map<string, number>();
const servers = new Map<string, number>();

const say = (kind: string, value: LoadTick | LoadReport) => {
  process.stdout.write(`${JSON.stringify({ kind, value })}\n`);
};

const count = (map: Map<string, number>, key: string) => map.set(key, (map.get(key) ?? 0) + 1);

function noteGood(server: string, since: number): void {
  const now = performance.now();
  ok += 1;
  count(servers, server);
  latencies.push(now - since);
  longestSilenceMs = Math.max(longestSilenceMs, now - lastGood);
  lastGood = now;
}

function noteFailure(reason: string, since: number): void {
  failed += 1;
  count(reasons, reason);
  if (failures.length >= 1000) return;
  const sentAt = Math.round(startedAt + since - begin);
  failures.push({ sentAt, tookMs: Math.round(performance.now() - since), reason });
}

function reasonOf(error: Error, isLate: boolean): string {
  if (isLate) return `no full answer within ${order.timeoutMs} ms`;
  return "code" in error && typeof error.code === "string" ? error.code : error.message;
}

/** One request; resolves when it was counted. */
function ask(index: number): Promise<void> {
  const since = performance.now();
  const localAddress = order.sources[index % order.sources.length];
  return new Promise((resolve) => {
    let done = false;
    const settle = (note: () => void) => {
      if (done) return;
      done = true;
      clearTimeout(timer);
      note();
      resolve();
    };
    const outgoing = request(
      {
        host: order.vip,
        port: order.port,
        path: order.path,
        agent: false,
        headers: { connection: "close" },
        ...(localAddress === undefined ? {} : { localAddress }),
      },
      (answer) => {
        let body = "";
        answer.setEncoding("latin1");
        answer.on("data", (chunk: string) => {
          body += chunk;
        });
        answer.on("error", (error) => settle(() => noteFailure(reasonOf(error, false), since)));
        answer.on("end", () => {
          const verdict = judgeAnswer(answer.statusCode ?? 0, body);
          settle(() => {
            if ("server" in verdict) noteGood(verdict.server, since);
            else noteFailure(verdict.reason, since);
          });
        });
      },
    );
    const timer = setTimeout(() => {
      settle(() => noteFailure(reasonOf(new Error("late"), true), since));
      outgoing.destroy();
    }, order.timeoutMs);
    outgoing.on("error", (error) => settle(() => noteFailure(reasonOf(error, false), since)));
    outgoing.end();
  });
}

function report(): LoadReport {
  latencies.sort((left, right) => left - right);
  const round = (value: number) => Math.round(value * 10) / 10;
  return {
    vip: order.vip,
    port: order.port,
    startedAt,
    seconds: round((performance.now() - begin) / 1000),
    sent,
    ok,
    failed,
    reasons: Object.fromEntries(reasons),
    failures,
    servers: Object.fromEntries(servers),
    latencyMs: {
      median: round(quantile(latencies, 0.5)),
      p99: round(quantile(latencies, 0.99)),
      worst: round(quantile(latencies, 1)),
    },
    longestSilenceMs: Math.round(longestSilenceMs),
  };
}

async function run(): Promise<void> {
  const underway = new Set<Promise<void>>();
  let stopped = false;
  process.stdin.resume();
  process.stdin.once("end", () => {
    stopped = true;
  });
  const ticker = setInterval(() => say("tick", { sent, ok, failed }), 1000);
  // By count, not by the clock: on a busy machine the last ones are sent late, but as many as were ordered.
  const total = Math.max(1, Math.round(order.seconds * order.ratePerSecond));
  while (!stopped && sent < total) {
    const due = Math.min(total, Math.floor(((performance.now() - begin) / 1000) * order.ratePerSecond) + 1);
    for (; sent < due; sent += 1) {
      const one = ask(sent);
      underway.add(one);
      void one.finally(() => underway.delete(one));
    }
    await new Promise((resolve) => {
      setTimeout(resolve, Math.max(1, 500 / order.ratePerSecond));
    });
  }
  const sendingEnded = performance.now();
  await Promise.all(underway);
  longestSilenceMs = Math.max(longestSilenceMs, sendingEnded - lastGood);
  clearInterval(ticker);
  process.stdin.destroy();
  say("report", report());
}

await run();
