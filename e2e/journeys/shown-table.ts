import { setTimeout as sleep } from "node:timers/promises";
import { expect, type Page } from "@playwright/test";
import type { LabConsole } from "../console/lab-console.ts";
import { mustExec } from "../lab/exec.ts";

/** The table on the screen held against ipvsadm, run in the same director in the same second. */

export const switches = ["plain", "--stats", "--rate", "--thresholds", "--persistent-conn"] as const;
export type Switch = (typeof switches)[number];

export interface Place {
  readonly page: Page;
  readonly held: LabConsole;
  /** By the lab's name. */
  readonly director: string;
}

/** Opens the director's page with this switch pressed, and waits for its table. */
export async function openTable({ page, held, director }: Place, asked: Switch): Promise<void> {
  if (asked === "plain") {
    await page.goto(`${held.url}/directors/${held.directorIds.get(director) ?? ""}`);
    await expect(page.getByRole("heading", { level: 1, name: director })).toBeVisible();
  } else {
    await page.getByRole("button", { name: asked, exact: true }).click();
  }
  const label = `ipvsadm ${asked === "plain" ? "-Ln" : asked}`;
  await expect(page.getByRole("table", { name: label, exact: true })).toBeVisible();
}

/** Counters move while both are read, so the pair is read until it agrees: the last two texts where it never did. */
export async function expectSameTable(place: Place, asked: Switch): Promise<void> {
  await untilEqual(place, asked, { read: () => readLeftBlock(place.page), clean: withoutLineEnds });
}

/** The same for what the button puts into the clipboard: ipvsadm's bytes. */
export async function expectSameCopy(place: Place, asked: Switch): Promise<void> {
  const { page } = place;
  const read = async (): Promise<string> => {
    await page.evaluate(() => navigator.clipboard.writeText(""));
    await page.getByRole("button", { name: /^(Copy as text|Copied)$/u }).click();
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).not.toBe("");
    return page.evaluate(() => navigator.clipboard.readText());
  };
  await untilEqual(place, asked, { read, clean: (text) => text });
}

interface Ours {
  readonly read: () => Promise<string>;
  /** Applied to both sides. */
  readonly clean: (listing: string) => string;
}

/** Blanks before a line's end are in the text but on no screen. */
const withoutLineEnds = (listing: string): string => listing.replaceAll(/ +$/gmu, "");

const mostTries = 60;

async function untilEqual(place: Place, asked: Switch, { read, clean }: Ours): Promise<void> {
  let [ours, theirs]: (string | undefined)[] = [];
  for (let tries = 0; tries < mostTries; tries += 1) {
    const beganMs = Date.now();
    [ours, theirs] = (await Promise.all([read(), readIpvsadm(place, asked)])).map(clean);
    if (ours === theirs && Date.now() - beganMs < 1_000) return;
    await sleep(100);
  }
  expect(ours, `${place.director} ${asked}, read ${mostTries} times together with ipvsadm`).toBe(theirs);
}

/** In its own words: numbers in full, as the screen shows them. */
export async function readIpvsadm({ held, director }: Place, asked: Switch): Promise<string> {
  const view = asked === "plain" ? [] : [asked];
  return mustExec(held.lab, director, ["ipvsadm", "-L", "-n", "--exact", ...view]);
}

/** The characters left of the hairline, line by line; rows that say "not in the kernel" are ours and left out. */
export async function readLeftBlock(page: Page): Promise<string> {
  return page.evaluate(() => {
    const lines = [...document.querySelectorAll("table.ipvs tr")].flatMap((row) => {
      const isOurs = ["out", "spacer", "detail"].some((name) => row.classList.contains(name));
      const cells = [...row.querySelectorAll(":scope > .l")];
      return isOurs ? [] : [cells.map((cell) => cell.textContent).join("")];
    });
    const banner = document.querySelector(".listing .banner")?.textContent ?? "";
    return [banner, ...lines].map((line) => `${line}\n`).join("");
  });
}

/** Every number of a listing, in its order. */
export function numbersOf(listing: string): number[] {
  return listing
    .split("\n")
    .filter((line) => line.startsWith("  -> ") || /^(TCP|UDP|SCTP|FWM) /u.test(line))
    .flatMap((line) =>
      line
        .trim()
        .split(/\s+/u)
        .filter((word) => /^\d+$/u.test(word))
        .map(Number),
    );
}
