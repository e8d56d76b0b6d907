import { sampleFleet } from "@lvs/core/fleet/sample-fleet";
import { NextIntlClientProvider } from "next-intl";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import english from "@/messages/en.json" with { type: "json" };
import chinese from "@/messages/zh-CN.json" with { type: "json" };
import { LogPanel } from "./log-panel.tsx";

const [director] = sampleFleet().directors;

const drawn = (part: Partial<Parameters<typeof LogPanel>[0]>, locale: "en" | "zh-CN" = "en"): string =>
  director === undefined
    ? ""
    : renderToStaticMarkup(
        <NextIntlClientProvider locale={locale} messages={locale === "en" ? english : chinese} timeZone="UTC">
          <LogPanel director={director} lines={[]} origin={undefined} isOld={false} {...part} />
        </NextIntlClientProvider>,
      ).replaceAll(/<[^>]+>/gu, " ");

describe("keepalived's log", () => {
  const source = "journalctl -u keepalived";

  it("says where it is read and that it is followed", () => {
    expect(drawn({ origin: { source } })).toContain(`${source}; following`);
  });

  it("that cannot be read says why, and is not said to be followed nor to be empty", () => {
    const text = drawn({ origin: { source, problem: "exit 1: No journal files were found." } });
    expect(text).toContain("No journal files were found.");
    expect(text).toContain(`${source}; not followed now`);
    expect(text).not.toContain("said nothing");
    expect(drawn({ origin: { source, problem: "no" } }, "zh-CN")).toContain("当前未跟随");
  });

  it("of a director that is not heard is not said to be followed", () => {
    expect(drawn({ origin: { source }, isOld: true })).toContain("not followed now");
  });
});
