import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { z } from "zod";
import { runOnBareKernel } from "../kernel/ipvs/bare-kernel.ts";
import type { BenchLine } from "./bench-line.ts";
import { line, median, Results, type Claim } from "./ipvs/results.ts";

/**
 * The agent's IPVS readers and writers beside ipvsadm on the same kernel, turn by turn in one run. Ours is the daemon's own code in a
 * running process (its start is not counted, the daemon starts once); ipvsadm is what an operator's script runs each time.
 */
const services = 1000;
const realServers = 100;
const steadySeconds = 6;

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
const steadySchema = answer(
  z.object({
    first: measuredSchema,
    steady: measuredSchema,
    longestSweepMs: z.number(),
    shortestSweepMs: z.number(),
  }),
);
const watchSchema = answer(
  z.object({
    still: z.array(measuredSchema),
    moved: z.array(measuredSchema),
    differences: z.number(),
  }),
);
const writeSchema = answer(timedSchema.extend({ status: z.literal("applied") }));
const questionSchema = answer(
  z.object({
    asked: z.array(measuredSchema.extend({ firstRowMs: z.number() })),
    entryCount: z.number(),
    matches: z.number(),
  }),
);

const shell = (name: string, value: string): string => `${name}='${value}'; export ${name}\n`;

/**
 * The probe as the agent is shipped, without types and in few files: a process that first has to translate its own source is slower to start, and
 * larger, than what runs on a director.
 */
const buildProbe = async (root: string): Promise<string> => {
  const source = join(root, "apps/agent/src");
  const outdir = join(root, "apps/agent/.cache/probe");
  await build({
    entryPoints: [join(source, "probe/main.ts"), ...globSync(join(source, "system/linux/*.worker.ts"))],
    outdir,
    entryNames: "[name]",
    bundle: true,
    platform: "node",
    target: "node24",
    format: "esm",
    external: ["koffi"],
    logLevel: "error",
    banner: {
      js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
    },
  });
  return join(outdir, "main.js");
};

/** Boots one bare kernel and measures there; some minutes, most of them ipvsadm -R. */
export async function run(): Promise<BenchLine[]> {
  const root = join(import.meta.dirname, "../..");
  const script =
    shell("NODE", process.execPath) +
    shell("PROBE", await buildProbe(root)) +
    shell("FILL", join(import.meta.dirname, "ipvs/fill-connections.ts")) +
    shell("STEADY", String(steadySeconds)) +
    readFileSync(join(import.meta.dirname, "ipvs/bench.sh"), "utf8");
  const bare = await runOnBareKernel({
    script,
    files: { "table.rules": rules() },
    timeoutMs: 900_000,
    memoryMb: 1536,
    isPartialFine: true,
  });
  try {
    if (bare.problem !== undefined) process.stderr.write(`${bare.problem}\n`);
    const results = new Results(readFileSync(join(bare.folder, "results"), { encoding: "utf8", flag: "a+" }));
    return linesOf(results);
  } finally {
    bare.remove();
  }
}

/** The sum of each four listings that were taken one after the other. */
const fourListings = (results: Results): number[] => {
  const each = results.numbers("theirs-read");
  return each.flatMap((_, at) =>
    at % 4 === 0 && at + 4 <= each.length ? [each.slice(at, at + 4).reduce((sum, one) => sum + one, 0)] : [],
  );
};

/** The worst of all, by the share of its own time that the event loop stood still. */
const worst = (watched: readonly z.infer<typeof measuredSchema>[]): Claim => {
  const [first] = watched.toSorted((a, b) => b.stallMs / b.tookMs - a.stallMs / a.tookMs);
  if (first === undefined) throw new Error("nothing was watched");
  return { ours: first.stallMs, theirs: first.tookMs, unit: "ms", ratioAtMost: 0.05 };
};

const linesOf = (results: Results): BenchLine[] => {
  const sweeps = () => results.json("ours-sweeps", sweepsSchema);
  // The first turn of a process meets code that was never run; a daemon meets it once in its life.
  const warm = () => sweeps().flatMap(({ first }) => first.slice(1));
  const table = `${services} services × ${realServers} real servers`;
  return [
    line("every table written has all its rows", () => {
      const rows = services * (realServers + 1);
      const wrong = results.numbers("count").filter((count) => count !== rows);
      return { ours: wrong.length, theirs: results.numbers("count").length, unit: "wrong", oursAtMost: 0 };
    }),
    line(`read ${table} and look at every number, against four listings`, () => ({
      ours: median(warm().map(({ tookMs }) => tookMs)),
      theirs: median(fourListings(results)),
      unit: "ms",
      ratioAtMost: 0.125,
    })),
    line("longest stall of the event loop in such a reading (the worst of all), against that reading", () =>
      worst(sweeps().flatMap(({ watched }) => watched.slice(1))),
    ),
    line(
      "longest stall of an event loop that does nothing for two seconds: what machine and watch add",
      () => ({
        ours: Math.max(...results.json("ours-idle", answer(measuredSchema)).map(({ stallMs }) => stallMs)),
        theirs: Number.NaN,
        unit: "ms",
      }),
    ),
    line("longest stall in the second reading of a process, against that reading", () => {
      const { ratioAtMost: _, ...claim } = worst(sweeps().flatMap(({ watched }) => watched.slice(0, 1)));
      return claim;
    }),
    line(`read ${table} for the first time in a process, against four listings`, () => ({
      ours: median(sweeps().flatMap(({ first }) => first.slice(0, 1).map(({ tookMs }) => tookMs))),
      theirs: median(fourListings(results)),
      unit: "ms",
      ratioAtMost: 1,
    })),
    line(`read ${table} again, unchanged, against four listings`, () => ({
      ours: median(sweeps().flatMap(({ again }) => again.slice(1).map(({ tookMs }) => tookMs))),
      theirs: median(fourListings(results)),
      unit: "ms",
      ratioAtMost: 0.125,
    })),
    line("resident memory of the reading process, ipvsadm's beside it", () => ({
      ours:
        Math.max(
          ...sweeps().flatMap(({ first, again }) => [...first, ...again].map((one) => one.residentBytes)),
        ) / 1e6,
      theirs: (results.numbers("theirs-memory-kb")[0] ?? Number.NaN) / 1000,
      unit: "MB",
      oursAtMost: 200,
    })),
    line(`write ${table}, against ipvsadm -R`, () => ({
      ours: median(results.json("ours-write", writeSchema).map(({ tookMs }) => tookMs)),
      theirs: median(results.numbers("theirs-write")),
      unit: "ms",
      ratioAtMost: 0.125,
    })),
    line(
      "processor time of a sweep each second by the agent's own watch, against ipvsadm -Ln each second",
      () => ({
        ours: results.one("ours-steady", steadySchema).steady.cpuMs / (10 * steadySeconds),
        theirs:
          ((results.texts("theirs-steady")[0] ?? "").split(" ").reduce((sum, one) => sum + Number(one), 0) *
            100) /
          steadySeconds,
        unit: "%",
        ratioAtMost: 1,
      }),
    ),
    line("longest stall of the event loop in those sweeps, against the shortest of them", () => {
      const { steady, shortestSweepMs } = results.one("ours-steady", steadySchema);
      return { ours: steady.stallMs, theirs: shortestSweepMs, unit: "ms", ratioAtMost: 0.05 };
    }),
    ...watchLines(results),
    ...questionLines(results),
  ];
};

/** The sweep with the verdicts of all real servers and their comparison with a configuration, as the daemon runs it. */
const watchLines = (results: Results): BenchLine[] => [
  line("processor time of a sweep with verdicts and drift, nothing changed, beside one ipvsadm -Ln", () => ({
    ours: median(results.one("ours-watch", watchSchema).still.map(({ cpuMs }) => cpuMs)),
    theirs: results.numbers("theirs-read")[0] ?? Number.NaN,
    unit: "ms",
  })),
  line("the same, one real server of every service changed", () => ({
    ours: median(results.one("ours-watch", watchSchema).moved.map(({ cpuMs }) => cpuMs)),
    theirs: results.numbers("theirs-read")[0] ?? Number.NaN,
    unit: "ms",
  })),
  line("differences found there of the changes made", () => {
    const { differences } = results.one("ours-watch", watchSchema);
    return { ours: Math.abs(differences - services), theirs: services, unit: "missed", oursAtMost: 0 };
  }),
  line("longest stall of the event loop in the latter (the worst of all), against that sweep", () =>
    worst(results.one("ours-watch", watchSchema).moved.slice(1)),
  ),
];

const questionLines = (results: Results): BenchLine[] => [
  line("one client among 100,000 connections, against ipvsadm -Lnc | grep", () => {
    const { asked, matches } = results.one("ours-question", questionSchema);
    const [theirMatches] = results.numbers("theirs-matches");
    if (matches !== theirMatches) throw new Error(`${matches} matches against ipvsadm's ${theirMatches}`);
    return {
      ours: median(asked.map(({ tookMs }) => tookMs)),
      theirs: results.numbers("theirs-question")[0] ?? Number.NaN,
      unit: "ms",
      ratioAtMost: 1,
    };
  }),
  line("the first row of that answer, against ipvsadm -Lnc | grep -m1", () => {
    const { asked } = results.one("ours-question", questionSchema);
    return {
      ours: median(asked.map(({ firstRowMs }) => firstRowMs)),
      theirs: results.numbers("theirs-first-row")[0] ?? Number.NaN,
      unit: "ms",
      ratioAtMost: 1,
    };
  }),
  line("longest stall of the event loop in that question (the worst of all), beside the question", () => {
    const { asked } = results.one("ours-question", questionSchema);
    return {
      ours: Math.max(...asked.map(({ stallMs }) => stallMs)),
      theirs: median(asked.map(({ tookMs }) => tookMs)),
      unit: "ms",
      oursAtMost: 50,
    };
  }),
];
