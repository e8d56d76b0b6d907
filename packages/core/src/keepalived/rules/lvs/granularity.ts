import { readInteger } from "../../words.ts";
import { inService } from "../examples.ts";
import { linesOf, named } from "../rule.ts";
import type { Rule } from "../rule.ts";
import { readService } from "./service.ts";

/** inet_aton(3): one to four numbers, the last of which fills what is left; 0x and 0 in front as in C. */
const isAton = (word: string): boolean => {
  const parts = word.split(".");
  const numbers = parts.map((part) =>
    /^(?:0x[0-9a-f]+|0[0-7]*|[1-9][0-9]*)$/iu.test(part) ? Number(part.replace(/^0(?=[0-7])/u, "0o")) : NaN,
  );
  const room = 256 ** (5 - parts.length);
  return (
    parts.length <= 4 && numbers.every((number, index) => number < (index < parts.length - 1 ? 256 : room))
  );
};

export const granularity: Rule = {
  code: "persistence-granularity",
  severity: "error",
  title: "a granularity that is no netmask or prefix length",
  reason: "keepalived drops the line: each client address counts by itself.",
  mend: "Write a netmask like 255.255.255.0 for IPv4, a prefix length for IPv6.",
  bad: inService("persistence_granularity 24"),
  good: inService("persistence_granularity 255.255.255.0"),
  ofEntry: {
    concerns: named("virtual_server"),
    check: (entry, report) => {
      for (const { words, spot } of linesOf(entry, "persistence_granularity")) {
        const [, word] = words;
        if (word === undefined) continue;
        const family = readService(entry)?.family ?? (word.includes(".") ? "inet" : "inet6");
        const isGood =
          family === "inet6" ? readInteger(word, { min: 1, max: 128 }).fault === undefined : isAton(word);
        if (!isGood)
          report(spot, family === "inet6" ? `${word} is no prefix length` : `${word} is no netmask`);
        else if (family === "inet" && !word.includes(".")) {
          report(spot, `${word} is read as the netmask 0.0.0.${word}: write a dotted netmask`, {
            severity: "warning",
          });
        }
      }
    },
  },
};
