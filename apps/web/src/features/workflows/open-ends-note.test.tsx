import { factsOf, fixtureCluster } from "@lvs/core/workflow/cluster.fixture";
import { planFailOver } from "@lvs/core/workflow/fail-over";
import { newRun, stepRun } from "@lvs/core/workflow/progress";
import type { Run } from "@lvs/core/workflow/run";
import { NextIntlClientProvider } from "next-intl";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import english from "@/messages/en.json" with { type: "json" };
import chinese from "@/messages/zh-CN.json" with { type: "json" };
import { OpenEndsNote } from "./open-ends-note.tsx";

const plan = planFailOver({ kind: "failOver", clusterId: "c1" }, factsOf(fixtureCluster()));
const fresh = newRun({ id: "r", number: 1, plan, startedBy: "ann", startedAtMs: 1 });
/** The first director is stopped, its start is next. */
const stopped = stepRun(fresh, { kind: "stepEntered", atMs: 2, index: 0, status: "done" });
const paused: Run = { ...stopped, status: "paused", pauseReason: { code: "asked", detail: "" } };

function drawn(run: Run, locale: "en" | "zh-CN" = "en"): string {
  const failures: string[] = [];
  const html = renderToStaticMarkup(
    <NextIntlClientProvider
      locale={locale}
      messages={locale === "en" ? english : chinese}
      timeZone="UTC"
      onError={(error) => failures.push(error.message)}
    >
      <OpenEndsNote run={run} />
    </NextIntlClientProvider>,
  );
  expect(failures).toEqual([]);
  return html.replaceAll(/<[^>]+>/gu, " ");
}

describe("a run that stands still between a stop and a start", () => {
  it("says which keepalived is down, who alone can hold the VIPs, and how it is started", () => {
    const text = drawn(paused);
    expect(text).toContain("keepalived on lvs-1 was stopped by this run");
    expect(text).toContain("Only lvs-2 can hold the VIPs, with nobody behind it.");
    expect(text).toContain("Going on starts it");
    expect(drawn(paused, "zh-CN")).toContain("只有 lvs-2 可以持有 VIP");
  });

  it("says so before it pauses as well, and while it waits", () => {
    expect(drawn({ ...stopped, isPauseRequested: true })).toContain("lvs-1");
    expect(drawn({ ...stopped, status: "waiting" })).toContain("lvs-1");
  });

  it("is quiet while the run goes on, and where nothing is half done", () => {
    expect(drawn(stopped).trim()).toBe("");
    expect(drawn({ ...fresh, status: "paused" }).trim()).toBe("");
  });
});
