import { mkdirSync } from "node:fs";
import { tiers } from "./tiers.ts";
import { runTier, type TierResult } from "./run-tier.ts";

/** Runs the tiers named on the command line, or all, in order; goes on after a failed one so that one run tells everything. */
const names = process.argv.slice(2);
const unknown = names.filter((name) => !tiers.some((tier) => tier.name === name));
if (unknown.length > 0) {
  process.stderr.write(
    `no tier ${unknown.join(", ")}; there are ${tiers.map((tier) => tier.name).join(", ")}\n`,
  );
  process.exit(2);
}

mkdirSync(".cache/tests", { recursive: true });
const results: TierResult[] = [];
for (const tier of tiers) {
  if (names.length === 0 || names.includes(tier.name)) results.push(await runTier(tier));
}

for (const result of results) process.stdout.write(`${summary(result)}\n`);
const sum = (pick: (result: TierResult) => number): number =>
  results.reduce((all, each) => all + pick(each), 0);
const failed = sum((result) => result.failed);
process.stdout.write(
  `${sum((result) => result.passed)} passed, ${failed} failed, ${sum((result) => result.skipped)} skipped\n`,
);
process.exitCode = failed === 0 ? 0 : 1;

function summary(result: TierResult): string {
  const counts = `${result.passed} passed, ${result.failed} failed, ${result.skipped} skipped`;
  const why = result.why === undefined ? "" : ` (${result.why})`;
  return `tier ${result.name.padEnd(9)} ${result.tookS.toFixed(1).padStart(6)} s: ${counts}${why}`;
}
