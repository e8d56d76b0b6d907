import { readFileSync } from "node:fs";
import { join } from "node:path";
import { connectionSchema, countConnections, findServing } from "@lvs/core/ipvs/connections";
import { parseConnectionListing, printConnectionListing } from "@lvs/core/ipvs/listing-connections";
import { parseListings } from "@lvs/core/ipvs/listing-parse";
import {
  parseSyncDaemons,
  parseTimeouts,
  printSyncDaemons,
  printTimeouts,
} from "@lvs/core/ipvs/listing-state";
import { joinListings } from "@lvs/core/ipvs/listing-table";
import type { Counters, IpvsTable } from "@lvs/core/ipvs/model";
import { parseProcConnections } from "@lvs/core/ipvs/proc-connections";
import { parseProcTable } from "@lvs/core/ipvs/proc-format";
import { parseProcStats } from "@lvs/core/ipvs/proc-stats";
import { serviceKey } from "@lvs/core/ipvs/table";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { whyNoLab } from "../../lab/machine/requirements.ts";
import type { BareRun } from "./bare-kernel.ts";
import { runOnBareKernel } from "./bare-kernel.ts";
import { listingCalls } from "./listing-options.ts";
import { lookupOf } from "./names.ts";

const problems = whyNoLab();
if (problems.length > 0) console.log(`skipped: ${problems.join("; ")}`);

const rules = `-A -t 10.50.0.1:80 -s rr -p 300 -M 255.255.255.0
-a -t 10.50.0.1:80 -r 10.50.1.1:8080 -m -x 1000 -y 10
-a -t 10.50.0.1:80 -r 10.50.1.2:8080 -m -w 3
-A -u 10.50.0.1:9 -s rr
-a -u 10.50.0.1:9 -r 10.50.1.1:9 -m
-A -u 10.50.0.1:5060 -s rr -p 60 --pe sip
-a -u 10.50.0.1:5060 -r 10.50.1.2:5060 -m
-A -t [fd50::1]:80 -s wrr
-a -t [fd50::1]:80 -r [fd50::11]:8080 -m
`;

const kernelTicksPerSecond = 100;

/** The exact views that together show everything, in the kernel's order. */
const wholeTable = [
  "--tun-info",
  "--stats --exact",
  "--rate --exact",
  "--thresholds",
  "--persistent-conn",
].map((argv) => `-L -n ${argv} --nosort`);

const script = `
for address in 10.50.0.1 10.50.1.1 10.50.1.2 10.50.2.1 10.50.3.1; do ip addr add $address/32 dev lo; done
for address in fd50::1 fd50::11 fd50::21; do ip -6 addr add $address/128 dev lo nodad; done
ipvsadm -R <rules
"${process.execPath}" "${join(import.meta.dirname, "traffic.ts")}" >traffic.log 2>&1 &
until [ -e traffic-ready ]; do
  [ $SECONDS -lt 90 ] || { cat traffic.log; exit 1; }
  sleep 0.1
done
# Totals are brought up to date by the estimators alone, every two seconds; the call, sent last, is connection 7.
conns=0
until [ "$conns" = 7 ] || [ $SECONDS -gt 150 ]; do
  sleep 0.1
  { read -r _; read -r _; read -r conns _; } </proc/net/ip_vs_stats
done
# From here the estimators stand still, so that all listings below are of one state.
echo 0 >/proc/sys/net/ipv4/vs/run_estimation
while read -r k arguments; do ipvsadm $arguments >$k 2>&1; done <calls
cat /proc/net/ip_vs >proc-table
cat /proc/net/ip_vs_stats >proc-stats
cat /proc/net/ip_vs_stats_percpu >proc-stats-percpu
cat /proc/net/ip_vs_conn_sync >proc-sync
end=$((SECONDS + 60))
while [ $SECONDS -lt $end ]; do
  cat /proc/net/ip_vs_conn >proc-connections
  ipvsadm -L -n -c >connections
  ipvsadm -L -n -c --persistent-conn >connections-engine
  ipvsadm -L -c >connections-named
  cat /proc/net/ip_vs_conn >proc-connections-after
  cmp -s proc-connections proc-connections-after && echo same >proc-connections-same && break
done
ip link add d0 type dummy && ip link set d0 up multicast on && ip addr add 10.60.0.1/24 dev d0
ipvsadm --start-daemon master --mcast-interface d0 --syncid 5 --sync-maxlen 1400
ipvsadm --start-daemon backup --mcast-interface d0 --syncid 6 --mcast-group 224.0.0.99 --mcast-port 9000 --mcast-ttl 3
ipvsadm -L --daemon >daemons
ipvsadm --set 1000 60 0
ipvsadm -L --timeout >timeouts
echo >traffic-done
wait
exit 0
`;

const calls = [...new Set([...listingCalls.map(({ argv }) => argv), ...wholeTable])];
const nameOfCall = (argv: string): string => `c${calls.indexOf(argv)}`;

const sum = (all: readonly Counters[], field: keyof Counters): number =>
  all.reduce((total, counters) => total + counters[field], 0);

describe.skipIf(problems.length > 0)("under traffic", () => {
  let run: BareRun;
  let table: IpvsTable;
  const read = (name: string): string => readFileSync(join(run.folder, name), "utf8");

  beforeAll(async () => {
    const list = calls.map((argv) => `${nameOfCall(argv)} ${argv}\n`).join("");
    run = await runOnBareKernel({ script, files: { rules, calls: list }, timeoutMs: 240_000 });
    const { value, diagnostics } = parseListings(wholeTable.map((argv) => read(nameOfCall(argv))).join(""));
    expect(diagnostics).toEqual([]);
    const joined = joinListings(value);
    expect(joined.problems).toEqual([]);
    table = joined.table;
  }, 270_000);
  afterAll(() => run.remove());

  it("the exact listings show the traffic that was sent, past the marks where numbers are cut", () => {
    const [busy] = table.services.filter(({ id }) => id.kind === "address" && id.port === 9);
    expect(busy?.counters.inBytes).toBeGreaterThan(1e9);
    expect(read(nameOfCall("-L -n --stats"))).toMatch(/ [0-9]+M /);
    expect(read(nameOfCall("-L -n --rate"))).toMatch(/ [0-9]+K /);
    expect(
      table.services.map(({ destinations }) => destinations.some((row) => row.activeConnections > 0)),
    ).toContain(true);
  });

  it.each(listingCalls)("ipvsadm $argv: our listing has its bytes", (call) => {
    expect(call.print(table, lookupOf(new Map()))).toBe(read(nameOfCall(call.argv)));
  });

  it("entries of /proc/net/ip_vs_conn print as ipvsadm -Lnc prints them, byte for byte", () => {
    expect(read("proc-connections-same"), "no second without a tick").toBe("same\n");
    const { value, diagnostics } = parseProcConnections(read("proc-connections"));
    expect(diagnostics).toEqual([]);
    expect(value.map((entry) => connectionSchema.parse(entry))).toEqual(value);
    expect(printConnectionListing(value, {})).toBe(read("connections"));
    expect(printConnectionListing(value, { withEngine: true })).toBe(read("connections-engine"));
    expect(printConnectionListing(value, { names: lookupOf(new Map()) })).toBe(read("connections-named"));
    expect(parseConnectionListing(read("connections-engine"))).toEqual({ value, diagnostics: [] });
    const sync = parseProcConnections(read("proc-sync"));
    expect([sync.diagnostics, sync.value.length, new Set(sync.value.map(({ origin }) => origin))]).toEqual([
      [],
      value.length,
      new Set(["local"]),
    ]);
  });

  it("templates are told from connections, and answer which real server serves a client", () => {
    const { value } = parseProcConnections(read("proc-connections"));
    const templates = value.filter(({ kind }) => kind === "template");
    expect(
      templates.map(({ client }) => client).toSorted((a, b) => a.address.localeCompare(b.address)),
    ).toEqual([
      { address: "10.50.0.1", port: 0 },
      { address: "10.50.2.0", port: 0 },
      { address: "10.50.3.0", port: 0 },
    ]);
    expect(templates.filter(({ engine }) => engine !== undefined).map(({ engine }) => engine)).toEqual([
      { name: "sip", data: "call-7@example" },
    ]);
    const own = findServing(table, value, "10.50.2.1").filter(({ kind }) => kind === "connection");
    const neighbour = findServing(table, value, "10.50.2.200");
    expect(new Set(own.map(({ destination }) => destination.address)).size).toBe(1);
    expect(neighbour.map(({ kind, destination }) => [kind, destination.address])).toEqual([
      ["template", own[0]?.destination.address],
    ]);
    expect(countConnections(value).byState["ESTABLISHED"]).toBe(4);
  });

  it("/proc/net/ip_vs and ip_vs_stats say the same as the listings", () => {
    const proc = parseProcTable(read("proc-table"));
    expect(proc.diagnostics).toEqual([]);
    const rowsOf = (
      rows: readonly {
        address: string;
        port: number;
        weight: number;
        activeConnections: number;
        inactiveConnections: number;
      }[],
    ) =>
      rows.map((row) => [row.address, row.port, row.weight, row.activeConnections, row.inactiveConnections]);
    const ours = table.services.map(({ id, scheduler, destinations }) => [
      serviceKey(id),
      scheduler,
      rowsOf(destinations),
    ]);
    const theirs = proc.value.services.map(({ id, scheduler, destinations }) => [
      id.kind === "address" ? serviceKey(id) : "",
      scheduler,
      rowsOf(destinations),
    ]);
    expect(theirs).toEqual(ours);
    const persistences = proc.value.services.flatMap(({ persistence }) => persistence ?? []);
    const seconds = persistences.map(({ timeoutJiffies, mask }) => [
      timeoutJiffies / kernelTicksPerSecond,
      mask,
    ]);
    expect(new Map(seconds.map(([timeout, mask]) => [timeout, mask]))).toEqual(
      new Map([
        [300, "255.255.255.0"],
        [60, "255.255.255.255"],
      ]),
    );
    for (const file of ["proc-stats", "proc-stats-percpu"]) {
      const { value, diagnostics } = parseProcStats(read(file));
      const all = table.services.map(({ counters }) => counters);
      expect(diagnostics).toEqual([]);
      expect(value.totals).toEqual({
        connections: sum(all, "connections"),
        inPackets: sum(all, "inPackets"),
        outPackets: sum(all, "outPackets"),
        inBytes: sum(all, "inBytes"),
        outBytes: sum(all, "outBytes"),
      });
    }
  });

  it("sync daemons and timeouts read and print as ipvsadm lists them", () => {
    const daemons = parseSyncDaemons(read("daemons"));
    expect(daemons.diagnostics).toEqual([]);
    expect(
      daemons.value.map(({ role, syncId, maxLength, group, port, ttl }) => [
        role,
        syncId,
        maxLength,
        group,
        port,
        ttl,
      ]),
    ).toEqual([
      ["master", 5, 1400, "224.0.0.81", 8848, 1],
      ["backup", 6, 1472, "224.0.0.99", 9000, 3],
    ]);
    expect(printSyncDaemons(daemons.value)).toBe(read("daemons"));
    const timeouts = parseTimeouts(read("timeouts"));
    expect(timeouts.value).toEqual({ tcpS: 1000, tcpFinS: 60, udpS: 300 });
    expect(timeouts.value && printTimeouts(timeouts.value)).toBe(read("timeouts"));
  });
});
