import { NextIntlClientProvider } from "next-intl";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import messages from "@/messages/en.json" with { type: "json" };
import { shortestPassword as serversShortest } from "@/server/auth.ts";
import { isLongEnough, NewPasswordField } from "./new-password.tsx";

const drawn = (value: string): string =>
  renderToStaticMarkup(
    <NextIntlClientProvider locale="en" messages={messages} timeZone="UTC">
      <NewPasswordField label="Password" value={value} onChange={() => undefined} />
    </NextIntlClientProvider>,
  );

describe("a password that is being chosen", () => {
  it("is long enough for the browser exactly where it is for the server", () => {
    expect(isLongEnough("x".repeat(serversShortest))).toBe(true);
    expect(isLongEnough("x".repeat(serversShortest - 1))).toBe(false);
  });

  it("is called too short while it is typed, with how long it is and has to be", () => {
    expect(drawn("")).toContain(`At least ${serversShortest} characters.`);
    expect(drawn("")).not.toContain("aria-invalid");
    expect(drawn("short")).toContain(`Too short: 5 of at least ${serversShortest} characters.`);
    expect(drawn("short")).toContain('aria-invalid="true"');
    expect(drawn("x".repeat(serversShortest))).not.toContain("aria-invalid");
  });
});
