import type { Page } from "@playwright/test";
import type { LabConsole } from "../console/lab-console.ts";
import { mustExec } from "../lab/exec.ts";
import { holdConnections } from "../lab/load/hold.ts";
import { expectAccessible } from "./axe.ts";
import { expect, test } from "./lab-test.ts";
import { enter, makeAccount } from "./people.ts";

const client = "10.77.0.201";
const other = "10.77.0.202";
const vip = { to: "10.77.0.64", port: 80 };

const table = (page: Page) => page.getByTestId("entry-table");

/** The left block as text, without its second word, which counts down. */
const shownLines = async (page: Page): Promise<string[]> => {
  const rows = await table(page).locator("tbody tr.rs").allInnerTexts();
  return rows
    .map((text) => text.split(/\s+/u))
    .map(([protocol, , ...rest]) => [protocol, ...rest.slice(0, 4)].join(" "));
};
const kernelLines = async (held: LabConsole, grep: string): Promise<string[]> => {
  const text = await mustExec(held.lab, "lvs-1", ["sh", "-c", `ipvsadm -Lnc | grep -wF ${grep} || true`]);
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.split(/\s+/u))
    .map(([protocol, , ...rest]) => [protocol, ...rest.slice(0, 4)].join(" "));
};

test("which real server serves a client: from the director's row to the answer, filtered, and in Chinese", async ({
  page,
  held,
}) => {
  await enter(page, held.url, await makeAccount(held, "viewer"));
  const holds = await Promise.all([
    holdConnections({ lab: held.lab, ...vip, from: client, count: 4 }),
    holdConnections({ lab: held.lab, ...vip, from: other, count: 1 }),
  ]);
  try {
    await page.goto(`${held.url}/directors/${held.directorIds.get("lvs-1") ?? ""}`);
    await page
      .getByRole("link", { name: /ActiveConn|Connections of 10\.77\.0\.2\d:80$/u })
      .first()
      .click();
    await expect(page).toHaveURL(/\/connections\?director=[^&]+&service=TCP[^&]+&rs=10\.77\.0\.2\d/u);
    await expect(table(page)).toBeVisible();

    await page.getByRole("button", { name: "Clear", exact: true }).click();
    await page.getByLabel("Which real server serves this client?").fill(client);
    await page.getByRole("button", { name: "Find", exact: true }).click();
    const answer = page.getByTestId("answer");
    await expect(answer).toContainText(`${client} is served by 10.77.0.2`);
    await expect(answer).toContainText("for TCP 10.77.0.64:80, through lvs-1.");
    await expect(answer).toContainText(/lvs-2 knows (?:all|\d of this client’s) 4 entries/u);
    const shown = await shownLines(page);
    expect(shown).toHaveLength(4);
    expect(shown.toSorted()).toEqual((await kernelLines(held, client)).toSorted());
    for (const line of shown) await expect(answer).toContainText(line.split(" ").at(-1) ?? "nobody");
    await expectAccessible(page, "the answer");

    await page.getByLabel("State", { exact: true }).selectOption("FIN_WAIT");
    await expect(page).toHaveURL(/state=FIN_WAIT/u);
    await expect(page.getByRole("heading", { name: "No entry matches" })).toBeVisible();
    await page.getByRole("button", { name: "Clear", exact: true }).click();
    await expect(table(page).locator("tbody tr.rs")).toHaveCount(4);

    await page.getByLabel("Which real server serves this client?").fill("10.77.0.250");
    await page.getByRole("button", { name: "Find", exact: true }).click();
    await expect(answer).toContainText("No director that answered knows 10.77.0.250.");
    await page.getByLabel("Which real server serves this client?").fill("10.77.0.999");
    await page.getByRole("button", { name: "Find", exact: true }).click();
    await expect(page.getByRole("alert").filter({ hasText: "is no address" })).toBeVisible();

    await expect(page.getByRole("button", { name: "Change…" })).toBeDisabled();
    await page.getByLabel("Which real server serves this client?").fill(client);
    await page.getByRole("button", { name: "Find", exact: true }).click();
    await expect(page.getByRole("button", { name: "Connect to TCP 10.77.0.64:80" })).toBeDisabled();
    await page.context().addCookies([{ name: "locale", value: "zh-CN", url: held.url }]);
    await page.goto(`${held.url}/connections?client=${client}`);
    await expect(page.getByTestId("answer")).toContainText(`${client} 由 `);
    await expect(table(page)).toContainText("ESTABLISHED");
    await expectAccessible(page, "the answer in Chinese");
  } finally {
    for (const each of holds) await each.release();
  }
});

test("a service's real servers by state, one of them drained, the clients behind them, and a connection tried", async ({
  page,
  held,
}) => {
  await enter(page, held.url, await makeAccount(held, "operator"));
  const holds = await Promise.all([
    holdConnections({ lab: held.lab, ...vip, from: client, count: 6 }),
    holdConnections({ lab: held.lab, ...vip, from: other, count: 2 }),
  ]);
  const onDirector = (...argv: string[]): Promise<string> => mustExec(held.lab, "lvs-1", argv);
  const service = `${vip.to}:${vip.port}`;
  const [drained = ""] = (await kernelLines(held, client)).map((line) => line.split(" ").at(-1) ?? "");
  const rule = (await onDirector("ipvsadm", "-Sn"))
    .split("\n")
    .find((line) => line.startsWith(`-a -t ${service} -r ${drained} `));
  if (rule === undefined) throw new Error(`no row of ${drained}`);
  const edit = (line: string): Promise<string> => onDirector("ipvsadm", "-e", ...line.split(" ").slice(1));
  await edit(rule.replace(/-w \d+/u, "-w 0"));
  try {
    const id = held.directorIds.get("lvs-1") ?? "";
    await page.goto(`${held.url}/connections?director=${id}&service=TCP+${service}`);
    const rows = page.getByTestId("real-servers").locator("tbody tr");
    await expect(rows.filter({ hasText: drained })).toContainText("draining");
    const lines = await kernelLines(held, service);
    const established = lines.filter(
      (line) => line.endsWith(` ${drained}`) && line.includes("ESTABLISHED"),
    ).length;
    await expect(rows.filter({ hasText: drained }).locator('[data-l="ESTABLISHED"]')).toHaveText(
      String(established),
    );
    const inTable = (await onDirector("ipvsadm", "-Sn")).split("\n");
    await expect(rows).toHaveCount(inTable.filter((line) => line.startsWith(`-a -t ${service} `)).length);

    await page.getByRole("button", { name: "Count clients" }).click();
    const busiest = page.getByTestId("busiest");
    await expect(busiest.getByRole("columnheader", { name: drained })).toBeVisible();
    await expect(busiest.getByRole("row").filter({ hasText: client })).toContainText("6");

    const tried = page.getByTestId("try-it");
    await tried.getByRole("button", { name: `Connect to TCP ${service}` }).click();
    await expect(tried).toContainText(`TCP ${service} answered 10.77.0.`);
    await expect(tried).toContainText(/lvs-1 gave it to 10\.77\.0\.2\d:80\./u);
    await expect(tried.getByRole("listitem").filter({ hasText: "answers" })).toHaveCount(await rows.count());
    await expectAccessible(page, "the real servers and what was tried");
    await page.setViewportSize({ width: 390, height: 844 });
    await expect(page.getByTestId("real-servers")).toBeVisible();
    await expectAccessible(page, "the real servers at 390");
  } finally {
    await edit(rule);
    for (const each of holds) await each.release();
  }
});

test("a shorter timeout wants the director's name, is what ipvsadm then says, and goes back", async ({
  page,
  held,
}) => {
  await enter(page, held.url, await makeAccount(held, "operator"));
  await page.goto(`${held.url}/connections?director=${held.directorIds.get("lvs-1") ?? ""}`);
  const read = (): Promise<string> => mustExec(held.lab, "lvs-1", ["ipvsadm", "-L", "--timeout"]);
  const before = await read();
  await page.getByRole("button", { name: "Change…" }).click();
  await page.getByLabel("TCP, s").fill("90");
  await expect(
    page.getByText("A TCP connection silent for 90 s is forgotten.", { exact: false }),
  ).toBeVisible();
  const set = page.getByRole("button", { name: "Set on lvs-1" });
  await expect(set).toBeDisabled();
  await page.getByLabel("Type lvs-1: connections can end").fill("lvs-1");
  await expectAccessible(page, "the change of timeouts");
  await set.click();
  await expect(page.getByText("lvs-1 holds 90 120 300 now, read back; before: 900 120 300.")).toBeVisible();
  expect(await read()).toBe("Timeout (tcp tcpfin udp): 90 120 300\n");
  await page.getByRole("button", { name: "Undo: back to 900 120 300…" }).click();
  await set.click();
  await expect(page.getByText("lvs-1 holds 900 120 300 now, read back; before: 90 120 300.")).toBeVisible();
  expect(await read()).toBe(before);
});
