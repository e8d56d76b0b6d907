import type { OutputLine } from "@lvs/core/workflow/run";
import { expect, test } from "vitest";
import { foldOutput } from "./fold-output.ts";

const line = (text: string, atMs: number): OutputLine => ({ atMs, where: "lvs-1", kind: "output", text });

const said = (texts: readonly string[]) =>
  foldOutput(texts.map((text, index) => line(text, index))).map((each) => [
    each.line.text,
    each.times,
    each.line.atMs,
  ]);

test("a line said again stands once, with how often and when last", () => {
  expect(said(["a", "a", "a", "b"])).toEqual([
    ["a", 3, 2],
    ["b", 1, 3],
  ]);
});

test("a try and its failure over and over stand as two lines", () => {
  expect(said(["go", "try", "failed", "try", "failed", "try", "failed", "done"])).toEqual([
    ["go", 1, 0],
    ["try", 3, 5],
    ["failed", 3, 6],
    ["done", 1, 7],
  ]);
});

test("nothing that differs is folded", () => {
  expect(said(["a", "b", "c", "a"])).toEqual([
    ["a", 1, 0],
    ["b", 1, 1],
    ["c", 1, 2],
    ["a", 1, 3],
  ]);
});
