import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { columnAt, offsetOfLine } from "./columns.ts";
import { decodeUtf8, encodeUtf8 } from "./encoding.ts";

const seed = Number(process.env["FC_SEED"] ?? 20_261_121);
const many = Number(process.env["FC_RUNS"] ?? 1);
console.info(`keepalived/columns: seed ${seed}`);

/** Junk, UTF-8 of one to four bytes, and line ends. */
const someBytes = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 3 }),
      fc.constantFrom("a", "é", "語", "🙂", "\n", "aé語🙂".repeat(400)).map(encodeUtf8),
    ),
    { maxLength: 30 },
  )
  .map((parts) => Uint8Array.from(parts.flatMap((part) => [...part])));

describe("columns", () => {
  it("count UTF-16 units from the line's start, in whatever order places are asked for", () => {
    fc.assert(
      fc.property(someBytes, fc.array(fc.nat(), { maxLength: 20 }), (bytes, asked) => {
        for (const one of asked) {
          const offset = one % (bytes.length + 1);
          const lineStart = offset === 0 ? 0 : bytes.lastIndexOf(10, offset - 1) + 1;
          expect(columnAt(bytes, offset)).toBe(decodeUtf8(bytes.subarray(lineStart, offset)).length + 1);
        }
      }),
      { seed, numRuns: 500 * many },
    );
  });

  it("know where each line begins, and of none past the end", () => {
    const bytes = encodeUtf8("a\n\nbc\n");
    expect([1, 2, 3, 4, 5].map((line) => offsetOfLine(bytes, line))).toEqual([0, 2, 3, 6, undefined]);
  });
});
