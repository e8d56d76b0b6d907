import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { expect, it } from "vitest";
import { quoteArgv } from "./quote.ts";

it("a POSIX shell reads back exactly the words that were quoted, whatever is in them", () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.string({ unit: "binary" }).filter((word) => !word.includes("\0")),
        { minLength: 1 },
      ),
      (words) => {
        const out = execFileSync("sh", ["-c", `printf '%s\\0' ${quoteArgv(words)}`]).toString("utf8");
        expect(out.split("\0").slice(0, -1)).toEqual(words.map((word) => Buffer.from(word).toString("utf8")));
      },
    ),
    { numRuns: 150 },
  );
});

it("leaves plain words as an operator would type them", () => {
  expect(quoteArgv(["service", "nginx", "stop"])).toBe("service nginx stop");
  expect(quoteArgv(["ip", "-o", "addr", "show", "dev", "lo"])).toBe("ip -o addr show dev lo");
});

it("keeps a command substitution from being run", () => {
  expect(quoteArgv(["service", "$(reboot)", "stop"])).toBe("service '$(reboot)' stop");
});
