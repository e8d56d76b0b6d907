import { expect, test } from "vitest";
import { applyLiveItem } from "./apply-live-item.ts";
import { directorAge, factAge } from "./freshness.ts";
import { healthyState, sampleDirector, sampleFleet, sampleNowMs } from "./sample-fleet.ts";

test("a change touches its director alone; the others keep their identity", () => {
  const fleet = sampleFleet();
  const next = applyLiveItem(fleet, {
    kind: "change",
    directorId: "lvs-2",
    heardAtMs: sampleNowMs + 1,
    clockOffsetMs: 400,
    change: { kind: "log", lines: ["Entering MASTER STATE"] },
  });
  expect(next.directors[0]).toBe(fleet.directors[0]);
  expect(next.directors[1]).toMatchObject({ heardAtMs: sampleNowMs + 1, clockOffsetMs: 400 });
  expect(next.directors[1]?.state?.log).toEqual(["Entering MASTER STATE"]);
});

test("an item about a director that the fleet does not have changes nothing", () => {
  const fleet = sampleFleet();
  const item = {
    kind: "connection",
    directorId: "gone",
    connection: { status: "connecting", sinceMs: 0 },
  } as const;
  expect(applyLiveItem(fleet, item)).toBe(fleet);
});

test("the picture of a lost director stays, and its age grows", () => {
  const fleet = sampleFleet();
  const next = applyLiveItem(fleet, {
    kind: "connection",
    directorId: "lvs-1",
    connection: { status: "lost", sinceMs: sampleNowMs, reason: "no answer within 2 s", code: "ETIMEDOUT" },
  });
  const [director] = next.directors;
  if (director === undefined) throw new Error("the sample has two directors");
  expect(director.state).toBe(fleet.directors[0]?.state);
  expect(directorAge(director, sampleNowMs + 1_999)).toMatchObject({ freshness: "fresh" });
  expect(directorAge(director, sampleNowMs + 2_000)).toMatchObject({ freshness: "aging" });
  expect(directorAge(director, sampleNowMs + 5_000)).toMatchObject({ freshness: "aging" });
  expect(directorAge(director, sampleNowMs + 5_001)).toMatchObject({ freshness: "stale" });
});

test("an agent that talks but cannot read its table is not believed about it", () => {
  const state = healthyState(true);
  const director = { ...sampleDirector("lvs-1", state), heardAtMs: sampleNowMs + 9_000, clockOffsetMs: 500 };
  expect(directorAge(director, sampleNowMs + 9_100)).toMatchObject({ freshness: "fresh" });
  expect(factAge(director, state.table, sampleNowMs + 9_100)).toMatchObject({
    freshness: "stale",
    ageMs: 9_600,
  });
});
