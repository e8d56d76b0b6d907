import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { BenchLine } from "./bench-line.ts";
import { openLargeConsole, type LargeConsole } from "./browser/large-console.ts";
import { openTab, type MeasuredTab } from "./browser/tab.ts";

/**
 * A browser's tab on a console that hears one director with 1,000 virtual services of 100 real servers each. Beside it: the same facts
 * as one JSON text, written by the console in one go and read in the same tab in one go, with nothing drawn of them.
 */
const services = 1_000;
const realServers = 100;
const rounds = 5;
/** Services that are others each second: 1,000 rows. */
const moving = 10;
const watchMs = 10_000;
/** What a browser tells of: a shorter task counts as this long. */
const shortestToldMs = 50;

interface Opened {
  readonly rowMs: number;
  readonly taskMs: number;
  readonly stallMs: number;
}

export async function run(): Promise<BenchLine[]> {
  const held = await openLargeConsole({ port: 3_870, services, realServers });
  try {
    const tab = await openTab(held);
    try {
      return await measure(held, tab);
    } finally {
      await tab.close();
    }
  } finally {
    await held.close();
  }
}

async function measure(held: LargeConsole, tab: MeasuredTab): Promise<BenchLine[]> {
  const page = `/directors/${held.directorId}`;
  const opened: Opened[] = [];
  const whole: Opened[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    whole.push(await readWhole(held, tab));
    opened.push(await openPage(held, tab, page));
    process.stdout.write(
      `browser ${round}: ${JSON.stringify({ tab: opened.at(-1), whole: whole.at(-1) })}\n`,
    );
  }
  const heapBytes = await tab.heapBytes();
  const still = await watch(tab);
  held.move(moving);
  await sleep(2_000);
  const moved = await watch(tab);
  process.stdout.write(`browser: heap ${Math.round(heapBytes / 1e6)} MB, longest task still ${still} ms\n`);
  const parseMs = median(whole.map(({ taskMs }) => taskMs));
  return [
    line("the tab stands still as the page opens", {
      ours: median(opened.map(({ taskMs }) => taskMs)),
      theirs: parseMs,
      most: 1,
    }),
    line("the console's event loop stands still as a tab opens the page", {
      ours: median(opened.map(({ stallMs }) => stallMs)),
      theirs: median(whole.map(({ stallMs }) => stallMs)),
      most: 0.5,
    }),
    line("navigation to the first row, beside asking for the text and reading it", {
      ours: median(opened.map(({ rowMs }) => rowMs)),
      theirs: median(whole.map(({ rowMs }) => rowMs)),
      most: 1.5,
    }),
    line("the tab stands still at most while 1,000 rows change each second", {
      ours: moved,
      theirs: parseMs,
      most: 0.5,
    }),
  ];
}

function line(
  what: string,
  { most, ours, theirs }: { ours: number; theirs: number; most: number },
): BenchLine {
  const ratio = ours / theirs;
  return {
    name: `browser, ${services} x ${realServers}: ${what}`,
    ours,
    theirs,
    unit: "ms",
    ratio,
    goal: `ratio below ${most}`,
    met: ratio < most,
  };
}

async function openPage(held: LargeConsole, tab: MeasuredTab, page: string): Promise<Opened> {
  const beganMs = Date.now();
  const rowMs = await tab.open(page);
  const taskMs = await tab.longestTask(0);
  return { rowMs, taskMs, stallMs: held.longestStall(beganMs, Date.now()) };
}

/** The same picture in one piece, asked for and read as a page would that has no stream. */
async function readWhole(held: LargeConsole, tab: MeasuredTab): Promise<Opened> {
  const beganMs = Date.now();
  const fleet = await held.api.query("fleet.read", z.unknown());
  const askedMs = Date.now() - beganMs;
  const stallMs = held.longestStall(beganMs, Date.now());
  const taskMs = await tab.parseMs(JSON.stringify(fleet));
  return { rowMs: askedMs + taskMs, taskMs, stallMs };
}

async function watch(tab: MeasuredTab): Promise<number> {
  const fromMs = await tab.nowMs();
  await sleep(watchMs);
  return Math.max(shortestToldMs, await tab.longestTask(fromMs));
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
