import { describe, expect, it } from "vitest";
import { lintConfig } from "./lint.ts";
import { parseConfig } from "./parse.ts";
import { rules } from "./rules.ts";

const codesIn = (text: string): readonly string[] => {
  const tree = parseConfig(new TextEncoder().encode(text), { path: "example.conf" }).value;
  return lintConfig(tree).map(({ code }) => code);
};

describe.each(rules.map((rule) => [rule.code, rule] as const))("rule %s", (code, rule) => {
  it("finds its mistake in its bad example", () => {
    expect(codesIn(rule.bad)).toContain(code);
  });

  it("finds nothing in its good example", () => {
    expect(codesIn(rule.good)).not.toContain(code);
  });

  it("says why and what to do, in sentences", () => {
    for (const text of [rule.reason, rule.mend]) expect(text).toMatch(/^.{10,}[.]$/su);
    expect(rule.title).toMatch(/^.{5,}[^.]$/u);
  });
});

it("no two rules share a code", () => {
  expect(new Set(rules.map(({ code }) => code)).size).toBe(rules.length);
});
