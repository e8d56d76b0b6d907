import type { Fact } from "../director/fact.ts";
import { staleAfterMs } from "../workflow/facts.ts";
import type { FleetDirector } from "./model.ts";

/**
 * How old a fact is, and what its age allows. Below `agingAfterMs` a fact is simply true; up to `staleAfterMs` its age is said beside
 * it; past that it is what was true then, and nothing may be changed on its word.
 */
export const agingAfterMs = 2_000;

export type Freshness = "fresh" | "aging" | "stale";

/** `never`: nothing was heard yet, so there is nothing to be old. `ageMs` counts on the console's clock. */
export type Age =
  | { readonly freshness: Freshness; readonly ageMs: number; readonly atMs: number }
  | { readonly freshness: "never" };

export const freshnessOf = (ageMs: number): Freshness => {
  if (ageMs > staleAfterMs) return "stale";
  return ageMs < agingAfterMs ? "fresh" : "aging";
};

const ageSince = (atMs: number, nowMs: number): Age => {
  const ageMs = Math.max(0, nowMs - atMs);
  return { freshness: freshnessOf(ageMs), ageMs, atMs };
};

/** The age of everything a director said: since it was last heard. `nowMs` on the console's clock. */
export const directorAge = (director: Pick<FleetDirector, "heardAtMs" | "state">, nowMs: number): Age =>
  director.heardAtMs === undefined || director.state === undefined
    ? { freshness: "never" }
    : ageSince(director.heardAtMs, nowMs);

/**
 * The age of one fact that the agent reads again every second (the table): the older of "last heard" and "last read", so that an
 * agent that talks but cannot read is not believed. The director's stamp is brought to the console's clock first.
 */
export const factAge = (
  director: Pick<FleetDirector, "heardAtMs" | "state" | "clockOffsetMs">,
  fact: Fact<unknown>,
  nowMs: number,
): Age => {
  const heard = directorAge(director, nowMs);
  if (heard.freshness === "never") return heard;
  const readAtMs = fact.atMs - (director.clockOffsetMs ?? 0);
  return ageSince(Math.min(heard.atMs, readAtMs), nowMs);
};

/** Facts that may be acted on. */
export const isUsable = (age: Age): boolean => age.freshness === "fresh" || age.freshness === "aging";

/** A director's own stamp on the console's clock. */
export const onConsoleClock = (director: Pick<FleetDirector, "clockOffsetMs">, atMs: number): number =>
  atMs - (director.clockOffsetMs ?? 0);
