import type { ReadingNews } from "@lvs/core/director/connection-reading";
import { endFinding, type Finding, hearFinding, nothingFound, progressOf } from "@lvs/core/fleet/finding";
import type { FleetDirector } from "@lvs/core/fleet/model";
import { noTotals } from "@lvs/core/ipvs/connections";
import { NextIntlClientProvider } from "next-intl";
import type { ReactNode } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import english from "@/messages/en.json" with { type: "json" };
import chinese from "@/messages/zh-CN.json" with { type: "json" };
import { Answer } from "./answer.tsx";
import type { Page } from "./choices.ts";
import { Incomplete } from "./incomplete.tsx";
import { readSubject } from "./question.ts";
import { readFinding, type Reading } from "./reading.ts";
import { ProgressWords } from "./reading-progress.tsx";

const director = (name: string): FleetDirector => ({
  id: name,
  name,
  clusterId: "c1",
  address: "192.0.2.1",
  port: 9443,
  connection: { status: "connected", sinceMs: 0 },
});
const directors = [director("lvs-1"), director("lvs-2")];
const choices = { service: "", realServer: "", state: "", kind: "" };
const page: Page = {
  text: "192.0.2.5",
  subject: readSubject("192.0.2.5"),
  directorId: "",
  choices,
  hasChoices: false,
  choose: () => undefined,
};

const found = (entryCount: number, matches = 0): ReadingNews => ({
  kind: "found",
  connections: [],
  entryCount,
  totals: { ...noTotals, connections: matches },
});
const ended: ReadingNews = { kind: "ended", unreadable: { count: 0 }, readAtMs: 1, tookMs: 1 };
const asked = (...directorIds: string[]): Finding =>
  hearFinding(nothingFound, { kind: "asked", directorIds });
const tell = (finding: Finding, directorId: string, ...news: ReadingNews[]): Finding =>
  hearFinding(finding, { kind: "news", news: news.map((each) => ({ directorId, news: each })) });
const lose = (finding: Finding, directorId: string, reason: string): Finding =>
  hearFinding(finding, {
    kind: "news",
    news: [{ directorId, news: { kind: "failed", problem: "agentUnreachable", reason } }],
  });
const stopped = (finding: Finding): Finding => endFinding(finding, { kind: "stopped" });
const done = (finding: Finding): Finding => hearFinding(finding, { kind: "done", tookMs: 1_000 });
const readingOf = (finding: Finding): Reading =>
  readFinding(finding, { directors, chosen: directors[0], subject: page.subject, choices });

/** The text alone, drawn with the catalogue of that language. */
const draw = (node: ReactNode, locale: "en" | "zh-CN" = "en"): string => {
  const messages = locale === "en" ? english : chinese;
  const html = renderToStaticMarkup(
    <NextIntlClientProvider locale={locale} messages={messages} timeZone="UTC" onError={fail}>
      {node}
    </NextIntlClientProvider>,
  );
  return html.replaceAll(/<[^>]*>/gu, "");
};
const fail = (error: Error): never => {
  throw error;
};

const half = tell(asked("lvs-1"), "lvs-1", { kind: "begun", expected: 100_000 }, found(23_400));

describe("a reading that goes on", () => {
  const words = (finding: Finding, locale?: "zh-CN"): string =>
    draw(<ProgressWords progress={progressOf(finding)} />, locale);

  it("says how far it is", () => {
    expect(words(asked("lvs-1"))).toBe("the reading has not begun yet");
    expect(words(half)).toBe("23,400 of about 100,000 entries read, no match so far");
    expect(words(tell(half, "lvs-1", found(120_000, 1)))).toBe(
      "120,000 of about 120,000 entries read, 1 match so far",
    );
    expect(words(tell(asked("lvs-1"), "lvs-1", { kind: "begun" }, found(5, 3)))).toBe(
      "5 entries read, 3 matches so far",
    );
    expect(words(tell(asked("lvs-1", "lvs-2"), "lvs-1", found(5), ended))).toBe(
      "1 of 2 directors answered. 5 entries read, no match so far",
    );
    expect(words(half, "zh-CN")).toBe("已读 23,400 条，约共 100,000 条，目前匹配 0 条");
  });

  it("says nothing of what it has not found", () => {
    expect(draw(<Answer page={page} reading={readingOf(half)} />)).toContain(
      "Looking for 192.0.2.5: not found so far.",
    );
    expect(draw(<Incomplete reading={readingOf(half)} />)).toBe("");
  });
});

describe("a reading that was cut short is no no", () => {
  const answer = (finding: Finding): string => draw(<Answer page={page} reading={readingOf(finding)} />);

  it("where somebody stopped it", () => {
    expect(draw(<Incomplete reading={readingOf(stopped(half))} />)).toBe(
      "The reading of lvs-1 was stopped after 23,400 of about 100,000 entries. Rows and totals are of what was read; what is missing here may stand in the rest.",
    );
    expect(answer(stopped(half))).toContain("192.0.2.5 is not among the 23,400 entries that were read.");
    expect(answer(stopped(half))).not.toContain("No director");
    expect(answer(stopped(asked("lvs-1")))).toContain("is not known: none could be asked");
    expect(draw(<Incomplete reading={readingOf(stopped(half))} />, "zh-CN")).toContain("23,400 条处停止");
  });

  it("where the agent was lost, with the reason", () => {
    const lost = done(lose(half, "lvs-1", "nothing listens there"));
    expect(draw(<Incomplete reading={readingOf(lost)} />)).toMatch(
      /^The reading of lvs-1 broke off after 23,400 entries\..*nothing listens there$/u,
    );
    expect(answer(lost)).not.toContain("No director");
    const other = tell(asked("lvs-1", "lvs-2"), "lvs-1", found(9), ended);
    const ofOther = done(lose(tell(other, "lvs-2", found(7)), "lvs-2", "nothing listens there"));
    expect(answer(ofOther)).toContain("The reading of lvs-2 broke off after 7 entries");
    expect(answer(ofOther)).toContain("is not among the 16 entries");
    expect(answer(ofOther)).toContain("not every table was read to its end");
  });

  it("and one that was not is", () => {
    const whole = done(tell(half, "lvs-1", found(100_000), ended));
    expect(answer(whole)).toContain("No director that answered knows 192.0.2.5.");
    expect(draw(<Incomplete reading={readingOf(whole)} />)).toBe("");
  });
});
