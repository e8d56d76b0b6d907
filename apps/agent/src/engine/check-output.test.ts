import { describe, expect, it } from "vitest";
import { newMessages, parseCheckOutput } from "./check-output.ts";

const path = "/etc/keepalived/.lvs-agent-check-1";

describe("keepalived -t's answer", () => {
  it("is read as lines with their text, each said once although every process says it", () => {
    const output = [
      "There are 1 missing '}'s or extra '{'s",
      `(${path}: Line 21) Unknown keyword 'virtual_server'`,
      "There are 1 missing '}'s or extra '{'s",
      `(${path}: Line 21) Unknown keyword 'virtual_server'`,
      `(${path}: Line 26) Unknown keyword 'virtual_server'`,
      "(/etc/keepalived/more.conf: Line 3) Unknown keyword 'x'",
      `Config files missing '${path}'.`,
      "",
    ].join("\n");
    expect(parseCheckOutput(output, path)).toEqual([
      { text: "There are 1 missing '}'s or extra '{'s" },
      { line: 21, text: "Unknown keyword 'virtual_server'" },
      { line: 26, text: "Unknown keyword 'virtual_server'" },
      { text: "(/etc/keepalived/more.conf: Line 3) Unknown keyword 'x'" },
      { text: "Config files missing 'keepalived.conf'." },
    ]);
  });

  it("has nothing new where only lines moved, and something where a complaint came more often", () => {
    const before = [{ line: 3, text: "a" }, { text: "b" }];
    expect(newMessages(before, [{ line: 9, text: "a" }])).toEqual([]);
    expect(
      newMessages(before, [
        { line: 3, text: "a" },
        { line: 9, text: "a" },
      ]),
    ).toEqual([{ line: 9, text: "a" }]);
    expect(newMessages([], [{ text: "b" }])).toEqual([{ text: "b" }]);
  });
});
