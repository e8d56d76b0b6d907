import { countersOf, ratesOf } from "./listing-cells.ts";
import type { Counters, Rates } from "./model.ts";
import { parseHex } from "./proc-cells.ts";
import type { Parsed, TextDiagnostic } from "./text-diagnostic.ts";

/** /proc/net/ip_vs_stats and ip_vs_stats_percpu: the totals of the whole director, all numbers hexadecimal (ip_vs_ctl.c). */

/** Totals and rates; undefined where the text does not hold a readable row. */
export type ProcStats = { readonly totals: Counters | undefined; readonly rates: Rates | undefined };

export type ProcCpuStats = ProcStats & {
  readonly cpus: readonly { readonly cpu: number; readonly totals: Counters }[];
};

const headers = new Set([
  "Total Incoming Outgoing Incoming Outgoing",
  "Conns Packets Packets Bytes Bytes",
  "CPU Conns Packets Packets Bytes Bytes",
]);
/** After this line the numbers are rates; before it, totals. */
const ratesHeader = "Conns/s Pkts/s Pkts/s Bytes/s Bytes/s";

const parseFive = (words: readonly string[]): number[] | undefined => {
  const numbers = words.map(parseHex).filter((number) => number !== undefined);
  return numbers.length === 5 && words.length === 5 ? numbers : undefined;
};

/** Reads either file: the rows of single CPUs stand only in the second. Any other line is a diagnostic. */
export const parseProcStats = (text: string): Parsed<ProcCpuStats> => {
  const diagnostics: TextDiagnostic[] = [];
  const cpus: { cpu: number; totals: Counters }[] = [];
  const found: { totals: Counters | undefined; rates: Rates | undefined } = {
    totals: undefined,
    rates: undefined,
  };
  let isRates = false;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const words = line.trim().split(/\s+/);
    const squeezed = words.join(" ");
    if (squeezed === "" || headers.has(squeezed)) continue;
    if (squeezed === ratesHeader) {
      isRates = true;
      continue;
    }
    const cpu = words.length === 6 && words[0] !== "~" ? parseHex(words[0] ?? "") : undefined;
    const numbers = parseFive(
      words.length === 6 && (words[0] === "~" || cpu !== undefined) ? words.slice(1) : words,
    );
    if (numbers === undefined)
      diagnostics.push({ line: index + 1, text: line, reason: "not a row of five hexadecimal numbers" });
    else if (isRates) found.rates = ratesOf(numbers);
    else if (cpu === undefined) found.totals = countersOf(numbers);
    else cpus.push({ cpu, totals: countersOf(numbers) });
  }
  return { value: { ...found, cpus }, diagnostics };
};
