import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { diffLines } from "./diff-lines.ts";

const seed = Number(process.env["FC_SEED"] ?? 20_261_121);
console.info(`keepalived/diff-lines: seed ${seed}`);

const text = fc
  .array(fc.constantFrom("a", "b", "c", "  d", "", "\\ e", "+f", "-g", "@h"), { maxLength: 12 })
  .map((lines) => lines.map((line) => `${line}\n`).join(""));
const linesOf = (whole: string): readonly string[] => whole.split("\n").slice(0, -1);

describe("a diff of two random texts", () => {
  it("holds every line of both, in order and with its number", () => {
    const property = fc.property(text, text, (before, after) => {
      fc.pre(before !== after);
      const lines = diffLines(before, after);
      const kept = lines.filter(({ kind }) => kind !== "added");
      const now = lines.filter(({ kind }) => kind !== "removed");
      expect(kept.map((line) => line.text)).toEqual(linesOf(before));
      expect(kept.map(({ line }) => line)).toEqual(linesOf(before).map((_, index) => index + 1));
      expect(now.map((line) => line.text)).toEqual(linesOf(after));
      for (const [index, { kind, line }] of now.entries()) if (kind === "added") expect(line).toBe(index + 1);
    });
    fc.assert(property, { seed, numRuns: 500 });
  });

  it("with little context leaves out what is the same, and nothing that changed", () => {
    const property = fc.property(text, text, fc.nat(2), (before, after, context) => {
      const changed = (lines: ReturnType<typeof diffLines>) => lines.filter(({ kind }) => kind !== "same");
      const all = diffLines(before, after);
      const some = diffLines(before, after, { context });
      expect(changed(some)).toEqual(changed(all));
      if (context === 0) expect(some).toEqual(changed(all));
    });
    fc.assert(property, { seed, numRuns: 500 });
  });
});
