import { startLoad } from "../lab/load/load.ts";
import { expect, test } from "./lab-test.ts";
import { expectSameCopy, expectSameTable, openTable, switches } from "./shown-table.ts";

test.use({ topology: "dual" });

const directors = ["lvs-1", "lvs-2"] as const;

test.describe("the table in the browser and ipvsadm in the director, two VIPs with persistence", () => {
  for (const director of directors) {
    test(`say the same of ${director}, with every switch, on the screen and copied, while clients ask both VIPs`, async ({
      signedIn: page,
      held,
    }) => {
      const place = { page, held, director };
      const loads = held.plan.services.map(({ vip, port }) =>
        startLoad({ lab: held.lab, vip, port, seconds: 240, ratePerSecond: 0.3 }),
      );
      try {
        for (const asked of switches) {
          await openTable(place, asked);
          await expectSameTable(place, asked);
          await expectSameCopy(place, asked);
        }
      } finally {
        const reports = await Promise.all(loads.map((load) => load.stop()));
        expect(reports.map((report) => report.failed)).toEqual(held.plan.services.map(() => 0));
      }
    });
  }
});
