import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { printKeywordReference } from "./keyword-reference.ts";
import { keywords } from "./keywords.ts";
import { printRuleReference } from "./rule-reference.ts";
import { rules } from "./rules.ts";

/** The committed pages are what the data prints. `UPDATE_REFERENCE=1` writes them anew. */
const pages = [
  { name: "keywords.md", text: printKeywordReference() },
  { name: "rules.md", text: printRuleReference() },
];

describe("reference pages", () => {
  it.each(pages)("docs/keepalived/$name is printed from the data", ({ name, text }) => {
    const url = new URL(`../../../../docs/keepalived/${name}`, import.meta.url);
    if (process.env["UPDATE_REFERENCE"] === "1") writeFileSync(url, text);
    expect(readFileSync(url, "utf8")).toBe(text);
  });

  it("names every keyword and every rule", () => {
    const [keywordPage, rulePage] = pages.map(({ text }) => text);
    for (const { name } of keywords) expect(keywordPage).toContain(`| \`${name}\` |`);
    for (const { code } of rules) expect(rulePage).toContain(`### ${code}\n`);
  });

  it("writes every value of a keyword into one cell", () => {
    const rows = printKeywordReference()
      .split("\n")
      .filter((line) => line.startsWith("| "));
    for (const row of rows) expect(row.split(/(?<!\\)\|/u)).toHaveLength(6);
  });
});
