import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { addTotals, type ConnectionTotals, noTotals } from "@lvs/core/ipvs/connections";
import { afterAll, describe, expect, it } from "vitest";
import type { SiftReport } from "../connection-table.ts";
import { LinuxConnections } from "./linux-connections.ts";

const folder = mkdtempSync(join(tmpdir(), "connections-"));
const path = join(folder, "ip_vs_conn");
const tables: LinuxConnections[] = [];
afterAll(async () => {
  await Promise.all(tables.map(async (table) => await table.close()));
  rmSync(folder, { recursive: true });
});

const entryCount = 20_000;
const header = "Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Expires PEName PEData\n";
const lines = Array.from({ length: entryCount }, (_, index) => {
  const client = (0x0a_00_00_00 + (index >> 4)).toString(16).padStart(8, "0").toUpperCase();
  const state = index % 2 === 0 ? "ESTABLISHED" : "FIN_WAIT   ";
  return `TCP ${client} ${(1024 + (index & 15)).toString(16).padStart(4, "0").toUpperCase()} C0000201 0050 0A0000${(1 + (index % 3)).toString().padStart(2, "0")} 0050 ${state}     ${index % 900}\n`;
});
writeFileSync(path, header + lines.join(""));

const open = (at = path): LinuxConnections => {
  const table = new LinuxConnections(at);
  tables.push(table);
  return table;
};
const everything = { kind: "matching", filter: {} } as const;
const all = async (reports: AsyncIterable<SiftReport>): Promise<SiftReport[]> => {
  const seen: SiftReport[] = [];
  for await (const report of reports) seen.push(report);
  return seen;
};
const countOf = (reports: readonly SiftReport[]): number =>
  reports.reduce((sum, report) => sum + (report.kind === "found" ? report.connections.length : 0), 0);

const readCounts = (reports: readonly SiftReport[]): number[] =>
  reports.flatMap((report) => (report.kind === "found" ? [report.entryCount] : []));
const totalsOf = (reports: readonly SiftReport[]): ConnectionTotals =>
  reports.reduce((sum, report) => (report.kind === "found" ? addTotals(sum, report.totals) : sum), noTotals);

describe("the connection table by its thread", () => {
  it("gives every entry once, in order, and the sums of all", async () => {
    const reports = await all(open().sift(everything));
    expect(countOf(reports)).toBe(entryCount);
    const [first] = reports;
    expect(first?.kind === "found" ? first.connections[17] : undefined).toMatchObject({
      client: { address: "10.0.0.1", port: 1025 },
      destination: { address: "10.0.0.3" },
      expiresS: 17,
    });
    expect(totalsOf(reports)).toMatchObject({
      connections: entryCount,
      byState: { ESTABLISHED: entryCount / 2 },
    });
    expect(readCounts(reports).at(-1)).toBe(entryCount);
    expect(reports.at(-1)).toEqual({ kind: "end", id: 1, unreadable: { count: 0 } });
  });

  it("gives no more than the limit, and the sums of all the same", async () => {
    const reports = await all(open().sift({ kind: "matching", filter: { state: "FIN_WAIT" } }, { limit: 7 }));
    expect(countOf(reports)).toBe(7);
    expect(totalsOf(reports)).toMatchObject({ connections: entryCount / 2 });
  });

  it("says how far it is, each entry once: the first rows come long before the end", async () => {
    const reports = await all(open().sift(everything, { limit: 7 }));
    const counts = readCounts(reports);
    expect(counts).toEqual(counts.toSorted((a, b) => a - b));
    expect(counts[0]).toBeLessThan(entryCount / 4);
    expect(reports[0]).toMatchObject({ kind: "found", connections: { length: 7 } });
    expect(totalsOf(reports.slice(0, 1)).connections).toBe(counts[0]);
  });

  it("leaves the event loop free: no batch is more than a slice of work", async () => {
    for (const report of await all(open().sift(everything)))
      if (report.kind === "found") expect(report.connections.length).toBeLessThanOrEqual(200);
  });

  it("answers questions asked at once each with its own answer", async () => {
    const table = open();
    const answers = await Promise.all(
      [1, 2, 3].map(
        async (client) => await all(table.sift({ kind: "matching", filter: { client: `10.0.0.${client}` } })),
      ),
    );
    for (const [index, reports] of answers.entries()) {
      expect(countOf(reports)).toBe(16);
      const [first] = reports;
      expect(first?.kind === "found" ? first.connections[0]?.client.address : "").toBe(`10.0.0.${index + 1}`);
    }
  });

  it("ends without an end when its signal says so, and then answers the next question", async () => {
    const table = open();
    const abort = new AbortController();
    const seen: SiftReport[] = [];
    for await (const report of table.sift(everything, { signal: abort.signal })) {
      seen.push(report);
      abort.abort();
    }
    expect(seen.map(({ kind }) => kind)).toEqual(["found"]);
    expect(countOf(await all(table.sift(everything)))).toBe(entryCount);
  });

  it("can be left early, and then answers the next question", async () => {
    const table = open();
    for await (const _ of table.sift(everything)) break;
    expect(countOf(await all(table.sift(everything)))).toBe(entryCount);
  });

  it("that is not there is a SystemError of the code not-found; after closing, of the code closed", async () => {
    const table = open(join(folder, "none"));
    await expect(all(table.sift(everything))).rejects.toMatchObject({ code: "not-found", errno: "ENOENT" });
    await table.close();
    await expect(all(table.sift(everything))).rejects.toMatchObject({ code: "closed" });
  });
});
