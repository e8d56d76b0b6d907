import { test as base, type Page } from "@playwright/test";
import { z } from "zod";
import type { LabConsole } from "../console/lab-console.ts";
import { mustExec } from "../lab/exec.ts";
import { injectFault } from "../lab/faults.ts";
import { startLoad } from "../lab/load/load.ts";
import type { LoadReport } from "../lab/load/report.ts";
import { expectAccessible } from "./axe.ts";
import { expect, test } from "./lab-test.ts";
import { enter, makeAccount } from "./people.ts";

const subject = "10.77.0.24";
const configPath = "/etc/keepalived/keepalived.conf";

type Kind = "removeRealServer" | "addRealServer";

async function openPlan(page: Page, held: LabConsole, kind: Kind): Promise<void> {
  await page.goto(`${held.url}/runs/plan?kind=${kind}&cluster=${held.clusterId}`);
  await page.getByLabel("Real server", { exact: true }).selectOption({ label: `${subject} rs4` });
  await expect(page.locator("table.plan tbody tr").first()).toBeVisible();
}

/** Types the name and starts; the run's page is open afterwards. */
async function start(page: Page): Promise<void> {
  await page.getByLabel(`Type ${subject} to start`).fill(subject);
  await page.getByRole("button", { name: "Start run" }).click();
  await expect(page).toHaveURL(/\/runs\/[^/?]+$/u);
}

/** What stands behind the run's title: running, waiting, paused, undoing, done, undone, failed. */
async function shownStatus(page: Page): Promise<string> {
  const head = await page.locator(".run-split > .pane .head").first().innerText();
  return /(\w+)\s*$/u.exec(head)?.[1] ?? "";
}

async function untilEnded(page: Page, wanted: "done" | "undone"): Promise<void> {
  const open = new Set(["running", "waiting", "undoing"]);
  let status = "running";
  await expect
    .poll(async () => !open.has((status = await shownStatus(page))), { timeout: 240_000, intervals: [250] })
    .toBe(true);
  const words = status === wanted ? "" : await page.locator("main").innerText();
  expect(status, words).toBe(wanted);
}

async function onEach(held: LabConsole, argv: readonly string[]): Promise<string[]> {
  return Promise.all(held.plan.directors.map(({ name }) => mustExec(held.lab, name, argv)));
}

/** A part of the journey, from this moment and this many requests on. */
interface Part {
  readonly name: string;
  readonly fromMs: number;
  readonly sentBefore: number;
}

/** "removal: 2,310 sent, 3 failed (ECONNREFUSED 3, at 06:15:18 06:15:18 06:15:19)", a line for each part. */
function linesOf(report: LoadReport, parts: readonly Part[]): string[] {
  return parts.map(({ name, fromMs, sentBefore }, index) => {
    const next = parts[index + 1];
    const sent = (next?.sentBefore ?? report.sent) - sentBefore;
    const failures = report.failures.filter(
      ({ sentAt }) => sentAt >= fromMs && sentAt < (next?.fromMs ?? Number.POSITIVE_INFINITY),
    );
    const reasons = Object.entries(Object.groupBy(failures, ({ reason }) => reason));
    const words = reasons.map(([reason, each = []]) => `${reason} ${each.length}`).join(", ");
    const moments = failures.map(({ sentAt }) => new Date(sentAt).toISOString().slice(11, 19)).join(" ");
    return `${name}: ${sent} sent, ${failures.length} failed${failures.length === 0 ? "" : ` (${words}, at ${moments})`}`;
  });
}

/**
 * What the clients saw: every request is its own connection, good only with a full and correct answer within 5 s, whichever real server gave
 * it. Told part by part, since the count is the bench's to judge; the VIP must have answered all along.
 */
function reportLoad(report: LoadReport, parts: readonly Part[]): void {
  const share = ((100 * report.failed) / report.sent).toFixed(2);
  const all = `in all: ${report.sent} sent in ${report.seconds} s, ${report.ok} answered, ${report.failed} failed (${share} %); longest silence ${report.longestSilenceMs} ms; answers ${JSON.stringify(report.servers)}`;
  const lines = [...linesOf(report, parts), all];
  for (const description of lines) base.info().annotations.push({ type: "client requests", description });
  process.stdout.write(lines.map((line) => `maintenance, client requests, ${line}\n`).join(""));
  expect(report.longestSilenceMs, lines.join("\n")).toBeLessThan(5_000);
  expect(report.failed / report.sent, lines.join("\n")).toBeLessThan(0.01);
}

test.describe("an operator takes a real server out and puts it in again", () => {
  test("through the plan and the run, with clients on the VIP the whole time", async ({ page, held }) => {
    await enter(page, held.url, await makeAccount(held, "operator"));
    const load = startLoad({ lab: held.lab, seconds: 290, ratePerSecond: 50, clients: 10 });
    const parts: Part[] = [];
    const begin = (name: string): void =>
      void parts.push({ name, fromMs: Date.now(), sentBefore: load.soFar().sent });
    try {
      begin("removal");
      await openPlan(page, held, "removeRealServer");
      await expect(page.getByRole("heading", { name: `Remove ${subject} from cdn` })).toBeVisible();
      await expect(page.getByText(`real_server ${subject} 80`).first()).toBeVisible();
      await expectAccessible(page, "plan");
      await start(page);
      await expectAccessible(page, "run");
      await untilEnded(page, "done");
      await expect(page.getByText(/Done: (\d+) of \1 steps proven, at /u)).toBeVisible();
      await expect(page.getByRole("link", { name: `Plan: add ${subject} to cdn…` })).toBeVisible();
      await expectAccessible(page, "ended run");
      for (const table of await onEach(held, ["ipvsadm", "-Sn"])) expect(table).not.toContain(subject);
      for (const file of await onEach(held, ["cat", configPath])) expect(file).not.toContain(subject);

      begin("addition");
      await openPlan(page, held, "addRealServer");
      await start(page);
      await untilEnded(page, "done");
      for (const table of await onEach(held, ["ipvsadm", "-Sn"]))
        expect(table).toContain(`-r ${subject}:80 -g -w 100`);
      for (const file of await onEach(held, ["cat", configPath]))
        expect(file).toContain(`real_server ${subject} 80`);
    } finally {
      reportLoad(await load.stop(), parts);
    }
  });

  test("aborted in the middle, every step is undone: the files byte for byte, the row in the tables", async ({
    page,
    held,
  }) => {
    await enter(page, held.url, await makeAccount(held, "operator"));
    const before = await onEach(held, ["cat", configPath]);
    await openPlan(page, held, "removeRealServer");
    await start(page);
    await expect(page.locator("ol.steps li[aria-current=step]")).toContainText("Write keepalived.conf", {
      timeout: 60_000,
    });
    await page.getByRole("button", { name: "Abort and undo all…" }).click();
    const dialog = page.getByRole("alertdialog");
    await expect(dialog.getByRole("button", { name: "Keep the run" })).toBeFocused();
    await dialog.getByRole("button", { name: /^Abort, undo \d+ steps?$/u }).click();
    await untilEnded(page, "undone");
    expect(await onEach(held, ["cat", configPath])).toEqual(before);
    for (const table of await onEach(held, ["ipvsadm", "-Sn"]))
      expect(table).toContain(`-r ${subject}:80 -g -w 100`);
    expect(await mustExec(held.lab, "rs4", ["ip", "addr", "show", "dev", "lo"])).toContain("10.77.0.64");
  });

  test("nothing starts under a wrong name, nor for the last real server of a service", async ({
    page,
    held,
  }) => {
    await enter(page, held.url, await makeAccount(held, "operator"));
    await openPlan(page, held, "removeRealServer");
    const startButton = page.getByRole("button", { name: "Start run" });
    await page.getByLabel(`Type ${subject} to start`).fill("10.77.0.23");
    await expect(startButton).toBeDisabled();
    await expect(page.getByText(`Type ${subject} first.`)).toBeVisible();
    await page.getByLabel(`Type ${subject} to start`).fill(subject);
    await expect(startButton).toBeEnabled();
    const request = {
      kind: "removeRealServer",
      clusterId: held.clusterId,
      realServerId: held.realServerIds.get("rs4"),
      method: "stopStart",
      drainMost: 0,
    };
    const wrong = { request, typedSubject: "10.77.0.23", shown: { steps: [], diffs: [] } };
    await expect(held.api.mutate("workflows.start", z.unknown(), wrong)).rejects.toThrow(
      "Nothing was started",
    );

    const others = ["rs1", "rs2", "rs3"];
    for (const host of others) await injectFault({ lab: held.lab, kind: "service-stop", host });
    try {
      await expect
        .poll(async () => (await onEach(held, ["ipvsadm", "-Sn"])).join("").match(/ -r /gu)?.length, {
          timeout: 60_000,
        })
        .toBe(2);
      await expect(async () => {
        await page.getByRole("button", { name: "Read again" }).click();
        await expect(page.getByText(/not met: 0 other real servers serve/u).first()).toBeVisible({
          timeout: 2_000,
        });
      }).toPass({ timeout: 30_000 });
      await expect(startButton).toBeDisabled();
      await expect(page.getByText(/^Refused: \d+ conditions? of the preflight not met\.$/u)).toBeVisible();
    } finally {
      for (const host of others) await injectFault({ lab: held.lab, kind: "service-start", host });
    }
    await expect
      .poll(async () => (await onEach(held, ["ipvsadm", "-Sn"])).join("").match(/ -r /gu)?.length, {
        timeout: 60_000,
      })
      .toBe(8);
  });
});
