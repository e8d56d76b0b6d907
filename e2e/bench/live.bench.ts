import { setTimeout as sleep } from "node:timers/promises";
import { chromium, type Page } from "@playwright/test";
import { z } from "zod";
import { openLabConsole, type LabConsole } from "../console/lab-console.ts";
import { mustExec } from "../lab/exec.ts";
import { bootDirector, injectFault } from "../lab/faults.ts";
import type { BenchLine } from "./bench-line.ts";

/**
 * A failover by killing the MASTER's kernel, twenty times: from the moment the VIP's address is on the new MASTER to the changed row
 * in a browser, beside an operator's `watch -n1 ip addr` on that very director.
 */

const rounds = 20;
const [master, backup] = ["lvs-1", "lvs-2"];

interface Round {
  readonly oursMs: number;
  readonly theirsMs: number;
}

export async function run(): Promise<BenchLine[]> {
  const held = await openLabConsole({ lab: "benchlive", topology: "cdn", port: 3812 });
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-background-networking"],
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 1000 }, locale: "en-US" });
    await openFleet(page, held);
    const measured: Round[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      const one = await failOver(page, held);
      process.stdout.write(`live ${round}: browser ${one.oursMs} ms, watch ${one.theirsMs} ms\n`);
      measured.push(one);
    }
    return linesOf(measured);
  } finally {
    await browser.close();
    await held.close();
  }
}

function linesOf(measured: readonly Round[]): BenchLine[] {
  const ours = measured.map((each) => each.oursMs).toSorted((a, b) => a - b);
  const theirs = measured.map((each) => each.theirsMs).toSorted((a, b) => a - b);
  const line = (what: string, ofOurs: number, ofTheirs: number): BenchLine => ({
    name: `live: address on the new MASTER to the row in the browser, ${what} of ${measured.length}`,
    ours: ofOurs,
    theirs: ofTheirs,
    unit: "ms",
    ratio: ofOurs / ofTheirs,
    goal: "ratio below 1",
    met: ofOurs < ofTheirs,
  });
  return [
    line("median", median(ours), median(theirs)),
    line("worst", ours.at(-1) ?? NaN, theirs.at(-1) ?? NaN),
  ];
}

function median(sorted: readonly number[]): number {
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

async function openFleet(page: Page, { url, admin }: LabConsole): Promise<void> {
  await page.goto(`${url}/sign-in`);
  await page.getByLabel("E-mail").fill(admin.email);
  await page.getByLabel("Password").fill(admin.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Fleet" }).waitFor();
  await untilShown(page, (masters) => masters === master);
}

/** Kills the MASTER, measures, boots it again and waits until it is MASTER again, in the lab and in the browser. */
async function failOver(page: Page, held: LabConsole): Promise<Round> {
  const vip = held.plan.services[0]?.vip ?? "";
  const killedAtMs = Date.now();
  const shown = seeInBrowser(page);
  const watched = watchAddress(held.lab, vip);
  try {
    await injectFault({ lab: held.lab, kind: "kernel-kill", host: master });
    const [shownAtMs, watchedAtMs] = await Promise.all([shown, watched]);
    const addedAtMs = await readAdded(held, vip, killedAtMs);
    return { oursMs: shownAtMs - addedAtMs, theirsMs: watchedAtMs - addedAtMs };
  } finally {
    await bootDirector(held.lab, master);
    await untilShown(page, (masters) => masters === master);
    await untilAlone(held, vip);
  }
}

/** The names in the row's MASTER column, as they stand on the screen. */
async function readMasters(page: Page): Promise<string> {
  return page.evaluate(() => {
    const names = document.querySelectorAll(
      'tr[data-row="cdn VI_CACHE"] > td:nth-child(5) .seat > span:nth-of-type(2)',
    );
    return [...names].map((name) => name.textContent).join(" ");
  });
}

async function untilShown(page: Page, isWanted: (masters: string) => boolean): Promise<void> {
  let masters = "";
  for (let looks = 0; looks < 600; looks += 1) {
    masters = await readMasters(page);
    if (isWanted(masters)) return;
    await sleep(100);
  }
  throw new Error(`live: after 60 s the browser still shows "${masters}" as MASTER`);
}

/** When the row's MASTER column first names the peer, by the browser's clock, which is this machine's. */
function seeInBrowser(page: Page): Promise<number> {
  return page.evaluate(
    (name) =>
      new Promise<number>((resolve, reject) => {
        const limit = setTimeout(() => reject(new Error(`the row never named ${name}`)), 60_000);
        const look = (): void => {
          const cell = document.querySelector('tr[data-row="cdn VI_CACHE"] > td:nth-child(5)');
          if (cell?.textContent.includes(name) !== true) return;
          observer.disconnect();
          clearTimeout(limit);
          resolve(Date.now());
        };
        const observer = new MutationObserver(look);
        observer.observe(document.body, { subtree: true, childList: true, characterData: true });
        look();
      }),
    backup,
  );
}

/** An operator's `watch -n1`: when the first look that has the address is in hand. */
async function watchAddress(lab: string, vip: string): Promise<number> {
  for (let looks = 0; looks < 60; looks += 1) {
    const text = await mustExec(lab, backup, ["ip", "-o", "addr", "show", "dev", "eth0"]);
    if (text.includes(` ${vip}/`)) return Date.now();
    await sleep(1_000);
  }
  throw new Error(`live: ${backup} never had ${vip}`);
}

const eventsSchema = z.object({ events: z.array(z.object({ atMs: z.number(), subject: z.string() })) });
const fleetSchema = z.object({
  directors: z.array(z.object({ id: z.string(), clockOffsetMs: z.number().optional() })),
});

/** When the kernel of the new MASTER announced the address, as its agent wrote it down, on the console's clock. */
async function readAdded({ api, directorIds }: LabConsole, vip: string, sinceMs: number): Promise<number> {
  const directorId = directorIds.get(backup);
  const fleet = await api.query("fleet.read", fleetSchema);
  const offsetMs = fleet.directors.find((each) => each.id === directorId)?.clockOffsetMs ?? 0;
  const question = { directorId, kinds: ["addressAdded"], limit: 20 };
  for (let looks = 0; looks < 100; looks += 1) {
    const { events } = await api.query("events.list", eventsSchema, question);
    const found = events.find((each) => each.subject === vip && each.atMs - offsetMs >= sinceMs);
    if (found !== undefined) return found.atMs - offsetMs;
    await sleep(100);
  }
  throw new Error(`live: ${backup}'s agent told of no address ${vip}`);
}

/** The peer has given the address back; the next round begins from the same place as the first. */
async function untilAlone({ lab }: LabConsole, vip: string): Promise<void> {
  for (let looks = 0; looks < 120; looks += 1) {
    const [first, second] = await Promise.all(
      [master, backup].map((name) => mustExec(lab, name, ["ip", "-o", "addr", "show", "dev", "eth0"])),
    );
    if (first?.includes(` ${vip}/`) === true && second?.includes(` ${vip}/`) === false) return;
    await sleep(250);
  }
  throw new Error(`live: ${vip} did not come back to ${master}`);
}
