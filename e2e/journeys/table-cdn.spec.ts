import { mustExec } from "../lab/exec.ts";
import { startLoad } from "../lab/load/load.ts";
import { expectAccessible } from "./axe.ts";
import { expect, test } from "./lab-test.ts";
import {
  expectSameCopy,
  expectSameTable,
  numbersOf,
  openTable,
  readIpvsadm,
  readLeftBlock,
  switches,
} from "./shown-table.ts";

const directors = ["lvs-1", "lvs-2"] as const;

test.describe("the table in the browser and ipvsadm in the director, one VIP", () => {
  for (const director of directors) {
    test(`say the same of ${director} at rest, with every switch, on the screen and copied`, async ({
      signedIn: page,
      held,
    }) => {
      const place = { page, held, director };
      for (const asked of switches) {
        await openTable(place, asked);
        await expectSameTable(place, asked);
        await expectSameCopy(place, asked);
      }
    });
  }

  test("say the same while a client asks", async ({ signedIn: page, held }) => {
    const place = { page, held, director: "lvs-1" };
    const load = startLoad({ lab: held.lab, seconds: 240, ratePerSecond: 0.5 });
    try {
      for (const asked of switches) {
        await openTable(place, asked);
        await expectSameTable(place, asked);
      }
      await openTable(place, "plain");
      await expectSameCopy(place, "plain");
    } finally {
      const report = await load.stop();
      expect(report.failed, JSON.stringify(report.reasons)).toBe(0);
      expect(report.sent).toBeGreaterThan(0);
    }
  });

  test("what ipvsadm does by hand is named with the command that undoes it, and is gone when that was run", async ({
    signedIn: page,
    held,
  }) => {
    const place = { page, held, director: "lvs-1" };
    await openTable(place, "plain");
    const row = page.locator('tr[data-row="10.77.0.22:80"]');
    await expect(row).toContainText("in table");
    await mustExec(held.lab, "lvs-1", "ipvsadm -e -t 10.77.0.64:80 -r 10.77.0.22:80 -g -w 3".split(" "));
    await expect(row).toContainText(/by hand since \d\d:\d\d:\d\d/u);
    await expect(row).toContainText("weight: file 100, kernel 3");
    const drift = page.getByRole("region", { name: "Differs from the loaded file" });
    const command = "ipvsadm -e -t 10.77.0.64:80 -r 10.77.0.22:80 -g -w 100";
    await expect(drift.getByText(command)).toBeVisible();
    await expect(page.getByRole("status")).toContainText("lvs-1: 1 difference from its file");
    await expectAccessible(page, "drift");
    await row.focus();
    await expect(page.locator("tr.detail")).toContainText("TCP_CHECK delay_loop 2 connect_port 80");
    await mustExec(held.lab, "lvs-1", command.split(" "));
    await expect(drift).toHaveCount(0);
    await expect(row).toContainText("in table");
  });

  test("follow a storm of clients: what the screen counts lies between two looks of ipvsadm", async ({
    signedIn: page,
    held,
  }) => {
    const place = { page, held, director: "lvs-1" };
    await openTable(place, "plain");
    await openTable(place, "--stats");
    const load = startLoad({ lab: held.lab, seconds: 60, ratePerSecond: 50, clients: 5 });
    try {
      await expect.poll(() => load.soFar().ok).toBeGreaterThan(50);
      for (let looks = 0; looks < 3; looks += 1) {
        const before = numbersOf(await readIpvsadm(place, "--stats"));
        await expect.poll(async () => isAtLeast(numbersOf(await readLeftBlock(page)), before)).toBe(true);
        const shown = numbersOf(await readLeftBlock(page));
        const after = numbersOf(await readIpvsadm(place, "--stats"));
        expect(isAtLeast(after, shown), `${after.join(" ")} at least ${shown.join(" ")}`).toBe(true);
      }
    } finally {
      await load.stop();
    }
  });
});

const isAtLeast = (later: readonly number[], earlier: readonly number[]): boolean =>
  later.length === earlier.length && later.every((value, index) => value >= (earlier[index] ?? Infinity));
