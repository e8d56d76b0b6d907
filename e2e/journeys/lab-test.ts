import { test as base, type Page } from "@playwright/test";
import { openLabConsole, type LabConsole } from "../console/lab-console.ts";
import type { Topology } from "../lab/plan.ts";
import { enter } from "./people.ts";

/** A journey has a console with a live cluster in it, one for all journeys of a file, and a page signed in as its admin. */
export interface LabFixtures {
  readonly topology: Topology;
  readonly held: LabConsole;
}

export const test = base.extend<{ signedIn: Page }, LabFixtures>({
  topology: ["cdn", { scope: "worker", option: true }],
  held: [
    async ({ topology }, use) => {
      const held = await openLabConsole({
        lab: `journey${topology}`,
        topology,
        port: topology === "cdn" ? 3831 : 3832,
      });
      await use(held);
      await held.close();
    },
    { scope: "worker", timeout: 180_000 },
  ],
  signedIn: async ({ page, held }, use) => {
    await enter(page, held.url, held.admin);
    await use(page);
  },
});

export { expect } from "@playwright/test";
