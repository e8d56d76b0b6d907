import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseListing } from "@lvs/core/ipvs/listing-parse";
import { printListing } from "@lvs/core/ipvs/listing-print";
import { joinListings } from "@lvs/core/ipvs/listing-table";
import type { IpvsTable } from "@lvs/core/ipvs/model";
import { parseSave, printRestore } from "@lvs/core/ipvs/save-format";
import { destinationKey, serviceKey } from "@lvs/core/ipvs/table";
import { generateTable, seededRandom } from "@lvs/core/ipvs/testing/generate-table";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { whyNoLab } from "../../lab/machine/requirements.ts";
import type { BareRun } from "./bare-kernel.ts";
import { runOnBareKernel } from "./bare-kernel.ts";
import { listingCalls } from "./listing-options.ts";
import { lookupOf, nameHosts, printHosts } from "./names.ts";

const problems = whyNoLab();
if (problems.length > 0) console.log(`skipped: ${problems.join("; ")}`);

const seed = Number(process.env["LVS_SEED"] ?? 20_261_121);
const tableCount = Number(process.env["LVS_TABLES"] ?? 40);
console.log(`tables of seed ${seed} (LVS_SEED repeats them), ${tableCount} of them`);

/** Most tables are small and odd; the last ones are as large as a busy director's. */
function shapeOf(index: number, random: () => number): { services: number; destinations: number } {
  if (index >= tableCount - Math.ceil(tableCount / 40)) return { services: 1000, destinations: 4 };
  if (index % 8 === 7) return { services: Math.floor(random() * 150), destinations: 8 };
  return { services: Math.floor(random() * 20), destinations: 12 };
}

/** Two to four minutes for 40 tables where nothing else runs; other work on the machine may make it many times that. */
const limitMs = Math.max(1_500_000, tableCount * 20_000);
const orderCall = "-L -n --nosort";
const largeCalls = /^(?:-L( -n( --[a-z-]+)?)?|-S -n)$/;

/**
 * On large tables a name is looked up for every row and every listing takes a second: each view once is enough there.
 * --exact changes nothing where no counter is shown: that is tried on the first tables only.
 */
function isAsked(argv: string, index: number, isLarge: boolean): boolean {
  if (isLarge) return argv === orderCall || largeCalls.test(argv);
  return index < 20 || !argv.includes("--exact") || /--(?:stats|rate)/.test(argv);
}

const cases = Array.from({ length: tableCount }, (_, index) => {
  const random = seededRandom(seed + index * 7919);
  const table = generateTable(seed + index, { ...shapeOf(index, random), withTraffic: false });
  const hosts = nameHosts(table, random);
  const isLarge = table.services.length > 200;
  const calls = listingCalls.filter(({ argv }) => isAsked(argv, index, isLarge));
  return { index, table, hosts, calls };
});

/** The table in the kernel's own order, which only the kernel knows; nothing else is taken from the text. */
function inKernelOrder(table: IpvsTable, text: string): IpvsTable {
  const byKey = new Map(table.services.map((service) => [serviceKey(service.id), service]));
  const listed = joinListings([parseListing(text).value]).table.services;
  const services = listed.flatMap(({ id, destinations }) => {
    const service = byKey.get(serviceKey(id));
    if (service === undefined) return [];
    const rows = new Map(service.destinations.map((row) => [destinationKey(row), row]));
    return [{ ...service, destinations: destinations.flatMap((row) => rows.get(destinationKey(row)) ?? []) }];
  });
  return { ...table, services };
}

const countRows = (table: IpvsTable): number =>
  table.services.reduce((sum, { destinations }) => sum + 1 + destinations.length, 0);

/** What ipvsadm saves but cannot restore: marks from 2^31 on, and "-b " without a flag. */
const isRestorable = (table: IpvsTable): boolean =>
  table.services.every(
    ({ id, scheduler, schedulerFlags }) =>
      (id.kind !== "fwmark" || id.mark < 2 ** 31) &&
      !((scheduler === "sh" || scheduler === "mh") && schedulerFlags.join() === "flag-3"),
  );

const script = `
for rules in *.rules; do
  n=\${rules%.rules}
  ipvsadm -C
  cat $n.hosts >hosts
  ipvsadm -R <$rules >$n.refused 2>&1
  while read -r k arguments; do ipvsadm $arguments >$n.$k 2>&1; done <$n.calls
  if [ -e $n.restorable ]; then
    ipvsadm -S -n >$n.saved
    ipvsadm -C
    ipvsadm -R <$n.saved >$n.again-refused 2>&1
    ipvsadm -L -n --nosort --tun-info >$n.again
  fi
done
exit 0
`;

const filesOf = (chosen: typeof cases): Record<string, string> =>
  Object.fromEntries(
    chosen.flatMap(({ index, table, hosts, calls }) => [
      [`${index}.rules`, printRestore(table)],
      [`${index}.hosts`, printHosts(hosts)],
      [
        `${index}.calls`,
        calls
          .map(({ argv }) => `c${listingCalls.findIndex((call) => call.argv === argv)} ${argv}\n`)
          .join(""),
      ],
      ...(isRestorable(table) ? [[`${index}.restorable`, ""]] : []),
    ]),
  );

/** Where two texts part, for a failure that can be read. */
function firstDifference(ours: string, theirs: string): string {
  const [left, right] = [ours.split("\n"), theirs.split("\n")];
  const line = left.findIndex((text, index) => text !== right[index]);
  return `line ${line + 1}: ours ${JSON.stringify(left[line])}, ipvsadm's ${JSON.stringify(right[line])}`;
}

describe.skipIf(problems.length > 0)("ipvsadm 1.31 on a real kernel", () => {
  /** Two kernels share the tables, since one uses one processor. */
  let runs: readonly BareRun[] = [];
  const read = (index: number, what: string): string =>
    readFileSync(join(runs[index % runs.length]?.folder ?? "", `${index}.${what}`), "utf8");

  beforeAll(async () => {
    const halves = [0, 1].map((half) => filesOf(cases.filter(({ index }) => index % 2 === half)));
    runs = await Promise.all(
      halves.map((files) => runOnBareKernel({ script, files, timeoutMs: limitMs, memoryMb: 512 })),
    );
  }, limitMs + 30_000);
  afterAll(() => {
    for (const run of runs) run.remove();
  });

  it("takes every generated table whole", () => {
    for (const { index, table } of cases) {
      expect(read(index, "refused"), `table ${index}`).toBe("");
      const k = listingCalls.findIndex(({ argv }) => argv === orderCall);
      expect(countRows(inKernelOrder(table, read(index, `c${k}`))), `table ${index}`).toBe(countRows(table));
    }
  });

  it.each(listingCalls)("ipvsadm $argv: our listing has its bytes for every table", (call) => {
    const k = listingCalls.indexOf(call);
    const order = listingCalls.findIndex(({ argv }) => argv === orderCall);
    for (const { index, table, hosts, calls } of cases) {
      if (!calls.includes(call)) continue;
      const ours = call.print(inKernelOrder(table, read(index, `c${order}`)), lookupOf(hosts));
      const theirs = read(index, `c${k}`);
      if (ours !== theirs)
        throw new Error(`table ${index} of seed ${seed}: ${firstDifference(ours, theirs)}`);
    }
  });

  it("ipvsadm -S -n is read as the table that ipvsadm -R makes of it", () => {
    const restored = cases.filter(({ table }) => isRestorable(table));
    expect(restored.length).toBeGreaterThan(cases.length / 10);
    for (const { index } of restored) {
      const { value, diagnostics } = parseSave(read(index, "saved"));
      expect(diagnostics, `table ${index}`).toEqual([]);
      expect(read(index, "again-refused"), `table ${index}`).toBe("");
      const again = read(index, "again");
      const table = inKernelOrder({ ...value, version: "1.2.1", size: 4096 }, again);
      const ours = printListing(table, { view: "tun-info", isSorted: false });
      if (ours !== again) throw new Error(`table ${index} of seed ${seed}: ${firstDifference(ours, again)}`);
    }
  });
});
