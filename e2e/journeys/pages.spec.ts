import type { Page } from "@playwright/test";
import type { LabConsole } from "../console/lab-console.ts";
import { expectAccessible } from "./axe.ts";
import { expect, test } from "./lab-test.ts";
import { enter, makeAccount } from "./people.ts";

/** Every page that a signed-in person can open with the mouse, and a word that shows it is drawn. */
const pagesOf = (held: LabConsole): readonly { readonly path: string; readonly sign: string }[] => {
  const director = held.directorIds.get("lvs-1") ?? "";
  const realServer = held.realServerIds.get("rs4") ?? "";
  return [
    { path: "/", sign: "VI_CACHE" },
    { path: `/directors/${director}`, sign: "10.77.0.24:80" },
    { path: `/directors/${director}/graphs`, sign: "Max" },
    { path: `/clusters/${held.clusterId}/pair`, sign: "lvs-2" },
    { path: `/runs/plan?kind=failOver&cluster=${held.clusterId}`, sign: "Preflight" },
    {
      path: `/runs/plan?kind=removeRealServer&cluster=${held.clusterId}&rs=${realServer}`,
      sign: "Preflight",
    },
    { path: `/connections?director=${director}`, sign: "What decides" },
    { path: "/runs", sign: "Runs" },
    { path: "/events", sign: "keepalived, agent" },
    { path: "/real-servers", sign: "rs4" },
    { path: "/enrol", sign: "Its cluster" },
    { path: "/account", sign: "Change password" },
  ];
};

async function open(page: Page, url: string, { path, sign }: { path: string; sign: string }): Promise<void> {
  await page.goto(`${url}${path}`);
  await expect(page.locator("#main").getByText(sign).first()).toBeVisible();
}

test.describe("every page", () => {
  test("has nothing that axe calls serious, light and dark", async ({ signedIn: page, held }) => {
    const pages = [
      ...pagesOf(held),
      { path: "/users", sign: "New account" },
      { path: "/audit", sign: "setup" },
    ];
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      for (const each of pages) {
        await open(page, held.url, each);
        await expectAccessible(page, `${each.path} ${colorScheme}`);
      }
    }
  });

  test("speaks Chinese when asked and keeps the protocols' own words", async ({ signedIn: page, held }) => {
    await page.getByRole("button", { name: held.admin.name }).click();
    await page.getByRole("menuitem", { name: "中文" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "集群总览" })).toBeVisible();
    await expect(page.locator("html")).toHaveAttribute("lang", "zh-CN");
    for (const name of ["VIP", "MASTER", "BACKUP", "ActiveConn", "CPS"])
      await expect(page.getByRole("columnheader", { name, exact: true })).toBeVisible();
    await page.goto(`${held.url}/directors/${held.directorIds.get("lvs-1") ?? ""}`);
    const table = page.getByTestId("ipvs-table");
    await expect(table).toContainText("Prot LocalAddress:Port Scheduler Flags");
    await expect(table).toContainText("RemoteAddress:Port");
    for (const name of ["Forward", "Weight", "ActiveConn", "InActConn"])
      await expect(table.locator("th", { hasText: name })).toBeVisible();
    await expect(table).toContainText("Route");
    await expect(page.getByText("MASTER").first()).toBeVisible();
    await page.getByRole("button", { name: held.admin.name }).click();
    await page.getByRole("menuitem", { name: "English" }).click();
    await expect(page.getByRole("button", { name: "Copy as text" })).toBeVisible();
  });

  test("offers a viewer nothing that changes anything", async ({ page, held }) => {
    await enter(page, held.url, await makeAccount(held, "viewer"));
    // A form that is got asks; one that is posted changes.
    const changing = page
      .locator("#main")
      .locator("button.dan:enabled, :not(form[method=get] *) > button.pri:enabled");
    for (const each of pagesOf(held).filter(({ path }) => path !== "/account" && path !== "/enrol")) {
      await open(page, held.url, each);
      await expect(changing, each.path).toHaveCount(0);
    }
    await page.goto(`${held.url}/runs/plan?kind=failOver&cluster=${held.clusterId}`);
    await page.getByLabel("Type cdn to start").fill("cdn");
    await expect(page.getByRole("button", { name: "Start run" })).toBeDisabled();
    await expect(page.getByText("Needs the role operator; yours is viewer.").first()).toBeVisible();
    await page.goto(`${held.url}/enrol`);
    await expect(page.getByText("Needs the role admin; yours is viewer.").first()).toBeVisible();
    await expect(page.getByRole("button", { name: "Make a token" })).toHaveCount(0);
    await expect(page.getByRole("link", { name: "Users" })).toHaveCount(0);
    await page.goto(`${held.url}/real-servers`);
    await expect(page.locator("#main").getByText("rs4").first()).toBeVisible();
    await expect(page.getByRole("button", { name: "Register" })).toBeDisabled();
  });
});
