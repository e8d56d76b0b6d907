import { injectFault } from "../lab/faults.ts";
import { expectAccessible } from "./axe.ts";
import { expect, test } from "./lab-test.ts";

test.use({ topology: "cdn" });

test("a second MASTER on the wire is seen in the browser with its place, and leaves when VRRP is heard again", async ({
  signedIn: page,
  held,
}) => {
  const { lab } = held;
  const waiting = held.directorIds.get("lvs-2") ?? "";
  await page.goto(`${held.url}/directors/${waiting}`);
  const speakers = page.getByTestId("speakers");
  await expect(speakers.getByRole("row").filter({ hasText: "10.77.0.11" })).toContainText("believed");
  await page.goto(`${held.url}/clusters/${held.clusterId}/pair`);
  const hearing = page.getByTestId("hearing");
  await expect(hearing).toContainText("who waits hears the MASTER");
  await expectAccessible(page, "the pair in peace");

  await injectFault({ lab, kind: "vrrp-block", host: "lvs-2" });
  try {
    const alarm = page.getByRole("alert").filter({ hasText: "SPLIT BRAIN" });
    await expect(alarm).toContainText("something on lvs-2 drops VRRP");
    await expect(hearing).toContainText("Two are MASTER of VI_CACHE (VRID 51)");
    await expect(hearing).toContainText("Look on lvs-2 for a firewall rule against IP protocol 112");
    await expectAccessible(page, "the pair with a second MASTER");

    await page.goto(`${held.url}/runs/plan?kind=failOver&cluster=${held.clusterId}`);
    const why = "are both MASTER of VI_CACHE (VRID 51), heard by lvs-";
    await expect(page.getByRole("listitem").filter({ hasText: why }).first()).toContainText(
      "firewall rule against IP protocol 112",
    );
    await page.getByLabel("Type cdn to start").fill("cdn");
    await expect(page.getByRole("button", { name: "Start run" })).toBeDisabled();
    await expectAccessible(page, "a plan that is refused");
    await page.goto(`${held.url}/clusters/${held.clusterId}/pair`);
  } finally {
    await injectFault({ lab, kind: "vrrp-unblock", host: "lvs-2" });
  }
  await expect(hearing).toContainText("who waits hears the MASTER");
  await expect(hearing).not.toContainText("Two are MASTER");
  await expect(page.getByText("SPLIT BRAIN")).toHaveCount(0);

  await page.goto(`${held.url}/events?about=wire`);
  const events = page.getByTestId("events").getByRole("row");
  await expect(events.filter({ hasText: "second MASTER over" })).toHaveCount(1);
  await expect(events.filter({ hasText: /second MASTER(?! over)/u })).toHaveCount(1);
  await expect(events.filter({ hasText: "VI_CACHE 51" })).not.toHaveCount(0);
  await expectAccessible(page, "the events");

  await page.getByLabel("Contains").fill("VI_CACHE 51");
  await expect(page).toHaveURL(/[?&]text=VI_CACHE/u);
  await page.getByLabel("What", { exact: true }).selectOption("secondMasterEnded");
  await expect(events).toHaveCount(2);
  await page.reload();
  await expect(events.filter({ hasText: "second MASTER over" })).toHaveCount(1);
  await page.getByLabel("Contains").fill("stands nowhere");
  await expect(page.getByText("Nothing recorded that fits")).toBeVisible();
  await page.getByRole("button", { name: "Clear" }).click();
  await expect(events.filter({ hasText: /second MASTER(?! over)/u })).toHaveCount(1);
});
