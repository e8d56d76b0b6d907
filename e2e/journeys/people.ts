import { randomBytes } from "node:crypto";
import type { Page } from "@playwright/test";
import { z } from "zod";
import type { Account } from "../console/api.ts";
import type { LabConsole } from "../console/lab-console.ts";

/** Fills in the sign-in page as it stands and sends it; where that leads is the caller's to expect. */
export async function fillSignIn(
  page: Page,
  { email, password }: Pick<Account, "email" | "password">,
): Promise<void> {
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** Signs in at the console and waits for its first page. */
export async function enter(page: Page, url: string, account: Account): Promise<void> {
  await page.goto(`${url}/sign-in`);
  await fillSignIn(page, account);
  await page.getByRole("heading", { name: "Fleet" }).waitFor();
}

/** An account of this role, made by the admin; another one each time. */
export async function makeAccount({ api }: LabConsole, role: "viewer" | "operator"): Promise<Account> {
  const mark = randomBytes(4).toString("hex");
  const account = {
    name: role === "viewer" ? "Vera" : "Olaf",
    email: `${role}-${mark}@example.org`,
    password: randomBytes(12).toString("hex"),
  };
  await api.mutate("users.create", z.unknown(), { ...account, role });
  return account;
}
