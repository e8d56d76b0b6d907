import { describe, expect, test } from "vitest";
import type { IpvsSettings } from "@lvs/core/director/state";
import type { FoundRows } from "@lvs/core/fleet/finding";
import type { FleetDirector } from "@lvs/core/fleet/model";
import { sampleFleet } from "@lvs/core/fleet/sample-fleet";
import { countConnections } from "@lvs/core/ipvs/connections";
import { parseConnectionListing, printConnectionListing } from "@lvs/core/ipvs/listing-connections";
import { parseSave } from "@lvs/core/ipvs/save-format";
import {
  chooseDirector,
  columnWidths,
  compareBackup,
  entryRows,
  liveFirst,
  mayHoldDrained,
  narrow,
  readServed,
} from "./view-model.ts";

const { value: table } = parseSave(`-A -t 192.0.2.1:80 -s wlc
-a -t 192.0.2.1:80 -r 10.0.0.1:80 -g -w 1
-a -t 192.0.2.1:80 -r 10.0.0.2:80 -g -w 0
-A -t 192.0.2.1:443 -s wlc -p 50
-a -t 192.0.2.1:443 -r 10.0.0.2:443 -g -w 0
-a -t 192.0.2.1:443 -r 10.0.0.1:443 -g -w 1
-A -t 192.0.2.1:0 -s rr -p 60
-a -t 192.0.2.1:0 -r 10.0.0.1:0 -g -w 1
`);
const read = (text: string) => parseConnectionListing(text).value;
const entries = read(`TCP 14:56  ESTABLISHED 198.51.100.5:39783 192.0.2.1:80       10.0.0.1:80
TCP 14:51  ESTABLISHED 198.51.100.5:39790 192.0.2.1:80       10.0.0.2:80
TCP 01:44  FIN_WAIT    198.51.100.5:39612 192.0.2.1:80       10.0.0.9:80
TCP 14:58  ESTABLISHED 198.51.100.5:41022 192.0.2.1:443      10.0.0.2:443
TCP 00:37  NONE        198.51.100.5:0     192.0.2.1:443      10.0.0.2:443
TCP 14:58  ESTABLISHED 198.51.100.5:41023 192.0.2.1:8443     10.0.0.1:8443
TCP 14:58  ESTABLISHED 198.51.100.5:41024 192.0.2.1:80       10.0.0.7:80
TCP 01:58  TIME_WAIT   198.51.100.5:41025 192.0.2.9:81       10.0.0.8:81
`);
const answerOf = (connections: typeof entries): FoundRows => ({
  connections,
  totals: countConnections(connections),
  entryCount: connections.length,
  expected: undefined,
  isCapped: false,
  completeness: { kind: "whole" },
  end: { kind: "ended", unreadable: { count: 0 }, readAtMs: 0, tookMs: 1 },
});
const settings = (sysctls: Record<string, string>): IpvsSettings => ({
  timeouts: { tcpS: 900, tcpFinS: 120, udpS: 300 },
  sysctls,
  syncDaemons: [],
});

test("a client is served by the real servers of its live entries, or was by those of its closed ones", () => {
  const served = readServed(entries, table).map(({ isOver, servers, template, virtual }) => [
    virtual,
    servers,
    isOver,
    template?.expiresS,
  ]);
  expect(served).toEqual([
    ["TCP 192.0.2.1:80", ["10.0.0.1:80", "10.0.0.2:80", "10.0.0.7:80"], false, undefined],
    ["TCP 192.0.2.1:443", ["10.0.0.2:443"], false, 37],
    ["TCP 192.0.2.1:8443", ["10.0.0.1:8443"], false, undefined],
    ["TCP 192.0.2.9:81", ["10.0.0.8:81"], true, undefined],
  ]);
});

describe("an entry is remarked on", () => {
  const remarks = (sysctls: Record<string, string>) =>
    entryRows(entries, { table, settings: settings(sysctls) }).map(({ remark }) => remark);

  test("where its real server is drained, left the table or is a template's", () => {
    expect(remarks({ expire_nodest_conn: "1", expire_quiescent_template: "0" })).toEqual([
      { kind: "none" },
      { kind: "onDrained" },
      { kind: "none" },
      { kind: "onDrained" },
      { kind: "holdsDrained", server: "10.0.0.2:443", isIgnored: false },
      { kind: "none" },
      { kind: "gone", ends: true },
      { kind: "none" },
    ]);
  });

  test("by what the kernel is set to, and not at all by what is not known", () => {
    expect(remarks({ expire_quiescent_template: "1" }).slice(4, 7)).toEqual([
      { kind: "holdsDrained", server: "10.0.0.2:443", isIgnored: true },
      { kind: "none" },
      { kind: "gone", ends: undefined },
    ]);
    const blind = entryRows(entries, { table: undefined, settings: undefined }).map(({ remark }) => remark);
    expect(blind[3]).toEqual({ kind: "throughTemplate" });
    expect(blind[4]).toEqual({ kind: "sticks", server: "10.0.0.2:443", timeoutS: undefined });
    expect(blind[6]).toEqual({ kind: "none" });
  });
});

test("the cells of a row, padded to the columns, are the line that ipvsadm prints", () => {
  const rows = entryRows(entries, { table, settings: undefined });
  const widths = columnWidths(rows);
  const lines = rows.map(({ cells }) =>
    cells.map((cell, column) => (column === 5 ? cell : cell.padEnd(widths[column] ?? 0))).join(""),
  );
  expect(`${lines.join("\n")}\n`).toBe(printConnectionListing(entries, {}).split("\n").slice(2).join("\n"));
});

test("the other choices cut a client's rows and their totals, a port its connections but not its templates", () => {
  const answer = answerOf(entries);
  expect(narrow(answer, { client: "198.51.100.5" }, undefined)).toBe(answer);
  expect(narrow(answer, { state: "ESTABLISHED" }, undefined).totals).toMatchObject({
    connections: 5,
    templates: 0,
    byState: { ESTABLISHED: 5 },
  });
  expect(narrow(answer, {}, 41_022).connections.map(({ client }) => client.port)).toEqual([41_022, 0]);
});

describe("of several directors", () => {
  const [first, second] = sampleFleet().directors;
  const named = (director: FleetDirector | undefined): FleetDirector => {
    if (director === undefined) throw new Error("no director in the sample");
    return director;
  };
  const [master, backup] = [named(first), named(second)];

  test("the client goes through the one that holds the address, however much the other's copy has", () => {
    const told = [
      { director: backup, answer: answerOf(entries) },
      { director: master, answer: answerOf(entries.slice(0, 2)) },
    ];
    expect(chooseDirector(told)?.director.id).toBe(master.id);
    expect(chooseDirector(told.slice(0, 1))?.director.id).toBe(backup.id);
    expect(chooseDirector([{ director: master, answer: answerOf([]) }])).toBeUndefined();
  });

  test("the other one's copy is compared entry by entry, and open connections that it lacks would break", () => {
    const own = { director: master, answer: answerOf(entries) };
    const other = {
      director: backup,
      answer: answerOf(entries.filter((_, index) => index !== 1 && index !== 2)),
    };
    expect(compareBackup(own, other)).toMatchObject({
      known: 6,
      total: 8,
      broken: [{ client: { port: 39_790 } }],
    });
    const elsewhere = read("TCP 14:51  ESTABLISHED 198.51.100.5:39790 192.0.2.1:80       10.0.0.1:80\n");
    expect(
      compareBackup(
        { ...own, answer: answerOf(entries.slice(1, 2)) },
        { ...other, answer: answerOf(elsewhere) },
      ),
    ).toMatchObject({
      known: 0,
      broken: [{ client: { port: 39_790 } }],
    });
  });
});

test("a client's open entries stand first, its closed ones last, each in the order they came", () => {
  const ports = liveFirst(entries).map(({ client }) => client.port);
  expect(ports).toEqual([39_783, 39_790, 41_022, 41_023, 41_024, 0, 39_612, 41_025]);
});

test("templates are worth reading only where a persistent service has a drained real server", () => {
  expect(mayHoldDrained(table)).toBe(true);
  const { value: plain } = parseSave(
    "-A -t 192.0.2.1:80 -s wlc\n-a -t 192.0.2.1:80 -r 10.0.0.2:80 -g -w 0\n",
  );
  expect(mayHoldDrained(plain)).toBe(false);
  expect(mayHoldDrained(undefined)).toBe(false);
});
