import { setTimeout as sleep } from "node:timers/promises";
import { chromium, type Browser, type Page } from "@playwright/test";
import type { LargeConsole } from "./large-console.ts";

/** A tab in a real browser, and how long it stands still. */
export interface MeasuredTab {
  readonly page: Page;
  /** Opens a page of the console anew; ms from the navigation to the first row of a table. */
  readonly open: (path: string) => Promise<number>;
  /** The longest that the tab's own thread was busy in one piece since `fromMs` of its own clock, ms. Below 50 ms nothing is told. */
  readonly longestTask: (fromMs: number) => Promise<number>;
  readonly nowMs: () => Promise<number>;
  /** After the collector was asked to run. */
  readonly heapBytes: () => Promise<number>;
  /** One JSON text of so many services and real servers: how long it is read, without a word on the screen, ms. */
  readonly parseMs: (text: string) => Promise<number>;
  readonly close: () => Promise<void>;
}

export async function openTab(held: LargeConsole): Promise<MeasuredTab> {
  const browser: Browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-background-networking"],
  });
  const context = await browser.newContext({ viewport: { width: 1440, height: 1000 }, locale: "en-US" });
  await context.addInitScript(watchTasks);
  const page = await context.newPage();
  await page.goto(`${held.url}/sign-in`);
  await page.getByLabel("E-mail").fill(held.admin.email);
  await page.getByLabel("Password").fill(held.admin.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Fleet" }).waitFor();
  const inspector = await context.newCDPSession(page);
  await inspector.send("Performance.enable");
  const marked = (name: string): Promise<number> =>
    page.evaluate((each) => performance.getEntriesByName(each)[0]?.startTime ?? Number.NaN, name);
  return {
    page,
    open: async (path) => {
      await page.goto("about:blank");
      await page.goto(`${held.url}${path}`);
      await page.locator("tr[data-row]").first().waitFor({ timeout: 120_000 });
      return marked("first row");
    },
    // What the browser tells of a task comes a moment after it.
    longestTask: async (fromMs) => {
      await sleep(300);
      return page.evaluate(
        (from) =>
          performance
            .getEntriesByName("busy")
            .reduce(
              (most, { duration, startTime }) => (startTime >= from ? Math.max(most, duration) : most),
              0,
            ),
        fromMs,
      );
    },
    nowMs: () => page.evaluate(() => performance.now()),
    heapBytes: async () => {
      await inspector.send("HeapProfiler.collectGarbage");
      const { metrics } = await inspector.send("Performance.getMetrics");
      return metrics.find(({ name }) => name === "JSHeapUsedSize")?.value ?? Number.NaN;
    },
    parseMs: async (text) => {
      await page.goto("about:blank");
      return page.evaluate((json) => {
        const began = performance.now();
        const value: unknown = JSON.parse(json);
        return value === null ? Number.NaN : performance.now() - began;
      }, text);
    },
    close: () => browser.close(),
  };
}

/** Runs in the page before anything of it: the browser's own word on long tasks, and when the first row is in the document. */
function watchTasks(): void {
  new PerformanceObserver((list) => {
    for (const { duration, startTime } of list.getEntries())
      performance.measure("busy", { start: startTime, duration });
  }).observe({ type: "longtask", buffered: true });
  const rows = new MutationObserver(() => {
    if (document.querySelector("tr[data-row]") === null) return;
    rows.disconnect();
    performance.mark("first row");
  });
  rows.observe(document, { subtree: true, childList: true });
}
