import { readdirSync } from "node:fs";
import { z } from "zod";
import { printBenchLine, type BenchLine } from "../bench/bench-line.ts";

/** Each `e2e/bench/NAME.bench.ts` exports `run(): Promise<BenchLine[]>`; all of them, or those named on the command line. */
const moduleSchema = z.object({
  run: z.custom<() => Promise<BenchLine[]>>((value) => typeof value === "function"),
});
const folder = new URL("../bench/", import.meta.url);
const known = readdirSync(folder).flatMap((file) => /^(.+)\.bench\.ts$/.exec(file)?.[1] ?? []);
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`no bench ${unknown.join(", ")}; there are ${known.join(", ")}\n`);
  process.exit(2);
}

for (const name of asked.length === 0 ? known : asked) {
  const { run } = moduleSchema.parse(await import(new URL(`${name}.bench.ts`, folder).href));
  for (const line of await run()) process.stdout.write(`${printBenchLine(line)}\n`);
}
