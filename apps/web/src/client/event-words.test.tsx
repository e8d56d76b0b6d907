import type { FleetEvent } from "@lvs/core/fleet/fleet-event";
import { NextIntlClientProvider } from "next-intl";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import english from "@/messages/en.json" with { type: "json" };
import chinese from "@/messages/zh-CN.json" with { type: "json" };
import { useEventWords } from "./event-words.ts";

const Words = ({ event }: { event: FleetEvent }) => {
  const { detail, subject, what } = useEventWords()(event);
  return [what, subject, detail].join(" | ");
};

const said = (event: Partial<FleetEvent>, messages = english, locale = "en"): string =>
  renderToStaticMarkup(
    <NextIntlClientProvider locale={locale} messages={messages} timeZone="UTC">
      <Words event={{ atMs: 0, kind: "realServerDown", subject: "10.0.0.1:80", detail: "", ...event }} />
    </NextIntlClientProvider>,
  ).replaceAll(/\s/gu, " ");

describe("an event in words", () => {
  it("is what keepalived said, or a rule's words in the place of its code", () => {
    expect(said({ detail: "TCP_CHECK" })).toBe("real server down | 10.0.0.1:80 | TCP_CHECK");
    expect(said({ kind: "strangerBegan", detail: "password" })).not.toMatch(/\| password$/u);
  });

  it("that stands for others says how many, of whom, and in what time", () => {
    const counted = { events: 1_412, overMs: 60_000 };
    expect(said({ counted })).toBe("real server down | 10.0.0.1:80 | 1,412 more in 60 s, counted only");
    expect(said({ counted, subject: "" })).toBe(
      "real server down | several | 1,412 more in 60 s, counted only",
    );
    expect(said({ counted, subject: "" }, chinese, "zh-CN")).toContain("60 s 内另有 1,412 次");
  });
});
