import { whyNoLab } from "../lab/machine/requirements.ts";

/** One kind of proof and how it is run. A check counts as one test; a suite's own counts are read from its report. */
export type Tier =
  | {
      readonly name: string;
      readonly kind: "checks";
      readonly commands: readonly (readonly string[])[];
      readonly why: () => string | undefined;
    }
  | {
      readonly name: string;
      readonly kind: "vitest" | "playwright";
      readonly argv: readonly string[];
      readonly why: () => string | undefined;
    };

const anywhere = (): undefined => undefined;
const inLab = (): string | undefined => {
  const reasons = whyNoLab();
  return reasons.length === 0 ? undefined : `the lab cannot run here: ${reasons.join("; ")}`;
};

/** `more`: projects of the same tier beside the one that has its name. */
const vitest = (name: string, why: () => string | undefined, ...more: readonly string[]): Tier => ({
  name,
  kind: "vitest",
  argv: ["vitest", "run", ...[name, ...more].flatMap((project) => ["--project", project])],
  why,
});

export const tiers: readonly Tier[] = [
  {
    name: "lint",
    kind: "checks",
    commands: [
      ["oxlint", "--type-aware", "--deny-warnings"],
      ["oxfmt", "--check"],
    ],
    why: anywhere,
  },
  {
    name: "types",
    kind: "checks",
    commands: [
      ["turbo", "run", "types", "--output-logs=errors-only"],
      ["tsc", "-p", "e2e"],
      ["tsc", "-p", "."],
    ],
    why: anywhere,
  },
  vitest("unit", anywhere),
  vitest("contract", anywhere),
  vitest("oracle", anywhere),
  vitest("kernel", inLab, "kernel ipvs"),
  {
    name: "journeys",
    kind: "playwright",
    argv: ["playwright", "test", "--config", "e2e/journeys/playwright.config.ts"],
    why: inLab,
  },
];
