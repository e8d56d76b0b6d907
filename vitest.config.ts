import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** One project per tier; a file's suffix says its tier (CONTRIBUTING.md). Journeys are Playwright's. */
const elsewhere = ["**/node_modules/**", "**/dist/**", "**/.next/**", "**/.lab/**"];
const others = ["**/*.oracle.test.ts", "**/*.contract.test.ts", "**/*.kernel.test.ts"];
const alias = { "@": fileURLToPath(new URL("apps/web/src", import.meta.url)) };

export default defineConfig({
  test: {
    projects: [
      {
        resolve: { alias },
        test: {
          name: "unit",
          include: ["{packages,apps}/*/src/**/*.test.{ts,tsx}", "e2e/**/*.test.ts"],
          exclude: [...elsewhere, ...others],
          testTimeout: 30_000,
        },
      },
      {
        resolve: { alias },
        test: {
          name: "contract",
          include: ["{packages,apps}/*/src/**/*.contract.test.ts"],
          exclude: elsewhere,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: "oracle",
          include: ["{packages,apps}/*/src/**/*.oracle.test.ts"],
          exclude: elsewhere,
          testTimeout: 300_000,
        },
      },
      {
        test: {
          name: "kernel",
          include: ["e2e/kernel/*.kernel.test.ts"],
          exclude: elsewhere,
          testTimeout: 600_000,
          hookTimeout: 300_000,
          // One lab at a time: what they prove has times in it.
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: "kernel ipvs",
          include: ["e2e/kernel/ipvs/*.kernel.test.ts"],
          exclude: elsewhere,
          testTimeout: 600_000,
          hookTimeout: 600_000,
          // Each is a kernel of one processor that nothing reaches.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
