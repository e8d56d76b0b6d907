import { fileURLToPath } from "node:url";
import type { Page } from "@playwright/test";
import type { LabConsole } from "../console/lab-console.ts";
import { mustExec } from "../lab/exec.ts";
import { injectFault } from "../lab/faults.ts";
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

/** A service made by hand on lvs-1, and so many entries for it that a reading of the table takes seconds. They are gone two minutes later. */
const fillTable = async ({ lab }: LabConsole): Promise<() => Promise<void>> => {
  const fill = fileURLToPath(new URL("../bench/ipvs/fill-connections.ts", import.meta.url));
  const onDirector = (command: string): Promise<string> => mustExec(lab, "lvs-1", ["sh", "-c", command]);
  await onDirector(
    [
      `ip link add dum9 type dummy; ip addr add ${many.vip}/24 dev dum9; ip link set dum9 up`,
      `ipvsadm -A -u ${many.vip}:53 -s rr; ipvsadm -a -u ${many.vip}:53 -r ${many.realServer} -m -w 1`,
      "ipvsadm --set 0 0 120",
      `${process.execPath} ${fill} ${many.vip} 53 1000 100`,
      "ipvsadm --set 0 0 300",
    ].join("; "),
  );
  return async () => void (await onDirector(`ipvsadm -D -u ${many.vip}:53; ip link del dum9`));
};
const many = { vip: "198.51.100.9", realServer: "198.51.100.77:53", client: "10.200.0.7" };

test("a long reading shows what it finds while it goes on, is stopped by keyboard, and is never a no where it broke off", async ({
  page,
  held,
}) => {
  await enter(page, held.url, await makeAccount(held, "viewer"));
  const empty = await fillTable(held);
  const id = held.directorIds.get("lvs-1") ?? "";
  const progress = page.getByTestId("reading-progress");
  const stop = page.getByRole("button", { name: "Stop reading" });
  const again = page.getByRole("button", { name: "Read again" }).first();
  try {
    await page.goto(`${held.url}/connections?director=${id}&service=UDP+${many.vip}:53`);
    // About as many as the agent's last sweep counted, which may be of a moment ago.
    await expect(progress).toContainText(/[\d,]+ of about [\d,]+ entries read, [\d,]+ matches so far/u);
    await expect(table(page).locator("tbody tr.rs").first()).toContainText(many.realServer);
    await expect(stop).toBeVisible();
    await expectAccessible(page, "a reading that goes on");
    await stop.focus();
    await page.keyboard.press("Enter");
    await expect(
      page.getByText(/The reading of lvs-1 was stopped after [\d,]+ of about [\d,]+ entries\./u),
    ).toBeVisible();
    await expect(table(page).locator("tbody tr.rs").first()).toContainText(many.realServer);
    await expect(again).toBeFocused();
    await expectAccessible(page, "a reading that was stopped");

    await page.goto(`${held.url}/connections?director=${id}&client=203.0.113.0/24`);
    await expect(progress).toContainText("no match so far");
    await expect(page.getByRole("heading", { name: "No entry matches" })).toBeHidden();
    await stop.click();
    await expect(
      page.getByRole("heading", { name: "No match among the entries that were read" }),
    ).toBeVisible();

    await page.goto(`${held.url}/connections?director=${id}&client=${many.client}`);
    const answer = page.getByTestId("answer");
    await expect(answer).toContainText(`${many.client} is served by ${many.realServer}`);
    await expect(progress).toContainText("directors answered");
    await expect(answer).toContainText(/among the first [\d,]+ entries of lvs-1/u);
    await injectFault({ lab: held.lab, kind: "agent-kill", host: "lvs-1" });
    await expect(
      page.getByRole("alert").filter({ hasText: /lvs-1 broke off after [\d,]+ entries/u }),
    ).toBeVisible();
    await expect(answer).toContainText(`${many.client} is served by ${many.realServer}`);
    await expect(answer).not.toContainText("no other cluster knows this client");
    await expectAccessible(page, "a reading that broke off");
    // Its service brings it back a second later.
    await expect(async () => {
      await again.click();
      await expect(progress).toContainText("of about", { timeout: 5_000 });
    }).toPass();
    await expect(answer).toContainText("no other cluster knows this client", { timeout: 120_000 });
    await expect(table(page).locator("tbody tr.rs")).toHaveCount(100);
  } finally {
    await empty();
  }
});
