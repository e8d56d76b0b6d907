import type { Entry, Spot } from "../../reading.ts";
import { openQuoteIn, shellWords } from "../../shell-words.ts";
import { inInstance } from "../examples.ts";
import { endOf } from "../rule.ts";
import type { FileView, Rule } from "../rule.ts";

/** Read a second time with both kinds of quotes: scripts, and patterns of pages. */
const isSplitAgain = ({ keyword }: Entry): boolean =>
  keyword.values.some(({ kind }) => kind === "script") || keyword.name === "regex";

/** The command itself is split once more, so a quote inside double quotes counts too. */
const openQuoteOf = (line: string, { keyword }: Entry): string | undefined =>
  openQuoteIn(line) ?? (keyword.name === "regex" ? undefined : openQuoteIn(shellWords(line)[1] ?? ""));

export const openQuote: Rule = {
  code: "open-quote",
  severity: "error",
  title: "a quote that a script leaves open",
  reason:
    "keepalived reads commands as a shell does: single quotes count, also inside double quotes. It drops a command with a quote that is never closed.",
  mend: "Close the quote, or write a backslash before an apostrophe.",
  bad: inInstance('notify_master "/usr/local/bin/mail it\'s mine"'),
  good: inInstance("notify_master \"/usr/local/bin/mail 'it is mine'\""),
  ofFile: (file) => {
    if (!file.text.hasSingleQuotes) return;
    for (const { entry, absolute } of file.top) checkInside(file, entry, absolute);
  },
};

const checkInside = (file: FileView, entry: Entry, absolute: (spot: Spot) => Spot): void => {
  for (const line of entry.inside?.entries ?? []) {
    if (line.inside !== undefined) checkInside(file, line, absolute);
    if (!isSplitAgain(line) || !line.words.some((word) => word.includes("'"))) continue;
    const spot = absolute(line.spot);
    const quote = openQuoteOf(file.text.textOf(spot), line);
    if (quote === undefined) continue;
    file.report(spot, `this ${quote} is never closed: keepalived drops ${line.keyword.name}`);
    if (line.keyword.block === "vrrp_script" || line.keyword.block === "MISC_CHECK")
      file.report(absolute(endOf(entry)), `${entry.keyword.name} has no command: keepalived drops it`);
  }
};
