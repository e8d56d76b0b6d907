import { inServer } from "../examples.ts";
import { named } from "../rule.ts";
import type { Rule } from "../rule.ts";

const isGood = (word: string): boolean => {
  const match = /^([0-9]+)(?:-([0-9]+))?$/u.exec(word);
  if (match === null) return false;
  const from = Number(match[1]);
  const to = Number(match[2] ?? match[1]);
  return from >= 100 && to <= 599 && from <= to;
};

const page = (line: string): string => inServer("HTTP_GET {", "url {", "path /", line, "}", "}");

export const statusCode: Rule = {
  code: "status-code",
  severity: "error",
  title: "a status code outside 100 to 599",
  reason: "keepalived passes over the code; if none is left it takes 200 to 299.",
  mend: "Write codes and ranges: status_code 200 301-302.",
  bad: page("status_code 2xx"),
  good: page("status_code 200-299"),
  ofEntry: {
    concerns: named("status_code"),
    check: ({ words, spot }, report) => {
      for (const word of words.slice(1)) if (!isGood(word)) report(spot, `${word} is no status code`);
    },
  },
};
