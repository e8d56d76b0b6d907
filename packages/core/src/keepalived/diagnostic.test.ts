import { describe, expect, it } from "vitest";
import type { Diagnostic } from "./diagnostic.ts";
import { coverSecrets, printDiagnostic, sourceLineOf } from "./diagnostic.ts";

const diagnostic: Diagnostic = {
  code: "unknown-keyword",
  severity: "error",
  message: "no such keyword",
  path: "keepalived.conf",
  line: 12,
  column: 3,
  endColumn: 6,
};

describe("printDiagnostic", () => {
  it("shows the source line with a caret under the place", () => {
    expect(printDiagnostic(diagnostic, "\t\tabc def")).toBe(
      "keepalived.conf:12:3: error: no such keyword [unknown-keyword]\n   12 | \t\tabc def\n      | \t\t^~~",
    );
  });

  it("puts the caret right behind characters that are two columns wide", () => {
    expect(printDiagnostic(diagnostic, "中文abc")?.split("\n")[2]).toBe("      |     ^~~");
  });

  it("marks up to the end of the line where no end is known", () => {
    const { endColumn: _, ...open } = diagnostic;
    expect(printDiagnostic(open, "ab cdef")?.split("\n")[2]).toBe("      |   ^~~~~");
  });

  it("shows the surroundings of a place far to the right, the caret under it", () => {
    const line = `${"x".repeat(100)} auth_pass s3cret `.padEnd(1_000, "y");
    const [, shown = "", marks = ""] = printDiagnostic(
      { ...diagnostic, column: 501, endColumn: 504 },
      `${"a ".repeat(250)}bad${" z".repeat(500)}`,
    ).split("\n");
    expect(shown.length).toBeLessThan(220);
    expect(shown.slice(marks.indexOf("^"), marks.lastIndexOf("~") + 1)).toBe("bad");
    expect(printDiagnostic({ ...diagnostic, column: 800 }, line).split("\n")[1]).toMatch(
      / \| x+ auth_pass ••••$/u,
    );
  });

  it("never shows a password, in a statement or a comment", () => {
    for (const line of [
      "  auth_pass s3cret",
      "@a auth_pass s3cret",
      "{ auth_pass s3cret }",
      "# auth_pass s3cret",
      "SSL { password s3cret",
      "key 5 hex:s3cret",
    ]) {
      expect(printDiagnostic(diagnostic, line)).not.toContain("s3cret");
    }
    for (const line of ["auth_type PASS", "key /etc/keepalived/client.pem", "active_key 5"])
      expect(coverSecrets(line)).toBe(line);
  });
});

describe("sourceLineOf", () => {
  const bytes = new TextEncoder().encode("a\r\nb\n\nlast");
  it.each([
    [1, "a"],
    [2, "b"],
    [3, ""],
    [4, "last"],
    [5, undefined],
  ])("gives line %i without its line end", (line, expected) => {
    expect(sourceLineOf(bytes, line)).toBe(expected);
  });
});
