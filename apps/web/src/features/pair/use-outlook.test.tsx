import { comparePair } from "@lvs/core/fleet/compare";
import type { FleetDirector } from "@lvs/core/fleet/model";
import { healthyState, sampleFleet } from "@lvs/core/fleet/sample-fleet";
import { NextIntlClientProvider } from "next-intl";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import english from "@/messages/en.json" with { type: "json" };
import { useOutlook } from "./use-outlook.ts";

type Given = Parameters<typeof useOutlook>[0];

const Outlook = (props: Given) =>
  useOutlook(props).map(({ body, title }) => (
    <p key={title}>
      {title}: {body}
    </p>
  ));

const lines = (first: FleetDirector, second: FleetDirector, old: readonly FleetDirector[]): string[] => {
  const pair =
    first.state === undefined || second.state === undefined
      ? undefined
      : comparePair(first.state, second.state);
  if (pair === undefined) throw new Error("the sample has no tables");
  const html = renderToStaticMarkup(
    <NextIntlClientProvider locale="en" messages={english} timeZone="UTC">
      <Outlook pair={pair} first={first} second={second} old={old} />
    </NextIntlClientProvider>,
  );
  return html
    .split("</p>")
    .map((line) => line.replaceAll(/<[^>]*>/gu, ""))
    .filter((line) => line !== "");
};

const pairOf = (firstIsMaster: boolean): [FleetDirector, FleetDirector] => {
  const [first, second] = sampleFleet(healthyState(firstIsMaster), healthyState(!firstIsMaster)).directors;
  if (first === undefined || second === undefined) throw new Error("the sample is no pair");
  return [first, second];
};

describe("what a pair's page promises", () => {
  it("is of the director that serves, not of the first", () => {
    expect(lines(...pairOf(true), [])[1]).toMatch(/^If lvs-1 fails now: lvs-2 takes over/u);
    expect(lines(...pairOf(false), [])[1]).toMatch(/^If lvs-2 fails now: lvs-1 takes over/u);
  });

  it("is nothing of a director that is not heard", () => {
    const [first, second] = pairOf(true);
    expect(lines(first, second, [first])).toEqual([
      "Now: lvs-1 is not heard: what it does now is not known.",
      "If lvs-2 fails now: Whether lvs-1 would take over is not known: it is not heard.",
      expect.stringMatching(/^Way back: Reach lvs-1 another way\./u),
    ]);
  });

  it("is nothing of a takeover while both are MASTER", () => {
    const [first, second] = sampleFleet(healthyState(true), healthyState(true)).directors;
    if (first === undefined || second === undefined) throw new Error("the sample is no pair");
    expect(lines(first, second, [])).toEqual([
      expect.stringMatching(/^Now: Both are MASTER of VI_/u),
      "If lvs-1 fails now: Its share of the clients loses its connections; lvs-2 serves all from then on.",
      expect.stringMatching(/^Way back: Mend what keeps the two/u),
    ]);
  });
});
