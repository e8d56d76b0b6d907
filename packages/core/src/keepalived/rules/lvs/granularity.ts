import { readAddress, readInteger } from "../../words.ts";
import { inService } from "../examples.ts";
import { linesOf, named } from "../rule.ts";
import type { Rule } from "../rule.ts";
import { readService } from "./service.ts";

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
          family === "inet6"
            ? readInteger(word, { min: 1, max: 128 }).fault === undefined
            : readAddress(word) !== undefined || /^(?:0x)?[0-9]+$/u.test(word);
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
