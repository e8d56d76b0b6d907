import { spawn } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import { z } from "zod";
import type { Tier } from "./tiers.ts";

export interface TierResult {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly tookS: number;
  /** Why a tier could not run. */
  readonly why?: string;
}

type Counts = Pick<TierResult, "passed" | "failed" | "skipped">;

const vitestReport = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  numFailedTestSuites: z.number(),
});

const playwrightReport = z.object({
  stats: z.object({ expected: z.number(), unexpected: z.number(), flaky: z.number(), skipped: z.number() }),
});

/** A tier that ends badly without a failed test (a crash, no report) counts as one failure: silence is never a pass. */
export async function runTier(tier: Tier): Promise<TierResult> {
  const why = tier.why();
  if (why !== undefined) return { name: tier.name, passed: 0, failed: 0, skipped: 1, tookS: 0, why };
  process.stdout.write(`\n== ${tier.name}\n`);
  const began = Date.now();
  const counts = await countsOf(tier);
  return { name: tier.name, ...counts, tookS: (Date.now() - began) / 1_000 };
}

async function countsOf(tier: Tier): Promise<Counts> {
  switch (tier.kind) {
    case "checks": {
      const codes: number[] = [];
      for (const command of tier.commands) codes.push(await run(command, {}));
      const failed = codes.filter((code) => code !== 0).length;
      return { passed: codes.length - failed, failed, skipped: 0 };
    }
    case "vitest": {
      const report = `.cache/tests/${tier.name}.json`;
      rmSync(report, { force: true });
      const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
      const code = await run([...tier.argv, ...reporters], {});
      return orCrash(code, readVitest(report));
    }
    case "playwright": {
      const report = `.cache/tests/${tier.name}.json`;
      rmSync(report, { force: true });
      // Absolute: the reporter takes a relative name from the folder of its configuration.
      const code = await run([...tier.argv, "--reporter=list,json"], {
        PLAYWRIGHT_JSON_OUTPUT_FILE: resolve(report),
      });
      return orCrash(code, readPlaywright(report));
    }
  }
}

function orCrash(code: number, counts: Counts | undefined): Counts {
  if (counts === undefined) return { passed: 0, failed: 1, skipped: 0 };
  return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

function readVitest(path: string): Counts | undefined {
  const report = vitestReport.safeParse(readJson(path));
  if (!report.success) return undefined;
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, numFailedTestSuites } = report.data;
  const failed = numFailedTests === 0 && numFailedTestSuites > 0 ? numFailedTestSuites : numFailedTests;
  return { passed: numPassedTests, failed, skipped: numPendingTests + numTodoTests };
}

function readPlaywright(path: string): Counts | undefined {
  const report = playwrightReport.safeParse(readJson(path));
  if (!report.success) return undefined;
  const { expected, unexpected, flaky, skipped } = report.data.stats;
  return { passed: expected + flaky, failed: unexpected, skipped };
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}

async function run(argv: readonly string[], env: Record<string, string>): Promise<number> {
  const [command = "", ...rest] = argv;
  const child = spawn(`node_modules/.bin/${command}`, rest, {
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, ...env },
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      resolve(code ?? 1);
    });
  });
}
