import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runConsole, waitForHealth } from "../console/run-console.ts";
import { expectAccessible } from "./axe.ts";
import { expect, test } from "./lab-test.ts";
import { fillSignIn } from "./people.ts";

const port = 3833;
const admin = { name: "Ann Ops", email: "ann@example.org", password: randomBytes(12).toString("hex") };

test("a new console: its first administrator by the token of its log, out and in again, a token for a director", async ({
  page,
}) => {
  const dataDir = mkdtempSync(join(tmpdir(), "lvs-journey-"));
  chmodSync(dataDir, 0o755);
  const running = await runConsole({ port, enrolPort: 3843, dataDir, isQuiet: true });
  try {
    await waitForHealth(running.url, (health) => health.database === "ok", 120_000);
    const tokenFile = join(dataDir, "setup-token");
    await expect.poll(() => existsSync(tokenFile), { timeout: 30_000 }).toBe(true);

    await test.step("every address leads to the setup page; a wrong token makes nobody", async () => {
      await page.goto(`${running.url}/`);
      await expect(page.getByRole("heading", { name: "First administrator" })).toBeVisible();
      await expectAccessible(page, "setup");
      await page.getByLabel("One-time token").fill("0".repeat(40));
      await page.getByLabel("Name").fill(admin.name);
      await page.getByLabel("E-mail").fill(admin.email);
      await page.getByLabel("Password").fill(admin.password);
      await page.getByRole("button", { name: "Create and sign in" }).click();
      await expect(page.locator("form").getByRole("alert")).toContainText("token");
      await expect(page).toHaveURL(/\/setup/u);
    });

    await test.step("the right token makes the admin and signs in", async () => {
      await page.getByLabel("One-time token").fill(readFileSync(tokenFile, "utf8").trim());
      await page.getByRole("button", { name: "Create and sign in" }).click();
      await expect(page.getByText("No director yet").first()).toBeVisible();
      expect(existsSync(tokenFile)).toBe(false);
    });

    await test.step("the enrolment page gives a token and the command that uses it", async () => {
      await page.getByRole("link", { name: "Enrol the first director" }).click();
      await expect(page.getByRole("button", { name: "Make a token" })).toBeDisabled();
      await page.getByLabel("Name of the new cluster").fill("edge");
      await page.getByRole("button", { name: "Make a token" }).click();
      await expect(page.getByTestId("enrol-command")).toHaveText(
        /^LVS_AGENT_TOKEN='\S{40,}' node --max-semi-space-size=4 agent\.mjs$/u,
      );
      await expect(page.getByText("Nobody has used the token yet.")).toBeVisible();
      await expectAccessible(page, "enrol");
    });

    await test.step("signed out, nothing is shown; a wrong password is refused, the right one not", async () => {
      await page.getByRole("button", { name: admin.name }).click();
      await page.getByRole("menuitem", { name: "Sign out" }).click();
      await expect(page).toHaveURL(/\/sign-in/u);
      await page.goto(`${running.url}/users`);
      await expect(page).toHaveURL(/\/sign-in/u);
      await expectAccessible(page, "sign-in");
      await fillSignIn(page, { ...admin, password: `${admin.password}x` });
      await expect(page.locator("form").getByRole("alert")).toContainText("E-mail or password is wrong");
      await fillSignIn(page, admin);
      await expect(page.getByText("No director yet").first()).toBeVisible();
    });
  } finally {
    await running.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
});
