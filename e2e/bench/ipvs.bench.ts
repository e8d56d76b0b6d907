import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { runOnBareKernel } from "../kernel/ipvs/bare-kernel.ts";
import type { BenchLine } from "./bench-line.ts";

/**
 * The agent's IPVS readers and writers beside ipvsadm on the same kernel, turn by turn in one run. Ours is the daemon's own code in a
 * running process (its start is not counted, the daemon starts once); ipvsadm is what an operator's script runs each time.
 */
const services = 1000;
const realServers = 100;
const turns = 2;

const rules = (): string => {
  const lines: string[] = [];
  for (let service = 0; service < services; service += 1) {
    const vip = `192.0.${service >> 8}.${service & 255}:80`;
    lines.push(`-A -t ${vip} -s wlc`);
    for (let row = 0; row < realServers; row += 1)
      lines.push(
        `-a -t ${vip} -r 10.${service >> 8}.${service & 255}.${row + 1}:8080 -g -w ${row + 1} -x 1000 -y 900`,
      );
  }
  return `${lines.join("\n")}\n`;
};

const timedSchema = z.object({ tookMs: z.number(), cpuMs: z.number(), residentBytes: z.number() });
const measuredSchema = timedSchema.extend({ stallMs: z.number() });
const answer = <Value extends z.ZodType>(value: Value) => z.object({ value });
const sweepsSchema = answer(
  z.object({
    first: z.array(timedSchema),
    again: z.array(timedSchema),
    watched: z.array(measuredSchema),
    realServers: z.number(),
  }),
);
const writeSchema = answer(timedSchema.extend({ status: z.literal("applied") }));
const questionSchema = answer(measuredSchema.extend({ entryCount: z.number(), matches: z.number() }));

/** "KEY VALUE" lines: every value of each key, in order. */
const parseResults = (text: string): ReadonlyMap<string, readonly string[]> => {
  const values = new Map<string, string[]>();
  for (const line of text.split("\n")) {
    const at = line.indexOf(" ");
    if (at < 0) continue;
    const key = line.slice(0, at);
    values.set(key, [...(values.get(key) ?? []), line.slice(at + 1)]);
  }
  return values;
};

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;

interface Claim {
  readonly name: string;
  readonly ours: number;
  readonly theirs: number;
  readonly unit: string;
  /** Ours over theirs may be at most this; undefined: the figure is only reported. */
  readonly atMost?: number;
}

const line = ({ name, ours, theirs, unit, atMost }: Claim): BenchLine => {
  const ratio = ours / theirs;
  return atMost === undefined
    ? { name, ours, theirs, unit, ratio, goal: "reported", met: true }
    : { name, ours, theirs, unit, ratio, goal: `ratio at most ${atMost}`, met: ratio <= atMost };
};

const shell = (name: string, value: string): string => `${name}='${value}'; export ${name}\n`;

/** Boots one bare kernel and measures there; a minute or two. */
export async function run(): Promise<BenchLine[]> {
  const root = join(import.meta.dirname, "../..");
  const script =
    shell("NODE", process.execPath) +
    shell("PROBE", join(root, "apps/agent/src/probe/main.ts")) +
    shell("FILL", join(import.meta.dirname, "ipvs/fill-connections.ts")) +
    shell("TURNS", String(turns)) +
    readFileSync(join(import.meta.dirname, "ipvs/bench.sh"), "utf8");
  const bare = await runOnBareKernel({
    script,
    files: { "table.rules": rules() },
    timeoutMs: 900_000,
    memoryMb: 1536,
  });
  try {
    return linesOf(parseResults(readFileSync(join(bare.folder, "results"), "utf8")));
  } finally {
    bare.remove();
  }
}

const linesOf = (results: ReadonlyMap<string, readonly string[]>): BenchLine[] => {
  const texts = (key: string): readonly string[] => {
    const found = results.get(key);
    if (found === undefined) throw new Error(`the run said nothing of ${key}`);
    return found;
  };
  const numbers = (key: string): number[] => texts(key).map(Number);
  const failed = results.get("failed");
  if (failed !== undefined) throw new Error(`failed in the kernel: ${failed.join(", ")}`);
  const rows = services * (realServers + 1);
  for (const count of [...numbers("theirs-count"), ...numbers("ours-count")])
    if (count !== rows) throw new Error(`a table of ${count} rows instead of ${rows}`);

  const sweeps = texts("ours-sweeps").map((text) => sweepsSchema.parse(JSON.parse(text)).value);
  // The first reading of a process meets code that was never run; a daemon meets it once in its life.
  const first = sweeps.flatMap((sweep) => sweep.first.slice(1));
  const again = sweeps.flatMap((sweep) => sweep.again.slice(1));
  const listings = numbers("theirs-read");
  const fourListings = listings.flatMap((_, at) =>
    at % 4 === 0 ? [listings.slice(at, at + 4).reduce((sum, value) => sum + value, 0)] : [],
  );
  const sweepMs = median(first.map(({ tookMs }) => tookMs));
  const watched = sweeps.flatMap((sweep) => sweep.watched.slice(1));
  const worst = watched.toSorted((a, b) => b.stallMs / b.tookMs - a.stallMs / a.tookMs)[watched.length >> 1];
  const writes = texts("ours-write").map((text) => writeSchema.parse(JSON.parse(text)).value);
  const question = questionSchema.parse(JSON.parse(texts("ours-question")[0] ?? "")).value;
  const [matches] = numbers("theirs-matches");
  if (question.matches !== matches)
    throw new Error(`${question.matches} matches against ipvsadm's ${matches}`);
  const steady = answer(measuredSchema).parse(JSON.parse(texts("ours-steady")[0] ?? "")).value;
  const theirSteadyS = (texts("theirs-steady")[0] ?? "")
    .split(" ")
    .reduce((sum, value) => sum + Number(value), 0);
  const memory = Math.max(
    ...sweeps.flatMap((sweep) => [...sweep.first, ...sweep.again]).map((one) => one.residentBytes),
  );
  const table = `${services} services × ${realServers} real servers`;
  return [
    line({
      name: `ipvs: read ${table}, against four listings`,
      ours: sweepMs,
      theirs: median(fourListings),
      unit: "ms",
      atMost: 0.125,
    }),
    line({
      name: "ipvs: longest stall of the event loop in a reading (median reading), against that reading",
      ours: worst?.stallMs ?? Number.NaN,
      theirs: worst?.tookMs ?? Number.NaN,
      unit: "ms",
      atMost: 0.05,
    }),
    line({
      name: `ipvs: read ${table} again, unchanged, against four listings`,
      ours: median(again.map(({ tookMs }) => tookMs)),
      theirs: median(fourListings),
      unit: "ms",
    }),
    line({
      name: "ipvs: resident memory of the reading process, ipvsadm's beside it",
      ours: memory / 1e6,
      theirs: (numbers("theirs-memory-kb")[0] ?? Number.NaN) / 1000,
      unit: "MB",
    }),
    line({
      name: `ipvs: write ${table}, against ipvsadm -R`,
      ours: median(writes.map(({ tookMs }) => tookMs)),
      theirs: median(numbers("theirs-write")),
      unit: "ms",
      atMost: 0.125,
    }),
    line({
      name: "ipvs: processor share of a sweep each second, against ipvsadm -Ln each second",
      ours: steady.cpuMs / 100,
      theirs: theirSteadyS * 10,
      unit: "%",
    }),
    line({
      name: `ipvs: one client among ${question.entryCount} connections, against ipvsadm -Lnc | grep`,
      ours: question.tookMs,
      theirs: numbers("theirs-question")[0] ?? Number.NaN,
      unit: "ms",
      atMost: 1,
    }),
    line({
      name: "ipvs: longest stall of the event loop in that question, against the question",
      ours: question.stallMs,
      theirs: question.tookMs,
      unit: "ms",
      atMost: 0.05,
    }),
  ];
};
