import { expect, it } from "vitest";
import { diffLines } from "./diff-lines.ts";

it("shows removed and added lines with their numbers, old and new, and the context asked for", () => {
  expect(diffLines("a\nb\nc\nd\ne\n", "a\nb\nX\nY\nd\ne\n", { context: 1 })).toEqual([
    { kind: "same", line: 2, text: "b" },
    { kind: "removed", line: 3, text: "c" },
    { kind: "added", line: 3, text: "X" },
    { kind: "added", line: 4, text: "Y" },
    { kind: "same", line: 4, text: "d" },
  ]);
});

it("is empty for equal texts", () => {
  expect(diffLines("a\nb", "a\nb")).toEqual([]);
});

it("takes a missing final newline for no line of its own", () => {
  expect(diffLines("a\nb", "a\nc").map((line) => `${line.kind} ${line.text}`)).toEqual([
    "same a",
    "removed b",
    "added c",
  ]);
});
