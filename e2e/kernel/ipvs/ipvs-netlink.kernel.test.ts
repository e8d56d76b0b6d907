import { readFileSync } from "node:fs";
import { join } from "node:path";
import { printListing } from "@lvs/core/ipvs/listing-print";
import type { ListingView } from "@lvs/core/ipvs/listing";
import { type IpvsTable, ipvsTableSchema } from "@lvs/core/ipvs/model";
import { printRestore } from "@lvs/core/ipvs/save-format";
import { generateTable, seededRandom } from "@lvs/core/ipvs/testing/generate-table";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { whyNoLab } from "../../lab/machine/requirements.ts";
import type { BareRun } from "./bare-kernel.ts";
import { runOnBareKernel } from "./bare-kernel.ts";

const problems = whyNoLab();
if (problems.length > 0) console.log(`skipped: ${problems.join("; ")}`);

const seed = Number(process.env["LVS_SEED"] ?? 20_261_121);
const tableCount = Number(process.env["LVS_TABLES"] ?? 20);
console.log(`tables of seed ${seed} (LVS_SEED repeats them), ${tableCount} of them`);

/** The same table after an operator's morning: other weights and schedulers, real servers gone and come. */
function edited(table: IpvsTable, random: () => number): IpvsTable {
  const services = table.services.flatMap((service) => {
    if (random() < 0.1) return [];
    const destinations = service.destinations.flatMap((row) => {
      if (random() < 0.2) return [];
      return [random() < 0.5 ? row : { ...row, weight: (row.weight + 1) % 65_536 }];
    });
    const isPlain = service.schedulerFlags.length === 0;
    return [{ ...service, destinations, scheduler: isPlain && random() < 0.3 ? "wlc" : service.scheduler }];
  });
  return { ...table, services };
}

/** Every second table is an edit of the one before it, so that our writes are differences of every kind. */
const tables = Array.from({ length: tableCount }, (_, index) => {
  const random = seededRandom(seed + index * 7919);
  const isLarge = index >= tableCount - 2;
  const shape = isLarge
    ? { services: 1000, destinations: 4, withTraffic: false }
    : { services: Math.floor(random() * 24), destinations: 12, withTraffic: false };
  const table = generateTable(seed + index - (index % 2), shape);
  return index % 2 === 1 ? edited(table, random) : table;
});

const views: readonly [string, ListingView][] = [
  ["-L -n", "plain"],
  ["-L -n --stats --exact", "stats"],
  ["-L -n --rate --exact", "rate"],
  ["-L -n --thresholds", "thresholds"],
  ["-L -n --persistent-conn", "persistent-conn"],
  ["-L -n --tun-info", "tun-info"],
];

/** Three minutes for 20 tables where nothing else runs, of which the two large ones are most; other work may make it many times that. */
const limitMs = Math.max(900_000, tableCount * 20_000);

const probe = join(import.meta.dirname, "../../../apps/agent/src/probe/main.ts");
const node = process.execPath;

/**
 * Each table is first written by us, as the difference to what the kernel holds (the table before it, by ipvsadm), and looked at; then
 * by `ipvsadm -C` and `ipvsadm -R`, and looked at again.
 */
const script = `
coproc PROBE { exec ${node} ${probe}; }
say() { echo "$1" >&"\${PROBE[1]}"; read -r reply <&"\${PROBE[0]}"; echo "$reply"; }
for ((n = 0; n < ${tableCount}; n++)); do
  say "restore /mnt/share/$n.rules" >$n.restored
  ipvsadm -S -n >$n.ours 2>&1
  ipvsadm -L -n --thresholds >$n.ours-thresholds 2>&1
  ipvsadm -C
  ipvsadm -R <$n.rules >$n.refused 2>&1
  ipvsadm -S -n >$n.theirs 2>&1
  ipvsadm -L -n --thresholds >$n.theirs-thresholds 2>&1
  say "read" >$n.read
  ${views.map(([argv], index) => `ipvsadm ${argv} >$n.view${index}`).join("; ")}
done
ipvsadm -C
ip link add dum0 type dummy; ip addr add 198.51.100.9/24 dev dum0; ip link set dum0 up
ipvsadm -A -t 198.51.100.9:80 -s wlc; ipvsadm -a -t 198.51.100.9:80 -r 10.0.0.1:80 -i -w 5 -x 90 -y 30
row='"service":{"kind":"address","protocol":"TCP","address":"198.51.100.9","port":80},"address":"10.0.0.1"'
say "weight {$row,\\"port\\":80,\\"weight\\":0}" >weight.done
say "weight {$row,\\"port\\":81,\\"weight\\":0}" >weight.refused
ipvsadm -L -n --thresholds >weight.thresholds; ipvsadm -L -n >weight.listing
${node} ${probe} "watch-addresses 2" >addresses.events 2>addresses.ready & watcher=$!
until grep -q listening addresses.ready; do sleep 0.05; done
ip addr add 198.51.100.64/32 dev dum0; ip addr del 198.51.100.64/32 dev dum0; wait $watcher
ipvsadm -C
say 'read' >empty.read
for turn in 1 2 3 4; do modprobe -d /mnt/modules -r $(lsmod | awk '/^ip_vs/{print $1}' | sort -r); done 2>/dev/null
lsmod | grep -c '^ip_vs' >modules.left
say 'read' >absent.read; say 'connections {"kind":"matching","filter":{}}' >absent.connections; say 'settings' >absent.settings
exit 0
`;

const files = Object.fromEntries(tables.map((table, index) => [`${index}.rules`, printRestore(table)]));

const readingSchema = z.object({ value: z.object({ status: z.literal("known"), table: ipvsTableSchema }) });

const sortedLines = (text: string): string[] => text.split("\n").toSorted();

describe.skipIf(problems.length > 0)("IPVS over netlink on a real kernel", () => {
  let run: BareRun;
  const read = (name: string): string => readFileSync(join(run.folder, name), "utf8");

  beforeAll(async () => {
    run = await runOnBareKernel({ script, files, timeoutMs: limitMs, memoryMb: 768 });
  }, limitMs + 30_000);
  afterAll(() => run.remove());

  it("our writes give the same table as ipvsadm -R, starting from whatever was there", () => {
    for (const index of tables.keys()) {
      expect(read(`${index}.refused`), `table ${index} by ipvsadm`).toBe("");
      expect(JSON.parse(read(`${index}.restored`)), `table ${index} by us`).toMatchObject({
        value: { result: { status: "applied" }, diagnostics: [] },
      });
      expect(sortedLines(read(`${index}.ours`)), `table ${index}`).toEqual(
        sortedLines(read(`${index}.theirs`)),
      );
      // Thresholds are not saved; within a service ipvsadm's own order hangs on the order of adding.
      expect(sortedLines(read(`${index}.ours-thresholds`)), `table ${index}`).toEqual(
        sortedLines(read(`${index}.theirs-thresholds`)),
      );
    }
  });

  it.each(views)("our reading, printed, is ipvsadm %s to the byte", (argv, view) => {
    const at = views.findIndex(([other]) => other === argv);
    for (const index of tables.keys()) {
      const { table } = readingSchema.parse(JSON.parse(read(`${index}.read`))).value;
      expect(printListing(table, { view, isExact: true }), `table ${index} of seed ${seed}`).toBe(
        read(`${index}.view${at}`),
      );
    }
  });

  it("one weight is set and nothing else; a row that is not there is refused", () => {
    expect(JSON.parse(read("weight.done"))).toMatchObject({
      value: { status: "done", previousWeight: 5, destination: { weight: 0, upperThreshold: 90 } },
    });
    expect(JSON.parse(read("weight.refused"))).toEqual({
      value: { status: "refused", reason: "no-such-destination" },
    });
    expect(read("weight.listing")).toMatch(/-> 10\.0\.0\.1:80 +Tunnel +0 +0 +0/);
    expect(read("weight.thresholds")).toMatch(/-> 10\.0\.0\.1:80 +90 +30 +0 +0/);
  });

  it("an address that comes and goes is two events", () => {
    const events = z
      .object({ value: z.array(z.object({ kind: z.string(), address: z.object({ address: z.string() }) })) })
      .parse(JSON.parse(read("addresses.events"))).value;
    expect(events.map(({ kind, address }) => `${kind} ${address.address}`)).toEqual([
      "address-added 198.51.100.64",
      "address-removed 198.51.100.64",
    ]);
  });

  it("an empty table is known, a kernel without the module is absent: two different answers", () => {
    expect(JSON.parse(read("empty.read"))).toMatchObject({
      value: { status: "known", table: { services: [] } },
    });
    expect(read("modules.left")).toBe("0\n");
    for (const name of ["absent.read", "absent.settings"])
      expect(JSON.parse(read(name)), name).toMatchObject({
        value: { status: "absent", reason: "no ip_vs module" },
      });
    expect(JSON.parse(read("absent.connections"))).toMatchObject({
      value: { end: { kind: "absent", reason: "no ip_vs module" } },
    });
  });
});
