import { describe, expect, it } from "vitest";
import english from "./en.json" with { type: "json" };
import { holdUnits } from "./units.ts";
import chinese from "./zh-CN.json" with { type: "json" };

const held = (text: string): string =>
  JSON.stringify(holdUnits({ group: { text } })).replaceAll("\u00a0", "~");

describe("a number and its unit", () => {
  it.each([
    ["older than 5 s.", "older than 5~s."],
    ["kept {seconds} s: ActiveConn falls", "kept {seconds}~s: ActiveConn falls"],
    ["ActiveConn, 15 min", "ActiveConn, 15~min"],
    ["超过 5 秒，且 15 分钟内", "超过 5~秒，且 15~分钟内"],
  ])("of “%s” stay on one line", (text, expected) => {
    expect(held(text)).toContain(expected);
  });

  it.each([
    "{count, plural, one {1 server} other {# servers}}",
    "Run {number} starts",
    "3 directors, 4 hosts",
  ])("are not seen where there is none: “%s”", (text) => {
    expect(held(text)).not.toContain("~");
  });

  it("are found in both languages, and nothing else of a catalogue changes", () => {
    for (const messages of [english, chinese]) {
      const before = JSON.stringify(messages);
      const after = JSON.stringify(holdUnits(messages));
      expect(after.split("\u00a0").length).toBeGreaterThan(10);
      expect(after.replaceAll("\u00a0", " ")).toBe(before.replaceAll("\u00a0", " "));
    }
  });
});
